import { describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { ModelFacts } from '../../../core/src/services/model-catalog.ts';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import type { Journey } from '../../../core/src/upstream/along-targets.ts';
import { capable, incapacity } from '../../../core/src/upstream/capable.ts';
import { madeExchange } from './made-exchange.ts';

const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

const tool = { type: 'function', function: { name: 'look', parameters: {} } };
const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] };
const schema = { type: 'json_schema', json_schema: { name: 'x', schema: {} } };

/** The targets that are asked for a call, with what is known of them. */
async function asked(body: object, known: Readonly<Record<string, ModelFacts>>): Promise<string[]> {
  const { exchange } = madeExchange(providers, { body });
  let journey: Journey | undefined;
  const parts = { catalog: { facts: ({ id }: { id: string }) => known[id] }, estimator: byteTokenEstimator() };
  const travel = capable(parts, async (one) => {
    journey = one;
    throw new Error('far enough');
  });
  await expect(travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first' })).rejects.toThrow('far enough');
  return journey?.targets.map(({ provider }) => provider) ?? [];
}

describe('capable', () => {
  it.each<[string, object, ModelFacts]>([
    ['tools', { tools: [tool] }, { tools: false }],
    ['images', { messages: [image] }, { vision: false }],
    ['a schema', { response_format: schema }, { jsonSchema: false }],
    ['a long prompt', { messages: [{ role: 'user', content: 'x'.repeat(10_000) }] }, { contextTokens: 1_000 }],
  ])('leaves out a target that is known not to take %s, and only for calls that have it', async (_what, body, facts) => {
    expect(await asked(body, { 'second/m': facts })).toEqual(['first', 'third']);
    expect(await asked({}, { 'second/m': facts })).toEqual(['first', 'second', 'third']);
  });

  it('leaves out nothing that is not known, nor what is known to be able', async () => {
    const body = { tools: [tool], messages: [image], response_format: schema };
    expect(await asked(body, {})).toHaveLength(3);
    expect(await asked(body, { 'first/m': {}, 'second/m': { tools: true, vision: true, jsonSchema: true } })).toHaveLength(3);
  });

  it('asks them all when none is known to be able: what is known grows old', async () => {
    const none = { tools: false };
    expect(await asked({ tools: [tool] }, { 'first/m': none, 'second/m': none, 'third/m': none })).toHaveLength(3);
  });

  it('does not judge a prompt by the bytes of its attachments, nor where the estimate leaves a doubt', async () => {
    const large = { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(40_000)}` } }] };
    expect(await asked({ messages: [large] }, { 'second/m': { contextTokens: 1_000 } })).toHaveLength(3);
    const near = { role: 'user', content: 'x'.repeat(5_000) };
    expect(await asked({ messages: [near] }, { 'second/m': { contextTokens: 1_000 } })).toHaveLength(3);
  });
});

describe('incapacity', () => {
  it('is told in words', () => {
    const { exchange } = madeExchange(providers, { body: { tools: [tool] } });
    const parts = { catalog: { facts: () => ({ tools: false }) }, estimator: byteTokenEstimator() };
    const [target] = exchange.targets;
    expect(incapacity(target!, exchange.requireCall(), parts)).toBe('has no tools');
  });

  it('is noted for the debug log', async () => {
    const { exchange } = madeExchange(providers, { body: { tools: [tool] } });
    const catalog = { facts: ({ id }: { id: string }) => (id === 'first/m' ? { tools: false } : undefined) };
    const travel = capable({ catalog, estimator: byteTokenEstimator() }, async () => {
      throw new Error('far enough');
    });
    await expect(travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first' })).rejects.toThrow();
    expect(exchange.passedOver).toEqual(['first/m has no tools']);
  });
});
