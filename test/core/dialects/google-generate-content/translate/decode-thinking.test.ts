import { describe, expect, it } from 'vitest';
import { decodeThinking } from '../../../../../core/src/dialects/google-generate-content/translate/decode-thinking.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';

const decode = (value: JsonValue) => {
  const losses = new RequestLosses();
  return { ...decodeThinking(value, losses), losses: losses.list().map(({ field }) => field) };
};

describe('decodeThinking', () => {
  it.each([[1], ['low'], [{ thinkingBudget: -2 }], [{ thinkingBudget: 1.5 }], [{ thinkingLevel: 3 }], [{ includeThoughts: 'yes' }]])(
    'refuses %j',
    (value) => {
      expect(() => decode(value)).toThrow(/thinkingConfig/);
    },
  );

  it.each([
    [{ thinkingLevel: 'LOW' }, { effort: 'low' }],
    [{ thinkingLevel: 'MINIMAL' }, { effort: 'minimal' }],
    [{ thinkingLevel: 'medium' }, { effort: 'medium' }],
    [{ thinkingLevel: 'xhigh' }, { effort: 'xhigh' }],
    [
      { thinking_level: 'high', include_thoughts: true },
      { effort: 'high', show: true },
    ],
    [{ thinkingBudget: 0 }, { effort: 'none' }],
    [{ thinkingBudget: -1, includeThoughts: false }, { show: false }],
    [{ thinkingBudget: 2048 }, { budget: 2048 }],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, {}],
  ])('%j asks for %j', (value, asked) => {
    expect(decode(value)).toEqual({ effort: undefined, budget: undefined, show: undefined, losses: [], ...asked });
  });

  it('nothing asked is nothing; to leave it to the model is something', () => {
    const losses = new RequestLosses();
    expect(decodeThinking({}, losses)).toBeUndefined();
    expect(decodeThinking({ thinkingBudget: -1 }, losses)).toEqual({ effort: undefined, budget: undefined, show: undefined });
  });

  it('says which level it does not know', () => {
    expect(decode({ thinkingLevel: 'ENORMOUS' }).losses).toEqual(['generationConfig.thinkingConfig.thinkingLevel']);
  });
});
