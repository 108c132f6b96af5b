import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';

describe('names', () => {
  it.each([
    'claude-opus-4-5-20251101',
    'claude-opus-4-5',
    'us.anthropic.claude-opus-4-5-20251101-v1:0',
    'claude-opus-4-5@20251101',
    'anthropic/claude-opus-4.5',
    'Claude-Opus-4-5',
  ])('%s is Opus 4.5', (model) => {
    expect(modelTraits(model)).toMatchObject({ claude: true, maxOutputTokens: 64_000, adaptiveThinking: false, prefill: true });
  });

  it.each([
    ['claude-sonnet-4-20250514', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-4-opus', 32_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['claude-3-7-sonnet-20250219', 64_000],
    ['claude-3-5-haiku-20241022', 8192],
    ['claude-3-haiku-20240307', 4096],
    ['claude-2.1', 4096],
    ['claude-instant-1.2', 4096],
    ['claude-haiku-4-5-20251001', 64_000],
    ['claude-opus-4-6', 128_000],
    ['claude-fable-5', 128_000],
  ])('%s gives %i tokens', (model, most) => {
    expect(modelTraits(model).maxOutputTokens).toBe(most);
  });

  it("other vendors' models are none of Claude's", () => {
    for (const model of ['deepseek-v4', 'MiniMax-M3', 'glm-5', 'my-claude'])
      expect(modelTraits(model)).toMatchObject({ claude: false, maxOutputTokens: undefined, sampling: true, adaptiveThinking: false });
  });
});

describe('what versions changed', () => {
  it('4.6 decides itself how much it thinks and refuses prefill (vercel/ai#12296)', () => {
    expect(modelTraits('claude-sonnet-4-6')).toMatchObject({
      adaptiveThinking: true,
      thinkingBudget: true,
      prefill: false,
      xhighEffort: false,
    });
  });

  it('Opus 4.7 and Sonnet 5 refuse temperature and budgets', () => {
    for (const model of ['claude-opus-4-7', 'claude-sonnet-5'])
      expect(modelTraits(model)).toMatchObject({ sampling: false, thinkingBudget: false, xhighEffort: true, leastThinking: 'none' });
  });

  it('the newest cannot be made to call a tool', () => {
    expect(modelTraits('claude-opus-5-5')).toMatchObject({ forcedTools: false, leastThinking: 'always' });
    expect(modelTraits('claude-sonnet-5-5')).toMatchObject({ forcedTools: false, leastThinking: 'between_tools' });
    expect(modelTraits('claude-haiku-5-5')).toMatchObject({ forcedTools: true, leastThinking: 'none' });
    expect(modelTraits('claude-fable-5')).toMatchObject({ forcedTools: true, leastThinking: 'always' });
    expect(modelTraits('claude-fable-5-1')).toMatchObject({ forcedTools: false, leastThinking: 'always' });
  });

  it('what comes after is treated like the newest', () => {
    expect(modelTraits('claude-opus-9')).toEqual(modelTraits('claude-opus-5-5'));
    expect(modelTraits('claude-sonnet-latest')).toEqual(modelTraits('claude-sonnet-5-5'));
    expect(modelTraits('claude-saga-7-20290101')).toEqual(modelTraits('claude-fable-5-2'));
  });
});
