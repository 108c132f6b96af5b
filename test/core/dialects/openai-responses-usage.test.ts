import { describe, expect, it } from 'vitest';
import { responsesUsage, responsesUsageObject } from '../../../core/src/dialects/openai-responses-usage.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { valueAt } from './openai-responses/every-text.ts';

const usage = (raw: JsonValue) => responsesUsage({ usage: raw });
const full = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 80, cache_write_tokens: 10 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 30 },
  total_tokens: 150,
};

describe('responsesUsage', () => {
  it('reads all that is reported; cached tokens are part of the input, reasoning of the output', () => {
    expect(usage(full)).toEqual({ input: 100, output: 50, cacheRead: 80, cacheWrite: 10, reasoning: 30, raw: full });
    expect(usage(full)?.raw).toBe(full);
  });

  it('reads it of the event that carries the answer as well', () => {
    expect(responsesUsage({ type: 'response.completed', response: { usage: full } })).toMatchObject({ input: 100, output: 50 });
  });

  it('the service tier stands beside the usage, in an event too', () => {
    expect(responsesUsage({ usage: full, service_tier: 'flex' })?.serviceTier).toBe('flex');
    const response = { usage: full, service_tier: 'priority' };
    expect(responsesUsage({ type: 'response.completed', service_tier: 'no', response })?.serviceTier).toBe('priority');
    expect(responsesUsage({ usage: full, service_tier: null })).not.toHaveProperty('serviceTier');
  });

  it('tools that it bills apart stand beside the usage too', () => {
    const tools = { web_search: { num_requests: 2 } };
    expect(responsesUsage({ type: 'response.completed', response: { usage: full, tool_usage: tools } })?.toolUsage).toBe(tools);
    expect(responsesUsage({ usage: full, tool_usage: null })).not.toHaveProperty('toolUsage');
  });

  it('what was not reported is unknown, never 0', () => {
    const unknown = { input: undefined, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
    expect(usage({ input_tokens: 5 })).toEqual({ ...unknown, input: 5, raw: { input_tokens: 5 } });
    expect(usage({ total_tokens: 5 })).toEqual({ ...unknown, raw: { total_tokens: 5 } });
    expect(usage({ input_tokens: 0, output_tokens: 0, output_tokens_details: { reasoning_tokens: 0 } })).toMatchObject({
      input: 0,
      output: 0,
      cacheRead: undefined,
      reasoning: 0,
    });
  });

  it.each([-1, 1.5, '7', null, true, 1e300, {}])('a count of %j is unknown', (count) => {
    expect(usage({ input_tokens: count as JsonValue, output_tokens: 2, input_tokens_details: count as JsonValue })).toMatchObject({
      input: undefined,
      output: 2,
      cacheRead: undefined,
    });
  });

  it.each([null, [], 'x', {}, { usage: null }, { usage: {} }, { usage: [] }, { response: null }, { response: { usage: null } }])(
    'of %j is none',
    (body) => {
      expect(responsesUsage(body as JsonValue)).toBeUndefined();
    },
  );

  it('is frozen: what one listener wrote into it, the others would book', () => {
    const read = usage(structuredClone(full));
    expect(Object.isFrozen(read)).toBe(true);
    expect(Object.isFrozen(valueAt(read, ['raw', 'input_tokens_details']))).toBe(true);
  });
});

describe('responsesUsageObject', () => {
  it('has every number that clients require', () => {
    expect(responsesUsageObject(usage(full))).toEqual(full);
    expect(responsesUsageObject(undefined)).toEqual({
      input_tokens: 0,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 0,
    });
  });
});
