import { describe, expect, it } from 'vitest';
import { googleUsage, googleUsageObject } from '../../../core/src/dialects/google-usage.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';

const usage = (raw: JsonValue) => googleUsage({ candidates: [], usageMetadata: raw });

describe('googleUsage', () => {
  it('reads all that Gemini reports: cached tokens are part of the input, tool prompts and thoughts are added', () => {
    const raw = {
      promptTokenCount: 46,
      cachedContentTokenCount: 20,
      candidatesTokenCount: 293,
      thoughtsTokenCount: 980,
      toolUsePromptTokenCount: 1436,
      totalTokenCount: 2755,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 46 }],
    };
    expect(usage(raw)).toEqual({ input: 1482, output: 1273, cacheRead: 20, cacheWrite: undefined, reasoning: 980, raw });
    expect(usage(raw)?.raw).toBe(raw);
    expect(Object.isFrozen(usage(raw))).toBe(true);
  });

  it.each([
    [{ serviceTier: 'flex' }, 'flex'],
    [{ trafficType: 'PROVISIONED_THROUGHPUT' }, 'PROVISIONED_THROUGHPUT'],
    [{ serviceTier: 'priority', trafficType: 'ON_DEMAND' }, 'priority'],
    [{ service_tier: 'standard' }, 'standard'],
    [{}, undefined],
  ])('the service tier is named, or is the kind of traffic: %j', (said, tier) => {
    expect(usage({ promptTokenCount: 1, candidatesTokenCount: 1, ...said })?.serviceTier).toBe(tier);
  });

  it('CLIProxyAPI#1643: thoughts are output, not prompt', () => {
    expect(usage({ promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 100, totalTokenCount: 115 })).toMatchObject({
      input: 10,
      output: 105,
      reasoning: 100,
    });
  });

  it('litellm#10667: cached tokens are known, and within the input once', () => {
    expect(usage({ promptTokenCount: 19_588, cachedContentTokenCount: 18_403, candidatesTokenCount: 69 })).toMatchObject({
      input: 19_588,
      cacheRead: 18_403,
      output: 69,
    });
  });

  it('a count that is left out is unknown, unless the total tells', () => {
    expect(usage({ promptTokenCount: 5 })).toMatchObject({ input: 5, output: undefined, cacheRead: undefined, reasoning: undefined });
    expect(usage({ promptTokenCount: 5, totalTokenCount: 5 })).toMatchObject({ input: 5, output: 0 });
    expect(usage({ promptTokenCount: 5, totalTokenCount: 9 })).toMatchObject({ input: 5, output: 4 });
    expect(usage({ promptTokenCount: 5, totalTokenCount: 3 })).toMatchObject({ input: 5, output: undefined });
    expect(usage({ totalTokenCount: 9 })).toMatchObject({ input: undefined, output: undefined });
    expect(usage({ candidatesTokenCount: 2 })).toMatchObject({ input: undefined, output: 2 });
  });

  it.each([-1, 1.5, '7', null, true, Number.NaN, 1e300, {}])('a count of %j is unknown', (count) => {
    expect(usage({ promptTokenCount: count as JsonValue, candidatesTokenCount: 2 })).toMatchObject({ input: undefined, output: 2 });
  });

  it.each([
    null,
    'text',
    [],
    {},
    { usageMetadata: null },
    { usageMetadata: [] },
    { usageMetadata: {} },
    { usageMetadata: { trafficType: 'ON_DEMAND' } },
  ])('%j reports none', (body) => {
    expect(googleUsage(body as JsonValue)).toBeUndefined();
  });

  it('embeddings: no output is reported', () => {
    expect(googleUsage({ embeddings: [{ values: [0.1] }], usageMetadata: { promptTokenCount: 8 } })).toMatchObject({
      input: 8,
      output: undefined,
    });
  });

  it('Vertex counts per embedded text; a sum with a gap is unknown', () => {
    const prediction = (count: JsonValue) => ({ embeddings: { values: [0.1], statistics: { token_count: count, truncated: false } } });
    expect(googleUsage({ predictions: [prediction(3), prediction(4)] })).toMatchObject({ input: 7, output: undefined });
    expect(googleUsage({ predictions: [prediction(3), prediction(null)] })).toBeUndefined();
    expect(googleUsage({ embedding: { values: [], statistics: { tokenCount: 2 } } })).toMatchObject({ input: 2 });
    expect(googleUsage({ embeddings: [{ values: [] }, null] })).toBeUndefined();
  });
});

describe('googleUsageObject', () => {
  it('says again what googleUsage read', () => {
    const known = { input: 7, output: 5, cacheRead: 2, cacheWrite: undefined, reasoning: 3, raw: undefined };
    const raw = googleUsageObject(known);
    expect(raw).toEqual({
      promptTokenCount: 7,
      cachedContentTokenCount: 2,
      candidatesTokenCount: 2,
      thoughtsTokenCount: 3,
      totalTokenCount: 12,
    });
    expect(usage(raw as JsonValue)).toEqual({ ...known, raw });
  });

  it('what is unknown stays out', () => {
    const nothing = {
      input: undefined,
      output: undefined,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
      raw: undefined,
    };
    expect(googleUsageObject(undefined)).toBeUndefined();
    expect(googleUsageObject(nothing)).toBeUndefined();
    expect(googleUsageObject({ ...nothing, input: 4 })).toEqual({ promptTokenCount: 4 });
    expect(googleUsageObject({ ...nothing, output: 4, reasoning: 9 })).toMatchObject({ candidatesTokenCount: 0, thoughtsTokenCount: 9 });
  });
});
