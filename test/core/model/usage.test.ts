import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openaiUsage } from '../../../core/src/dialects/openai-usage.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { tokenCount } from '../../../core/src/model/usage.ts';

/** Counts as providers send them, right and wrong: the wrong ones are what strangers' servers were seen to send. */
const reported = fc.oneof(
  fc.nat(1_000_000),
  fc.constantFrom<JsonValue>(null, true, '', '12', -1, 0.5, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, [], [3], {}),
  fc.double(),
);

describe('tokenCount', () => {
  it.each([0, 1, 42, Number.MAX_SAFE_INTEGER])('%d is a count', (value) => {
    expect(tokenCount(value)).toBe(value);
  });

  it.each([-1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1, '5', null, undefined, true, [5], {}, 5n])(
    '%o is unknown, not 0',
    (value) => {
      expect(tokenCount(value)).toBeUndefined();
    },
  );

  it('is unknown or what was said, and then an integer that money can be counted by', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const count = tokenCount(value);
        if (count === undefined) return;
        expect(count).toBe(value);
        expect(BigInt(count) >= 0n).toBe(true);
      }),
    );
  });
});

describe('usage of whatever a provider sends', () => {
  const body = fc.record({
    prompt_tokens: reported,
    completion_tokens: reported,
    total_tokens: reported,
    prompt_tokens_details: fc.oneof(reported, fc.record({ cached_tokens: reported, cache_write_tokens: reported })),
    completion_tokens_details: fc.oneof(reported, fc.record({ reasoning_tokens: reported })),
    prompt_cache_hit_tokens: reported,
  });

  it('has only integers from 0 that are exact, or nothing', () => {
    fc.assert(
      fc.property(body, (usage) => {
        const read = openaiUsage({ usage });
        if (read === undefined) return; // nothing in it was a count
        const { raw, serviceTier, toolUsage, ...counts } = read;
        expect([raw, serviceTier, toolUsage]).toEqual([usage, undefined, undefined]);
        for (const count of Object.values(counts)) expect(count === undefined || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
      }),
    );
  });

  it('never makes up a number: what was not reported as a count is unknown', () => {
    fc.assert(
      fc.property(body, (usage) => {
        const { input, output } = openaiUsage({ usage }) ?? {};
        expect(input).toBe(tokenCount(usage.prompt_tokens));
        if (tokenCount(usage.completion_tokens) === undefined) expect(output).toBeUndefined();
        // As reported, or what the reported total leaves beside the input.
        else expect([usage.completion_tokens, (tokenCount(usage.total_tokens) ?? 0) - (input ?? 0)]).toContain(output);
      }),
    );
  });
});
