import { describe, expect, it } from 'vitest';
import type { Call, TextScope } from '../../../../core/src/model/call.ts';
import type { Classifier } from '../../../../plugins/routing/src/complexity/classifier.ts';
import { type ComplexityOptions, complexity } from '../../../../plugins/routing/src/complexity/complexity.ts';
import { type ContextParts, contextOf, type FakeContext, hooksOf } from '../context.ts';
import { several } from '../gateway.ts';

const easy = 'What is the capital of Peru?';
const hard = 'Prove by induction that every tournament has a Hamiltonian path, and derive the complexity of finding one.';
const tiers = [{ upTo: 0.45, use: 'c/m' }, { use: ['a/m', 'b/m'] }];

type Line = [TextScope, string];

function saying(...lines: Line[]): Pick<Call, 'texts'> {
  return { texts: () => lines.map(([scope, text], index) => ({ scope, text, path: [index], replace: () => {} })) };
}

const models = { call: () => Promise.reject(new Error('not asked')) };

function router(options: Partial<ComplexityOptions> = {}) {
  const hooks = hooksOf(complexity({ tiers, ...options }), { models });
  return async (lines: readonly Line[], parts: ContextParts = {}): Promise<FakeContext> => {
    const context = contextOf(parts);
    Object.assign(context.call, saying(...lines), parts.call);
    await hooks.beforeRoute?.(context);
    return context;
  };
}

describe('complexity', () => {
  it('sends what is easy to the easy tier and what is hard to the hard one, and says why', async () => {
    const simple = await router()([['user', easy]]);
    expect(simple.order).toEqual(['c/m']);
    expect(simple.reasons[0]?.note).toMatch(/^tier 1 of 2 for a score of 0\.\d\d: use c\/m$/);
    expect((await router()([['user', hard]])).order).toEqual(['a/m', 'b/m']);
  });

  it('never sends a conversation below the tier it once needed', async () => {
    const later: Line[] = [
      ['user', hard],
      ['assistant', 'So it is.'],
      ['user', 'Thanks!'],
    ];
    expect((await router()(later)).order).toEqual(['a/m', 'b/m']);
    expect((await router()(later.slice(2))).order).toEqual(['c/m']);
  });

  it('sends a conversation up when it becomes hard', async () => {
    const context = await router()([
      ['user', easy],
      ['assistant', 'Lima.'],
      ['user', hard],
    ]);
    expect(context.order).toEqual(['a/m', 'b/m']);
  });

  it('is not moved by what tools and assistants say', async () => {
    const context = await router()([
      ['user', easy],
      ['assistant', hard],
      ['toolOutput', hard],
    ]);
    expect(context.order).toEqual(['c/m']);
  });

  it.each<[string, ContextParts]>([
    ['goes on from a state', { call: { states: ['response'] } }],
    ['is carried unread', { call: { opaque: true } }],
    ['a plugin made for its own work', { parent: 'exchange-0' }],
    ['asks for embeddings', { call: { dialect: 'openai-embeddings' } }],
    ['is for another model', { call: { model: 'other' } }],
  ])('leaves a call alone that %s', async (_what, parts) => {
    const context = await router({ models: 'chat' })([['user', easy]], parts);
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
  });

  it('leaves a call alone in which no user speaks', async () => {
    expect((await router()([['system', hard]])).reasons).toEqual([]);
  });

  it('keeps the targets there are when the tier’s are gone', async () => {
    const context = await router()([['user', easy]], { unknown: ['c/m'] });
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(context.reasons[0]?.note).toContain('c/m is not there');
  });

  it.each([
    [{ tiers: [{ use: 'a/m' }] }, 'tiers'],
    [{ tiers: [{ use: 'a/m' }, { use: 'b/m' }] }, 'upTo in every tier but the last'],
    [
      {
        tiers: [
          { upTo: 0.5, use: 'a/m' },
          { upTo: 0.7, use: 'b/m' },
        ],
      },
      'upTo in every tier but the last',
    ],
    [{ tiers: [{ upTo: 0.5, use: 'a/m' }, { upTo: 0.4, use: 'b/m' }, { use: 'c/m' }] }, 'growing upTo'],
    [{ tiers, classifier: { name: 'x' } }, 'a function score'],
    [{ tiers, timeoutMs: 60_000 }, 'timeoutMs'],
  ])('refuses the options %j', (options, words) => {
    expect(() => complexity(options as never)).toThrow(words);
  });

  it('explains its tiers', () => {
    const explain = hooksOf(complexity({ tiers }), { models }).explain;
    expect(explain?.({ dialect: 'openai-chat', model: 'chat' })).toBe('by complexity (local scorer): up to 0.45 c/m; the rest a/m, b/m');
  });
});

describe('complexity with a classifier', () => {
  function own(score: Classifier['score']): Classifier & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      name: 'own',
      asked,
      score: (question, at) => {
        asked.push(question.turn);
        return score(question, at);
      },
    };
  }

  it('falls back to the local score when it fails, says so, and asks again next time', async () => {
    const classifier = own(() => Promise.reject(new Error('down')));
    const route = router({ classifier });
    const context = await route([['user', hard]]);
    expect(context.order).toEqual(['a/m', 'b/m']);
    expect(context.reasons[0]?.note).toContain('(own: down)');
    await route([['user', hard]]);
    expect(classifier.asked).toEqual([hard, hard]);
  });

  it('takes its word over the local score', async () => {
    expect((await router({ classifier: own(() => 0) })([['user', hard]])).order).toEqual(['c/m']);
    expect((await router({ classifier: own(() => 1) })([['user', easy]])).order).toEqual(['a/m', 'b/m']);
  });

  it('asks once about a turn, and keeps later turns at least there', async () => {
    const classifier = own(({ turn }) => (turn === easy ? 1 : 0));
    const route = router({ classifier });
    const first: Line[] = [['user', easy]];
    await route(first);
    await route([...first, ['toolInput', 'x'], ['toolOutput', 'y']]);
    expect(classifier.asked).toEqual([easy]);
    const later = await route([...first, ['assistant', 'Lima.'], ['user', 'Thanks!']]);
    expect(later.order).toEqual(['a/m', 'b/m']);
    expect(classifier.asked).toEqual([easy, 'Thanks!']);
  });
});

describe('complexity in a gateway', () => {
  it('asks the provider of the tier', async () => {
    const plugins = [complexity({ tiers: [{ upTo: 0.9, use: 'b/m' }, { use: 'a/m' }] })];
    const { chat, asked } = await several(['a', 'b'], { plugins });
    expect((await chat()).status).toBe(200);
    expect(asked).toEqual(['b']);
  });
});
