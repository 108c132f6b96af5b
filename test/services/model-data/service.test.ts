import { describe, expect, it } from 'vitest';
import { frozenCopy } from '../../../core/src/frozen-copy.ts';
import type { Cost } from '../../../core/src/model/principal.ts';
import type { Target } from '../../../core/src/model/target.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide, ServiceContainer } from '../../../core/src/services/container.ts';
import { ModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { PriceBook, type UsageBounds } from '../../../core/src/services/price-book.ts';
import type { ModelDataOptions } from '../../../services/model-data/src/options.ts';
import { modelData } from '../../../services/model-data/src/service.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

const table = '@pydantic/genai-prices 0.1.8 (2026-09-23)';

function services(options?: ModelDataOptions, startsAt = Date.parse('2026-09-23T12:00:00Z')) {
  const clock = manualClock(startsAt);
  const { get } = new ServiceContainer([provide(Clock, clock), ...modelData(options)]);
  return { clock, catalog: get(ModelCatalog), prices: get(PriceBook) };
}

function target(id: string): Target {
  const slash = id.indexOf('/');
  return { id, provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

const usage: Usage = { input: 1000, output: 100, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };

describe('modelData', () => {
  it('refuses options that it does not know when it is called', () => {
    expect(() => modelData({ model: {} } as ModelDataOptions)).toThrow('The options of modelData() are not usable:');
  });

  it.each(['openai/gpt-99-of-nobody', 'mine/gpt-5-mini', 'ollama/llama3', 'constructor/constructor'])(
    'knows nothing of %s: neither 0 nor false',
    (id) => {
      const { catalog, prices } = services();
      expect(catalog.facts(target(id))).toBeUndefined();
      expect(prices.cost(target(id), usage)).toBeUndefined();
    },
  );

  it.each([
    ['openai/gpt-5-mini-2025-08-07', 400_000, 450_000n],
    ['azure-openai/gpt-5-mini', 400_000, 450_000n],
    ['anthropic/claude-haiku-4-5-20251001', 200_000, 1_500_000n],
    ['anthropic-vertex/claude-haiku-4-5@20251001', 200_000, 1_500_000n],
    ['bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0', 200_000, 1_650_000n],
    ['bedrock-anthropic/us.anthropic.claude-haiku-4-5-20251001-v1:0', 200_000, 1_650_000n],
    ['xai/grok-4.5', 500_000, 2_600_000n],
    ['openrouter/anthropic/claude-sonnet-4.5', 1_000_000, 4_500_000n],
    ['cerebras/gpt-oss-120b', 131_072, 425_000n],
  ])('knows %s', (id, contextTokens, cost) => {
    const { catalog, prices } = services();
    expect(catalog.facts(target(id))).toEqual({ contextTokens });
    expect(prices.cost(target(id), usage)).toBe(cost);
  });

  it('what the operator says counts more, field by field; of his target more than of his model', () => {
    const { catalog } = services({
      models: {
        'gpt-5-mini': { tools: true, maxOutputTokens: 1000 },
        'azure-openai/gpt-5-mini': { contextTokens: 5, maxOutputTokens: 2000 },
      },
    });
    expect(catalog.facts(target('openai/gpt-5-mini'))).toEqual({ contextTokens: 400_000, tools: true, maxOutputTokens: 1000 });
    expect(catalog.facts(target('azure-openai/gpt-5-mini'))).toEqual({ contextTokens: 5, tools: true, maxOutputTokens: 2000 });
    expect(catalog.facts(target('openai/gpt-5-nano'))).toEqual({ contextTokens: 400_000 });
  });

  it('prices of the operator take the place of all of the table: none is mixed in', () => {
    const { prices } = services({ models: { 'openai/gpt-5-mini': { prices: { input: 1 } }, mine: { prices: { input: 2, output: 3 } } } });
    expect(prices.cost(target('openai/gpt-5-mini'), usage)).toBeUndefined();
    expect(prices.cost(target('openai/gpt-5-mini'), { ...usage, output: 0, cacheRead: 500 })).toBe(1_000_000n);
    expect(prices.cost(target('anywhere/mine'), usage)).toBe(2_300_000n);
  });

  it('prices do not hide facts, and facts do not hide prices', () => {
    const { catalog, prices } = services({ models: { 'openai/gpt-5-mini': { prices: { input: 1 } }, 'gpt-5-nano': { tools: false } } });
    expect(catalog.facts(target('openai/gpt-5-mini'))).toEqual({ contextTokens: 400_000 });
    expect(prices.cost(target('openai/gpt-5-nano'), usage)).toBe(90_000n);
  });

  it("an operator's name of a provider is one of the table's, or nobody's", () => {
    const { catalog, prices } = services({ providers: { 'my-azure': 'azure', openai: false, wrong: 'nobody' } });
    expect(prices.cost(target('my-azure/gpt-5-mini'), usage)).toBe(450_000n);
    for (const id of ['openai/gpt-5-mini', 'wrong/gpt-5-mini']) {
      expect(catalog.facts(target(id))).toBeUndefined();
      expect(prices.cost(target(id), usage)).toBeUndefined();
    }
  });

  it('prices change while the gateway runs', () => {
    const { clock, prices } = services({}, Date.parse('2026-12-31T23:59:59Z'));
    const before = prices.cost(target('google/gemini-3.8-flash'), usage);
    clock.advance(1000);
    const after = prices.cost(target('google/gemini-3.8-flash'), usage);
    expect(before).toBe(1_125_000n);
    expect(after).not.toBe(before);
  });

  it('the time of the call decides, where it is told', () => {
    const { prices } = services({}, Date.parse('2026-09-01'));
    const cost = (at?: string) => prices.cost(target('google/gemini-3.8-flash'), usage, at === undefined ? {} : { at: Date.parse(at) });
    expect([cost(), cost('2026-12-31T23:59:59Z'), cost('2027-01-01T00:00:00Z')]).toEqual([1_125_000n, 1_125_000n, 2_250_000n]);
  });

  it("before the operator's dated prices hold, the table's do", () => {
    const { prices } = services({
      models: {
        'openai/gpt-5-mini': {
          prices: [
            { input: 1, output: 1, from: '2026-10-01' },
            { input: 2, output: 2, from: '2026-11-01' },
          ],
        },
      },
    });
    const figure = (at: string) => prices.figure(target('openai/gpt-5-mini'), usage, { at: Date.parse(at) });
    expect(figure('2026-09-30T23:59:59Z')).toEqual({ nanoDollars: 450_000n, table });
    expect(figure('2026-10-01T00:00:00Z')).toEqual({ nanoDollars: 1_100_000n, table: 'own prices of openai/gpt-5-mini from 2026-10-01' });
    expect(figure('2026-11-01T00:00:00Z')).toEqual({ nanoDollars: 2_200_000n, table: 'own prices of openai/gpt-5-mini from 2026-11-01' });
  });

  it('a figure says whose price it is, the target before the model', () => {
    const { prices } = services({ models: { m: { prices: { input: 1, output: 1 } }, 'a/m': { prices: { input: 2, output: 2 } } } });
    expect(prices.figure(target('a/m'), usage).table).toBe('own prices of a/m, undated');
    expect(prices.figure(target('b/m'), usage)).toEqual({ nanoDollars: 1_100_000n, table: 'own prices of m, undated' });
  });

  it('a figure that is unknown says why', () => {
    const { prices } = services({ models: { 'a/m': { prices: { input: 1 } } } });
    const why = (id: string, of: Usage | UsageBounds = usage) => prices.figure(target(id), of);
    expect(why('openai/gpt-99')).toEqual({
      nanoDollars: undefined,
      table: prices.table,
      why: 'openai/gpt-99: no price is known of the model',
    });
    expect(why('a/m')).toEqual({ nanoDollars: undefined, table: 'own prices of a/m, undated', why: 'a/m: no price is known of output' });
    expect(why('openai/gpt-5-mini', { ...usage, serviceTier: 'priority' }).why).toBe(
      'openai/gpt-5-mini: no price is known of the service tier priority',
    );
    expect(why('a/m', { inputTokens: 1, outputTokens: 1 }).why).toBe('a/m: no price is known of output');
  });

  it('a figure fits the slot of the exchange', () => {
    const { prices } = services();
    const figure = prices.figure(target('openai/gpt-5-mini'), usage);
    const cost: Cost = frozenCopy(figure, 'cost');
    expect(cost).toEqual(figure);
  });

  it('has an upper bound before the call is made', () => {
    const { prices } = services();
    const bounds = { inputTokens: 1000, outputTokens: 100 };
    const worst = (id: string, more: Partial<UsageBounds> = {}) => prices.worst(target(id), { ...bounds, ...more });
    expect(worst('openai/gpt-5-mini')).toBe(450_000n);
    expect(prices.figure(target('openai/gpt-5-mini'), bounds)).toEqual({ nanoDollars: 450_000n, table });
    // All of it may be written to a cache for an hour, and served in the United States alone.
    expect(worst('anthropic/claude-haiku-4-5')).toBe(2_750_000n);
    expect(worst('anthropic/claude-haiku-4-5', { special: [] })).toBe(1_925_000n);
    expect(worst('openai/gpt-99')).toBeUndefined();
    expect(worst('openai/gpt-4o-audio-preview', { special: ['inputAudio'] })).toBeUndefined();
    expect(prices.worst(target('openai/gpt-5-mini'), bounds, { serviceTier: 'priority' })).toBeUndefined();
    expect(prices.worst(target('openai/gpt-5-mini'), bounds, { toolCalls: { webSearch: 3 } })).toBe(30_450_000n);
  });

  it('the tiers of the operator make the bound dearer where any of them may be served', () => {
    const own = { input: 1, output: 1, tiers: { priority: { input: 3, output: 3 } } };
    const { prices } = services({ models: { 'a/m': { prices: own } } });
    const bounds = { inputTokens: 1000, outputTokens: 100 };
    expect(prices.worst(target('a/m'), bounds)).toBe(3_300_000n);
    expect(prices.worst(target('a/m'), bounds, { serviceTier: 'default' })).toBe(1_100_000n);
    expect(prices.cost(target('a/m'), { ...usage, serviceTier: 'priority' })).toBe(3_300_000n);
  });

  it.each<[ModelDataOptions, string]>([
    [{}, table],
    [{ models: { a: { tools: true } } }, table],
    [{ models: { a: { prices: { input: 1 } } } }, `${table}, with prices of your own for 1 model`],
    [{ models: { a: { prices: { input: 1 } }, b: { prices: { input: 1 } } } }, `${table}, with prices of your own for 2 models`],
  ])('%j names its table', (options, name) => {
    expect(services(options).prices.table).toBe(name);
  });

  it('facts are the same object each time, and nobody can change them', () => {
    const { catalog } = services();
    const facts = catalog.facts(target('openai/gpt-5-mini'));
    expect(catalog.facts(target('openai/gpt-5-mini'))).toBe(facts);
    expect(Object.isFrozen(facts)).toBe(true);
  });

  it('the keys of a prototype are names like others', () => {
    const { catalog } = services({
      models: JSON.parse('{ "__proto__": { "tools": false }, "constructor": { "tools": true } }'),
      providers: { toString: 'openai' },
    });
    expect(catalog.facts(target('x/constructor'))).toEqual({ tools: true });
    expect(catalog.facts(target('x/hasOwnProperty'))).toBeUndefined();
    expect(catalog.facts(target('toString/gpt-5-mini'))).toEqual({ contextTokens: 400_000 });
    expect(catalog.facts(target('valueOf/gpt-5-mini'))).toBeUndefined();
  });
});
