import { describe, expect, it } from 'vitest';
import { openaiUsage, openaiUsageObject } from '../../../core/src/dialects/openai-usage.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';

const usage = (raw: JsonValue) => openaiUsage({ usage: raw });

describe('openaiUsage', () => {
  it('reads all that OpenAI reports; cached tokens are part of the input, reasoning of the output', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 80, cache_write_tokens: 10, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 30, accepted_prediction_tokens: 0 },
    };
    expect(usage(raw)).toEqual({ input: 100, output: 50, cacheRead: 80, cacheWrite: 10, reasoning: 30, raw });
    expect(usage(raw)?.raw).toBe(raw);
  });

  it.each([
    ['default', { serviceTier: 'default' }],
    ['priority', { serviceTier: 'priority' }],
    ['', {}],
    [null, {}],
    [7, {}],
  ])('the service tier stands beside the usage: %j', (tier, known) => {
    const raw = { prompt_tokens: 1, completion_tokens: 1 };
    const found = openaiUsage({ usage: raw, service_tier: tier });
    const rest = { input: 1, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw };
    expect(found).toStrictEqual({ ...rest, ...known });
  });

  it('what was not reported is unknown, never 0', () => {
    expect(usage({ prompt_tokens: 5 })).toEqual({
      input: 5,
      output: undefined,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
      raw: { prompt_tokens: 5 },
    });
    expect(usage({ prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } })).toMatchObject({
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: undefined,
      reasoning: undefined,
    });
  });

  it.each([-1, 1.5, '7', null, true, Number.NaN, 1e300, {}])('a count of %j is unknown', (count) => {
    expect(usage({ prompt_tokens: count as JsonValue, completion_tokens: 2 })).toMatchObject({ input: undefined, output: 2 });
  });

  it.each([null, [], 'x', {}])('details of %j say nothing', (details) => {
    expect(usage({ prompt_tokens: 1, prompt_tokens_details: details, completion_tokens_details: details })).toMatchObject({
      input: 1,
      cacheRead: undefined,
      reasoning: undefined,
    });
  });

  it('xAI: reasoning beside the output is part of it, as its own total says', () => {
    const raw = { prompt_tokens: 12, completion_tokens: 1, total_tokens: 241, completion_tokens_details: { reasoning_tokens: 228 } };
    expect(usage(raw)).toMatchObject({ input: 12, output: 229, reasoning: 228 });
    expect(usage({ ...raw, total_tokens: 13 })).toMatchObject({ output: 1 });
    expect(usage({ ...raw, total_tokens: undefined as unknown as JsonValue })).toMatchObject({ output: 1 });
  });

  it('Google’s endpoint: thoughts stand in the total alone', () => {
    expect(usage({ prompt_tokens: 66, completion_tokens: 6, total_tokens: 100 })).toMatchObject({
      input: 66,
      output: 34,
      reasoning: undefined,
    });
  });

  it('DeepSeek: cache hits have a name of their own', () => {
    expect(usage({ prompt_tokens: 10, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 })).toMatchObject({
      input: 10,
      cacheRead: 4,
    });
  });

  it('Groq: usage may stand in x_groq alone', () => {
    expect(openaiUsage({ x_groq: { id: 'r', usage: { prompt_tokens: 3, completion_tokens: 4 } } })).toMatchObject({ input: 3, output: 4 });
    expect(openaiUsage({ usage: { prompt_tokens: 1 }, x_groq: { usage: { prompt_tokens: 9 } } })).toMatchObject({ input: 1 });
  });

  it.each([null, 'text', [], {}, { usage: null }, { usage: [] }, { x_groq: {} }])('%j reports none', (body) => {
    expect(openaiUsage(body as JsonValue)).toBeUndefined();
  });

  it('embeddings: no output is reported', () => {
    expect(usage({ prompt_tokens: 8, total_tokens: 8 })).toMatchObject({ input: 8, output: undefined });
  });
});

describe('openaiUsageObject', () => {
  it('has the total the SDKs expect', () => {
    const known = { input: 2, output: 3, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
    expect(openaiUsageObject(known)).toEqual({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 });
    expect(openaiUsageObject(undefined)).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
  });
});
