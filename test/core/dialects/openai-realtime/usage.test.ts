import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realtimeUsage } from '../../../../core/src/dialects/openai-realtime/usage.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('realtimeUsage', () => {
  it.each([
    undefined,
    null,
    'x',
    [],
    {},
    { usage: null },
    { usage: [] },
    { usage: {} },
    { usage: { input_tokens: -1 } },
    { usage: { input_tokens: '3' } },
  ])('is unknown where nothing is said: %j', (response) => {
    expect(realtimeUsage(response as JsonValue)).toBeUndefined();
  });

  it('has what is known, and leaves unknown what is not', () => {
    const usage = { input_tokens: 10, input_token_details: { cached_tokens: 4, audio_tokens: 6 } };
    expect(realtimeUsage({ usage })).toEqual({
      input: 10,
      output: undefined,
      cacheRead: 4,
      cacheWrite: undefined,
      reasoning: undefined,
      raw: usage,
    });
    expect(realtimeUsage({ usage: { output_tokens: 0, input_token_details: null } })).toMatchObject({ input: undefined, output: 0 });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (usage) => void realtimeUsage({ usage } as JsonValue)));
  });
});
