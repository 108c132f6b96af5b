import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';
import { encodeThinking, type ThinkingAbout } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-thinking.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralEffort, NeutralField, NeutralReasoning } from '../../../../../core/src/model/neutral.ts';

const nothing: NeutralReasoning = { effort: undefined, budget: undefined, show: undefined };

function thinking(
  model: string,
  reasoning: Partial<NeutralReasoning> | undefined,
  more: Partial<ThinkingAbout> = {},
): { thinking?: object | undefined; effort?: string | undefined; limit?: number; lost: string[] } {
  const losses = new Losses<NeutralField>();
  const traits = modelTraits(model);
  const about = { model: traits, limit: undefined, most: traits.maxOutputTokens ?? 32_000, forced: false, lacksThinking: false, ...more };
  const encoded = encodeThinking(reasoning && { ...nothing, ...reasoning }, about, losses);
  return { ...encoded, lost: losses.list().map(({ field }) => field) };
}

const shown = { type: 'adaptive', display: 'summarized' };

describe('models that decide themselves', () => {
  it.each<[string, NeutralEffort, string, string[]]>([
    ['claude-opus-4-6', 'high', 'high', []],
    ['claude-opus-4-6', 'max', 'max', []],
    ['claude-opus-4-6', 'xhigh', 'max', ['reasoning']],
    ['claude-opus-4-7', 'xhigh', 'xhigh', []],
    ['claude-opus-5-5', 'minimal', 'low', ['reasoning']],
    ['claude-opus-9', 'medium', 'medium', []],
  ])('%s at %s', (model, effort, sent, lost) => {
    expect(thinking(model, { effort })).toMatchObject({ thinking: shown, effort: sent, thinks: true, lost });
  });

  it('the limit stays the caller’s: thinking is within it', () => {
    expect(thinking('claude-opus-4-7', { effort: 'high' }, { limit: 2000 })).toMatchObject({ limit: 2000, lost: [] });
  });

  it('Opus 4.7 and later refuse a budget (google/adk-docs#2241): an effort says nearly the same', () => {
    expect(thinking('claude-opus-4-7', { budget: 2000 })).toMatchObject({ thinking: shown, effort: 'low', lost: ['reasoning'] });
    expect(thinking('claude-opus-4-7', { budget: 10_000 })).toMatchObject({ effort: 'medium' });
    expect(thinking('claude-opus-4-7', { budget: 32_000 })).toMatchObject({ effort: 'high' });
    expect(thinking('claude-opus-4-6', { budget: 2000 })).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2000 }, lost: [] });
  });

  it('shows thinking unless told not to: the newest show none of it by themselves', () => {
    expect(thinking('claude-opus-5', { effort: 'high', show: false }).thinking).toEqual({ type: 'adaptive', display: 'omitted' });
    expect(thinking('claude-opus-5', { show: true })).toMatchObject({ thinking: shown, effort: undefined, lost: [] });
  });
});

describe('no thinking', () => {
  it('litellm#27039: none is no effort', () => {
    expect(thinking('claude-sonnet-4-5', { effort: 'none' })).toMatchObject({ thinking: undefined, effort: undefined, lost: [] });
    expect(thinking('claude-opus-4-8', { budget: 0 })).toMatchObject({ thinking: undefined, lost: [] });
  });

  it('models that think unless told so are told', () => {
    expect(thinking('claude-sonnet-5', { effort: 'none' })).toMatchObject({ thinking: { type: 'disabled' }, thinks: false, lost: [] });
    expect(thinking('deepseek-v4', { effort: 'none' })).toMatchObject({ thinking: { type: 'disabled' }, lost: [] });
  });

  it('models that cannot be told think as little as they can', () => {
    expect(thinking('claude-sonnet-5-5', { effort: 'none' })).toMatchObject({ thinking: { type: 'between_tools' }, lost: ['reasoning'] });
    expect(thinking('claude-opus-5-5', { effort: 'none' })).toMatchObject({ thinking: undefined, effort: 'low', lost: ['reasoning'] });
  });

  it('nothing is said where nothing was asked', () => {
    for (const reasoning of [undefined, {}, { show: false }])
      for (const model of ['claude-sonnet-4-5', 'claude-opus-5-5', 'deepseek-v4'])
        expect(thinking(model, reasoning)).toMatchObject({ thinking: undefined, effort: undefined, lost: [] });
  });
});

describe('a budget', () => {
  it('is a share of the answer, and comes on top of it', () => {
    expect(thinking('claude-sonnet-4-5', { effort: 'high' }, { limit: 10_000 })).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 6000 },
      limit: 16_000,
      lost: ['maxOutputTokens'],
    });
    expect(thinking('claude-sonnet-4-5', { effort: 'low' })).toMatchObject({
      thinking: { budget_tokens: 6400 },
      limit: 64_000,
      lost: [],
    });
  });

  it('CLIProxyAPI#413: at least 1,024, and always below max_tokens', () => {
    const effort = fc.constantFrom<NeutralEffort | undefined>('minimal', 'low', 'medium', 'high', 'xhigh', 'max', undefined);
    fc.assert(
      fc.property(
        effort,
        fc.option(fc.nat(200_000), { nil: undefined }),
        fc.option(fc.nat(64_000), { nil: undefined }),
        (word, budget, limit) => {
          const { thinking: sent, limit: raised = 0 } = thinking('claude-sonnet-4-5', { effort: word, budget }, { limit });
          expect(raised).toBeLessThanOrEqual(64_000);
          if (sent === undefined || !('budget_tokens' in sent)) return;
          expect(sent.budget_tokens).toBeGreaterThanOrEqual(1024);
          expect(sent.budget_tokens).toBeLessThan(raised);
        },
      ),
    );
  });

  it('without room for one there is no thinking', () => {
    expect(thinking('claude-sonnet-4-5', { effort: 'high' }, { most: 1024 })).toMatchObject({
      thinking: undefined,
      limit: 1024,
      lost: ['reasoning'],
    });
  });

  it('older models do not think', () => {
    expect(thinking('claude-3-5-haiku-20241022', { effort: 'high' })).toMatchObject({ thinking: undefined, lost: ['reasoning'] });
    expect(thinking('claude-sonnet-4-5', { show: true })).toMatchObject({ thinking: undefined, lost: ['reasoning'] });
  });
});

describe('what thinking cannot go with', () => {
  it('litellm#15601: calls whose thinking is not known', () => {
    expect(thinking('claude-sonnet-4-5', { effort: 'high' }, { lacksThinking: true })).toMatchObject({
      thinking: undefined,
      lost: ['reasoning'],
    });
    expect(thinking('claude-sonnet-5', { effort: 'high' }, { lacksThinking: true })).toMatchObject({
      thinking: { type: 'disabled' },
      lost: ['reasoning'],
    });
  });

  it('a model that always thinks cannot expect it', () => {
    expect(thinking('claude-opus-5-5', { effort: 'high' }, { lacksThinking: true })).toMatchObject({
      thinking: shown,
      effort: 'high',
      lost: [],
    });
  });

  it('a tool that must be called: a restriction goes before thinking', () => {
    expect(thinking('claude-sonnet-4-5', { effort: 'high' }, { forced: true })).toMatchObject({ thinking: undefined, lost: ['reasoning'] });
    expect(thinking('claude-sonnet-5', undefined, { forced: true })).toMatchObject({ thinking: { type: 'disabled' }, lost: [] });
    expect(thinking('claude-sonnet-4-5', undefined, { forced: true })).toMatchObject({ thinking: undefined, lost: [] });
    expect(thinking('claude-fable-5', undefined, { forced: true })).toMatchObject({ thinking: undefined, lost: [] });
  });
});
