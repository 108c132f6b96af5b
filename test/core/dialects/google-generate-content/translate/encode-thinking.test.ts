import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeThinking } from '../../../../../core/src/dialects/google-generate-content/translate/encode-thinking.ts';
import { modelTraits } from '../../../../../core/src/dialects/google-generate-content/translate/gemini-models.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralReasoning } from '../../../../../core/src/model/neutral.ts';

const encode = (model: string, reasoning: Partial<NeutralReasoning>, maxOutputTokens?: number) => {
  const losses = new Losses<NeutralField>();
  const whole = { effort: undefined, budget: undefined, show: undefined, ...reasoning };
  const config = encodeThinking(whole, modelTraits(model).thinking, maxOutputTokens, losses);
  return { config, lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
};

describe('encodeThinking', () => {
  it('a model that does not think is not asked to', () => {
    expect(encode('gemini-2.0-flash', { effort: 'high' })).toEqual({ config: undefined, lost: ['drop reasoning'] });
    expect(encode('gemini-2.0-flash', { show: true })).toEqual({ config: undefined, lost: ['drop reasoning'] });
    expect(encode('gemini-2.0-flash', { effort: 'none' })).toEqual({ config: undefined, lost: [] });
  });

  it.each([
    ['gemini-3-flash-preview', { effort: 'low' }, 'low', []],
    ['gemini-3-flash-preview', { effort: 'none' }, 'minimal', ['drop reasoning']],
    ['gemini-3-pro-preview', { effort: 'none' }, 'low', ['drop reasoning']],
    ['gemini-3-pro-preview', { effort: 'minimal' }, 'low', ['drop reasoning']],
    ['gemini-3-pro-preview', { effort: 'max' }, 'high', ['drop reasoning']],
    ['gemini-4-hydrogen', { effort: 'xhigh' }, 'xhigh', []],
    ['gemini-3-pro-preview', { budget: 1024 }, 'low', ['drop reasoning']],
    ['gemini-3-flash-preview', { budget: 1024 }, 'low', ['drop reasoning']],
    ['gemini-3-pro-preview', { budget: 10_000 }, 'medium', ['drop reasoning']],
    ['gemini-3-pro-preview', { budget: 32_000 }, 'high', ['drop reasoning']],
  ] as const)('%s with %j: level %s', (model, reasoning, thinkingLevel, lost) => {
    expect(encode(model, reasoning)).toEqual({ config: { thinkingLevel }, lost });
  });

  it.each([
    ['gemini-2.5-flash', { effort: 'none' }, 0, []],
    ['gemini-2.5-pro', { effort: 'none' }, 128, ['drop reasoning']],
    ['gemini-2.5-flash', { effort: 'low' }, 6554, []],
    ['gemini-2.5-flash', { effort: 'max' }, 24_576, []],
    ['gemini-2.5-pro', { budget: 4000 }, 4000, []],
    ['gemini-2.5-flash', { budget: 100_000 }, 24_576, ['drop reasoning']],
  ] as const)('%s with %j: budget %s', (model, reasoning, thinkingBudget, lost) => {
    expect(encode(model, reasoning)).toEqual({ config: { thinkingBudget }, lost });
  });

  it('CLIProxyAPI#413: what an effort costs leaves room for the answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
        fc.integer({ min: 1000, max: 70_000 }),
        (effort, most) => {
          expect(Number(encode('gemini-2.5-pro', { effort }, most).config?.thinkingBudget)).toBeLessThan(most);
        },
      ),
    );
  });

  it('asks for the thoughts where the caller wants to read them, and not where there are none', () => {
    expect(encode('gemini-2.5-flash', { show: true }).config).toEqual({ includeThoughts: true });
    expect(encode('gemini-3-flash-preview', { effort: 'high', show: false }).config).toEqual({
      thinkingLevel: 'high',
      includeThoughts: false,
    });
    expect(encode('gemini-2.5-flash', { effort: 'none', show: true }).config).toEqual({ thinkingBudget: 0 });
    expect(encode('gemini-2.5-flash', {})).toEqual({ config: undefined, lost: [] });
    expect(encode('gemini-3-flash-preview', {})).toEqual({ config: undefined, lost: [] });
  });
});
