import { describe, expect, it } from 'vitest';
import type { AnswerBound } from '../../../core/src/context.ts';
import { boundsOf } from '../../../plugins/budget/src/bounds.ts';

interface Given {
  readonly dialect?: string;
  readonly body?: object;
  readonly limit?: AnswerBound | undefined;
  readonly states?: readonly string[];
  readonly attachments?: readonly unknown[];
  readonly opaque?: true;
}

const target = { id: 'up/m', provider: 'up', model: 'm' };

function bounds(given: Given, facts?: object) {
  const lowered: number[] = [];
  const call = {
    dialect: given.dialect ?? 'openai-chat',
    body: given.body ?? {},
    states: given.states ?? [],
    attachments: () => given.attachments ?? [],
    ...(given.opaque && { opaque: true }),
  };
  const attempt = {
    exchange: { call },
    target,
    byteLength: () => 100,
    answerLimit: () => ('limit' in given ? given.limit : { tokens: undefined, answers: 1 }),
    limitAnswer: (tokens: number) => void lowered.push(tokens),
  };
  return { found: boundsOf(attempt as never, { facts: () => facts as never }, 400), lowered };
}

describe('boundsOf', () => {
  it.each([
    ['no limit', {}, undefined, 400, [400]],
    ['a limit', { limit: { tokens: 50, answers: 1 } }, undefined, 50, []],
    ['several answers', { limit: { tokens: 50, answers: 3 } }, undefined, 150, []],
    ['more than the model writes', { limit: { tokens: 1e9, answers: 2 } }, { maxOutputTokens: 700 }, 1_400, [700]],
    ['no limit, and a model that writes less than usual', {}, { maxOutputTokens: 100 }, 100, [100]],
    ['answers that are no texts', { limit: { tokens: 0, answers: 0 } }, undefined, 0, []],
    ['a limit of nothing', { limit: { tokens: 0, answers: 1 } }, undefined, 1, []],
  ])('%s', (_what, given, facts, outputTokens, lowered) => {
    const one = bounds(given, facts);
    expect(one.found).toEqual({ kind: 'bounded', usage: { inputTokens: 2_100, outputTokens, special: [] } });
    expect(one.lowered).toEqual(lowered);
  });

  it.each([
    ['images', { attachments: [{}] }],
    ['a conversation that the provider keeps', { states: ['resp_1'] }],
  ])('%s: the whole window, or none', (words, given) => {
    expect(bounds(given, { contextTokens: 9_000 }).found).toEqual({ kind: 'bounded', usage: { inputTokens: 9_000, outputTokens: 400 } });
    const { found } = bounds(given);
    expect(found.kind).toBe('unbounded');
    expect(found.kind === 'unbounded' && found.why).toContain(words);
  });

  it('MONEY-3: none for tools that the provider runs, whatever is known of the model, and for what nobody reads', () => {
    expect(bounds({ body: { tools: [{ type: 'web_search' }] } }, { contextTokens: 9_000 }).found).toMatchObject({ kind: 'unbounded' });
    expect(bounds({ opaque: true }).found).toMatchObject({ kind: 'unbounded' });
    expect(bounds({ limit: undefined }, { contextTokens: 9_000 }).found).toMatchObject({ kind: 'unbounded' });
  });

  it('nothing for what is free everywhere: counting, judging', () => {
    expect(bounds({ dialect: 'anthropic-count-tokens' }).found).toEqual({ kind: 'free' });
    expect(bounds({ dialect: 'openai-moderations' }).found).toEqual({ kind: 'free' });
    expect(bounds({ dialect: 'openai-embeddings' }).found.kind).toBe('bounded');
  });

  it('all kinds of tokens where answers may be more than text, or be written to a cache for an hour', () => {
    for (const given of [
      { body: { modalities: ['text', 'audio'] } },
      { body: { generationConfig: { responseModalities: ['IMAGE'] } } },
      { dialect: 'anthropic-messages' },
    ])
      expect(bounds(given).found).toEqual({ kind: 'bounded', usage: { inputTokens: 2_100, outputTokens: 400 } });
  });
});
