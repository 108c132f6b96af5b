import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicUsage, anthropicUsageObject, laterUsage } from '../../../core/src/dialects/anthropic-usage.ts';
import type { JsonObject, JsonValue } from '../../../core/src/model/json.ts';

const usage = (raw: JsonValue): unknown => anthropicUsage({ usage: raw });

describe('anthropicUsage', () => {
  it.each([null, [], 'x', 7, {}, { usage: null }, { usage: [] }, { usage: {} }, { usage: { service_tier: 'standard' } }])(
    'nothing is known from %j',
    (body) => {
      expect(anthropicUsage(body as JsonValue)).toBeUndefined();
    },
  );

  it('the service tier stands within the usage', () => {
    expect(usage({ input_tokens: 1, output_tokens: 1, service_tier: 'batch' })).toMatchObject({ serviceTier: 'batch' });
    expect(usage({ input_tokens: 1, output_tokens: 1 })).not.toHaveProperty('serviceTier');
  });

  it('litellm#9812, #5443: cached tokens are input as well, each counted once', () => {
    const raw = {
      input_tokens: 4,
      cache_creation_input_tokens: 30,
      cache_read_input_tokens: 1167,
      output_tokens: 256,
      output_tokens_details: { thinking_tokens: 200 },
    };
    expect(usage(raw)).toEqual({ input: 1201, output: 256, cacheRead: 1167, cacheWrite: 30, reasoning: 200, raw });
  });

  it('what was not reported is unknown, not 0', () => {
    expect(usage({ input_tokens: 4, output_tokens: 0 })).toMatchObject({
      input: 4,
      output: 0,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
    });
    expect(usage({ input_tokens: 4, cache_read_input_tokens: null, output_tokens: 1 })).toMatchObject({ input: 4, cacheRead: undefined });
    expect(usage({ cache_read_input_tokens: 9 })).toMatchObject({ input: undefined, output: undefined, cacheRead: 9 });
  });

  it('what was written to the cache may be told by its time to live alone', () => {
    const creation = { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 7 };
    expect(usage({ input_tokens: 1, cache_creation: creation })).toMatchObject({ input: 13, cacheWrite: 12 });
    expect(usage({ input_tokens: 1, cache_creation: creation, cache_creation_input_tokens: 11 })).toMatchObject({
      input: 12,
      cacheWrite: 11,
    });
    expect(usage({ input_tokens: 1, cache_creation: { ephemeral_5m_input_tokens: 'x' } })).toMatchObject({
      input: 1,
      cacheWrite: undefined,
    });
  });

  it('is one object for all who listen, and nobody’s to change', () => {
    const known = anthropicUsage({ usage: { input_tokens: 1, server_tool_use: { web_search_requests: 2 } } });
    expect(Object.isFrozen(known)).toBe(true);
    expect(Object.isFrozen((known?.raw as JsonObject | undefined)?.server_tool_use)).toBe(true);
    expect(known?.raw).toHaveProperty('server_tool_use.web_search_requests', 2);
  });

  it('any values make a count or nothing', () => {
    const value = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER), fc.string(), fc.constant(null), fc.object());
    const keys = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (raw) => {
        const known = anthropicUsage({ usage: raw as JsonValue });
        for (const count of [known?.input, known?.output, known?.cacheRead, known?.cacheWrite])
          expect(count === undefined || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
      }),
    );
  });
});

describe('laterUsage', () => {
  it('bifrost#5354: totals of the end take the place of those of the start', () => {
    const start = { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 0, output_tokens: 1 };
    const total = laterUsage(start, { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 40 });
    expect(usage(total)).toMatchObject({ input: 110, cacheRead: 100, output: 40 });
  });

  it('the cache may be told at the end alone', () => {
    expect(usage(laterUsage({ input_tokens: 10, output_tokens: 1 }, { output_tokens: 4, cache_read_input_tokens: 7 }))).toMatchObject({
      input: 17,
      cacheRead: 7,
      output: 4,
    });
  });

  it.each([[{ input_tokens: null }], [{ input_tokens: 'x' }], [{ input_tokens: -1 }], [{}]])('what is known is not lost to %j', (after) => {
    expect(laterUsage({ input_tokens: 10 }, after)).toEqual({ input_tokens: 10 });
  });

  it('what is no count is as it was said last', () => {
    const after = { service_tier: 'batch', server_tool_use: { web_search_requests: 1 } };
    expect(laterUsage({ service_tier: 'standard', server_tool_use: null }, after)).toEqual(after);
    expect(laterUsage(after, { service_tier: null, server_tool_use: null })).toEqual(after);
  });
});

describe('anthropicUsageObject', () => {
  it('is read as what it was made of', () => {
    const count = fc.nat(1_000_000);
    fc.assert(
      fc.property(count, count, count, count, (uncached, cacheRead, cacheWrite, output) => {
        const known = { input: uncached + cacheRead + cacheWrite, output, cacheRead, cacheWrite, reasoning: undefined, raw: undefined };
        const object = anthropicUsageObject(known);
        expect(anthropicUsage({ usage: object })).toEqual({ ...known, raw: object });
      }),
    );
  });

  it('has the numbers that clients require, and null for what is not known', () => {
    expect(anthropicUsageObject(undefined)).toEqual({
      input_tokens: 0,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      output_tokens: 0,
    });
  });

  it('a cache that is larger than all input makes no negative number, nor more input than there was', () => {
    const odd = { input: 5, output: 1, cacheRead: 9, cacheWrite: undefined, reasoning: undefined, raw: undefined };
    expect(anthropicUsageObject(odd)).toMatchObject({ input_tokens: 0, cache_read_input_tokens: 5 });
  });
});
