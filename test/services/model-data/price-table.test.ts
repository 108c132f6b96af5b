import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// biome-ignore lint/correctness/noUndeclaredDependencies: the copy that the package under test brings is what it is compared with.
import { calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bill, costOf, worstOf } from '../../../services/model-data/src/bill.ts';
import { tableEntry, tableName } from '../../../services/model-data/src/price-table.ts';

const root = join(import.meta.dirname, '../../..');
const today = Date.parse('2026-09-23T12:00:00Z');

function cost(provider: string, model: string, now = today, tokens = { input: 1000, output: 100 }): bigint | undefined {
  const prices = tableEntry(provider, model)?.prices(now);
  return prices && amount(costOf(prices, { ...tokens, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined }));
}

function amount(found: Bill): bigint | undefined {
  return 'why' in found ? undefined : found.nanoDollars;
}

describe('the table', () => {
  it('is called by the name, version and date of the package that is installed', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'services/model-data/package.json'), 'utf8'));
    expect(tableName).toBe(`@pydantic/genai-prices ${manifest.dependencies['@pydantic/genai-prices']} (2026-09-23)`);
  });
});

describe('tableEntry', () => {
  it.each([
    ['openai', 'gpt-99-of-nobody'],
    ['openai', ''],
    ['openai', 'our-deployment'],
    ['openai', 'ft:gpt-4.1-mini:acme::abc'],
    ['nobody', 'gpt-5-mini'],
    ['', 'gpt-5-mini'],
    ['my-openai', 'gpt-5-mini'], // has a provider's name in it, which the table's own search would take
    ['openai', '__proto__'],
    ['openai', '('.repeat(100)],
  ])('knows nothing of %s / %s', (provider, model) => {
    expect(tableEntry(provider, model)).toBeUndefined();
  });

  it.each([
    ['openai', 'gpt-5-mini', 'gpt-5-mini-2025-08-07'],
    ['azure', 'gpt-5-mini', 'gpt-5-mini-2025-08-07'],
    ['anthropic', 'claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
    ['google', 'claude-haiku-4-5', 'claude-haiku-4-5@20251001'],
    ['google', 'gemini-2.5-pro', 'models/gemini-2.5-pro'],
    ['aws', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
  ])('of %s, %s and %s are one model', (provider, one, other) => {
    const [first, second] = [tableEntry(provider, one), tableEntry(provider, other)];
    expect(first).toBeDefined();
    expect(second?.contextTokens).toBe(first?.contextTokens);
    expect(cost(provider, one)).toEqual(expect.any(BigInt));
    expect(cost(provider, other)).toBe(cost(provider, one));
  });

  it('a region of AWS may cost more', () => {
    const [us, global] = ['us', 'global'].map((region) => cost('aws', `${region}.anthropic.claude-haiku-4-5-20251001-v1:0`));
    expect(us).toBe(1_650_000n);
    expect(global).toBe(1_500_000n);
  });

  it('knows windows', () => {
    expect(tableEntry('openai', 'gpt-5-mini')?.contextTokens).toBe(400_000);
    expect(tableEntry('anthropic', 'claude-haiku-4-5')?.contextTokens).toBe(200_000);
    expect(tableEntry('groq', 'llama-3.3-70b-versatile')?.contextTokens).toBeUndefined();
  });

  it.each([
    ['openai', 'text-embedding-3-small'],
    ['mistral', 'mistral-embed'], // has a price for output
    ['ovhcloud', 'bge-m3'], // is not called so
  ])('the window of one text is none of a call: %s %s', (provider, model) => {
    expect(findProvider({ providerId: provider })?.models.find(({ id }) => id === model)?.context_window).toBeGreaterThan(0);
    expect(tableEntry(provider, model)).toBeDefined();
    expect(tableEntry(provider, model)?.contextTokens).toBeUndefined();
  });

  it('prices are those of the time, by date', () => {
    expect(cost('openai', 'gpt-5.6-sol', Date.parse('2026-08-20T23:59:59Z'))).toBe(8_000_000n);
    expect(cost('openai', 'gpt-5.6-sol', Date.parse('2026-08-21T00:00:00Z'))).toBe(6_000_000n);
  });

  it('prices are those of the time, by hour', () => {
    const entry = tableEntry('deepseek', 'deepseek-chat');
    const at = (time: string) => entry?.prices(Date.parse(`2026-09-01T${time}Z`))?.tiers.get('standard')?.[0]?.list.tokens.input;
    expect([at('12:00:00'), at('20:00:00'), at('12:00:01')]).toEqual([270_000_000n, 135_000_000n, 270_000_000n]);
  });

  it.each([
    ['listed without any price', 'google', 'gemma-3'],
    ['billed by the hour', 'openai', 'whisper-1'],
    ['billed by the page', 'mistral', 'mistral-ocr-latest'],
    ['billed by the request as well', 'perplexity', 'sonar'],
  ])('knows a model but no cost where it is %s', (_what, provider, model) => {
    expect(tableEntry(provider, model)).toBeDefined();
    expect(cost(provider, model, today, { input: 1, output: 0 })).toBeUndefined();
  });

  it('a time that is none has no prices, and does not throw', () => {
    expect(tableEntry('deepseek', 'deepseek-chat')?.prices(Number.NaN)).toBeUndefined();
  });

  it('is found for any name without throwing', () => {
    fc.assert(
      fc.property(fc.constantFrom('openai', 'aws', 'openrouter', 'google', '('), fc.string({ unit: 'binary' }), (provider, model) => {
        tableEntry(provider, model)?.prices(today);
      }),
    );
  });
});

const providers = [
  'anthropic',
  'aws',
  'azure',
  'cerebras',
  'cohere',
  'deepseek',
  'fireworks',
  'google',
  'groq',
  'mistral',
  'openai',
  'openrouter',
  'together',
  'x-ai',
];
const ours = new Set([
  'input_mtok',
  'output_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'cache_write_1h_mtok',
  'output_reasoning_mtok',
  'input_audio_mtok',
  'input_image_mtok',
  'input_video_mtok',
  'cache_audio_read_mtok',
  'cache_image_read_mtok',
  'output_audio_mtok',
  'output_image_mtok',
  'output_video_mtok',
  'web_searches_kcount',
  'storage_searches_kcount',
]);

function namesOf(provider: string): string[] {
  return (findProvider({ providerId: provider })?.models ?? []).map(({ id }) =>
    provider === 'fireworks' ? `accounts/fireworks/models/${id}` : id,
  );
}

describe('prices', () => {
  it.each(providers)('of %s give what the package itself gives, for every model and any number of tokens', (provider) => {
    const standard = (name: string) => tableEntry(provider, name)?.prices(today)?.tiers.get('standard')?.[0]?.list;
    const names = namesOf(provider);
    const known = names.filter((name) => standard(name)?.tokens.output !== undefined);
    expect(known.length).toBeGreaterThan(names.length * 0.4); // the others are billed otherwise, or free
    const timestamp = new Date(today);
    const count = fc.integer({ min: 0, max: 400_000 });
    const counts = fc.record({
      fresh: count,
      read: count,
      written: count,
      hour: count,
      heard: count,
      again: count,
      said: count,
      spoken: count,
      searches: count,
    });
    fc.assert(
      fc.property(fc.constantFrom(...known), counts, (model, all) => {
        const { tokens, fees } = standard(model) ?? { tokens: {}, fees: {} };
        // What has no price of its own is unknown here, and the price of text there.
        const [written, hour, heard, again, spoken, searches] = [
          tokens.cacheWrite === undefined ? 0 : all.written,
          tokens.cacheWriteHour === undefined ? 0 : all.hour,
          tokens.inputAudio === undefined ? 0 : all.heard,
          tokens.cacheReadAudio === undefined ? 0 : all.again,
          tokens.outputAudio === undefined ? 0 : all.spoken,
          fees.webSearch === undefined ? 0 : all.searches,
        ];
        const cacheRead = all.read + again;
        const input = all.fresh + cacheRead + written + hour + heard;
        const output = all.said + spoken;
        const theirs = calcPrice(
          {
            input_tokens: input,
            cache_read_tokens: cacheRead,
            cache_write_tokens: written + hour,
            cache_write_1h_tokens: hour,
            input_audio_tokens: heard + again,
            cache_audio_read_tokens: again,
            output_tokens: output,
            output_audio_tokens: spoken,
            web_searches: searches,
          },
          model,
          { providerId: provider, timestamp },
        )?.total_price;
        const raw = {
          cache_creation: { ephemeral_1h_input_tokens: hour },
          prompt_tokens_details: { audio_tokens: heard + again, cached_tokens_details: { audio_tokens: again } },
          completion_tokens_details: { audio_tokens: spoken },
          server_tool_use: { web_search_requests: searches },
        };
        const prices = tableEntry(provider, model)?.prices(today);
        const own = prices && costOf(prices, { input, cacheRead, cacheWrite: written + hour, output, reasoning: undefined, raw });
        // Theirs is a sum of floating-point numbers, ours is rounded up.
        expect(own).toHaveProperty('nanoDollars');
        expect(Math.abs(Number(own && amount(own)) / 1e9 - (theirs ?? Number.NaN))).toBeLessThan(1e-8);
      }),
      { numRuns: 500 },
    );
  });

  it.each(providers)('MONEY-3: of %s, no call of any model costs more than its bound, at any length and tier', (provider) => {
    const known = namesOf(provider).filter((name) => tableEntry(provider, name)?.prices(today) !== undefined);
    const count = fc.integer({ min: 0, max: 600_000 });
    const counts = fc.record({ fresh: count, read: count, written: count, hour: count, heard: count, said: count, thought: count });
    const tier = fc.constantFrom('default', 'flex', 'batch');
    let compared = 0;
    fc.assert(
      fc.property(fc.constantFrom(...known), counts, tier, fc.constantFrom('us', 'global'), (model, all, serviceTier, place) => {
        const prices = tableEntry(provider, model)?.prices(today);
        if (prices === undefined) return;
        const { list } = prices.tiers.get('standard')?.[0] ?? {};
        const [written, hour, heard] = [
          list?.tokens.cacheWrite === undefined ? 0 : all.written,
          list?.tokens.cacheWriteHour === undefined ? 0 : all.hour,
          list?.tokens.inputAudio === undefined ? 0 : all.heard,
        ];
        const [input, output] = [all.fresh + all.read + written + hour + heard, all.said + all.thought];
        const raw = {
          inference_geo: place,
          cache_creation: { ephemeral_1h_input_tokens: hour },
          prompt_tokens_details: { audio_tokens: heard },
        };
        const usage = { input, output, cacheRead: all.read, cacheWrite: written + hour, reasoning: all.thought, serviceTier, raw };
        const cost = amount(costOf(prices, usage));
        for (const asked of [{}, { serviceTier }]) {
          const bound = amount(worstOf(prices, { inputTokens: input, outputTokens: output }, asked));
          if (cost === undefined) continue;
          compared += 1;
          expect(bound !== undefined && bound >= cost).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('tiers that a provider prices as a part of its list are known, others are not', () => {
    const tiers = (provider: string, model: string) => [...(tableEntry(provider, model)?.prices(today)?.tiers.keys() ?? [])];
    expect(tiers('openai', 'gpt-5.6-sol')).toEqual(['standard', 'batch', 'flex']);
    expect(tiers('anthropic', 'claude-haiku-4-5')).toEqual(['standard', 'batch', 'us', 'batch+us']);
    expect(tiers('mistral', 'mistral-large-latest')).toEqual(['standard']);
    const flex = tableEntry('openai', 'gpt-5.6-sol')?.prices(today)?.tiers.get('flex')?.[0]?.list;
    expect(flex?.tokens).toEqual({ input: 2_000_000_000n, cacheRead: 200_000_000n, cacheWrite: 2_500_000_000n, output: 10_000_000_000n });
    expect(flex?.fees.webSearch).toBe(10_000_000_000_000n);
  });

  it('a longer input has another list', () => {
    const steps = tableEntry('google', 'gemini-2.5-pro')?.prices(today)?.tiers.get('standard');
    expect(steps?.map(({ above, list }) => [above, list.tokens.input, list.tokens.output])).toEqual([
      [-1, 1_250_000_000n, 10_000_000_000n],
      [200_000, 2_500_000_000n, 15_000_000_000n],
    ]);
  });

  it('cover every price of tokens that the core counts', () => {
    const keys = new Set(
      providers
        .flatMap((id) => findProvider({ providerId: id })?.models ?? [])
        .flatMap(({ prices }) =>
          (Array.isArray(prices) ? prices.map((one) => one.prices) : [prices]).flatMap((price: ModelPrice) => Object.keys(price)),
        ),
    );
    // Whoever updates the package sees here what is new in it: an entry that belongs to `tokenKeys`, or one more for the README's limits.
    expect([...keys].filter((key) => !ours.has(key)).sort()).toMatchInlineSnapshot(`
      [
        "audio_hours",
        "input_annotated_document_kpages",
        "input_audio_hours",
        "input_document_kpages",
        "input_text_messages_kcount",
      ]
    `);
  });
});
