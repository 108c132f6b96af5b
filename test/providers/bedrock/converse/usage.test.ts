import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { converseUsage } from '../../../../providers/bedrock/src/converse/usage.ts';

describe('usage of Converse', () => {
  it('litellm#9812, #5443: counts what the cache had once: it is left out of inputTokens, and part of the input', () => {
    const raw = { inputTokens: 10, outputTokens: 7, totalTokens: 317, cacheReadInputTokens: 200, cacheWriteInputTokens: 100 };
    expect(converseUsage({ usage: raw })).toEqual({ input: 310, output: 7, cacheRead: 200, cacheWrite: 100, reasoning: undefined, raw });
  });

  it('counts it once where a model says it twice', () => {
    const raw = { inputTokens: 1, outputTokens: 1, cacheReadInputTokens: 5, cacheReadInputTokenCount: 5, cacheWriteInputTokenCount: 2 };
    expect(converseUsage({ usage: raw })).toMatchObject({ input: 8, cacheRead: 5, cacheWrite: 2 });
  });

  it('leaves unknown what is not said', () => {
    expect(converseUsage({ usage: { outputTokens: 0 } })).toMatchObject({ input: undefined, output: 0, cacheRead: undefined });
    expect(converseUsage({ usage: { inputTokens: 3 } })).toMatchObject({ input: 3, output: undefined, cacheWrite: undefined });
    expect(converseUsage({ usage: { cacheReadInputTokens: 9 } })).toMatchObject({ input: undefined, cacheRead: 9 });
  });

  it.each([[{}], [{ usage: null }], [{ usage: {} }], [{ usage: { inputTokens: -1, outputTokens: 1.5 } }], [[]], ['x'], [null]])(
    'is unknown in %j',
    (body) => {
      expect(converseUsage(body)).toBeUndefined();
    },
  );

  it('is for everybody the same: nobody can write into it', () => {
    const deeper = { x: 1 };
    const usage = converseUsage({ usage: { inputTokens: 1, outputTokens: 2, deeper } });
    expect(Object.isFrozen(usage)).toBe(true);
    expect(Object.isFrozen(deeper)).toBe(true);
  });

  it('is read of anything without an exception', () => {
    fc.assert(fc.property(fc.jsonValue(), (usage) => void converseUsage({ usage: usage as never })));
  });
});
