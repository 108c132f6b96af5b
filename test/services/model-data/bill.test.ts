import { billedTools, type PricedCall, specialTokens, type Usage, type UsageBounds } from '@express-ai-gateway/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bill, costOf, worstOf } from '../../../services/model-data/src/bill.ts';
import { type DollarPrices, type ModelPrices, type PriceStep, priceList, tokenKinds } from '../../../services/model-data/src/price-list.ts';

const nothing: Usage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
  raw: undefined,
};

type Tiers = Readonly<Record<string, readonly (DollarPrices & { readonly above?: number })[]>>;

function pricesOf(tiers: Tiers): ModelPrices {
  const steps = (lists: Tiers[string]): PriceStep[] => lists.map(({ above = -1, ...list }) => ({ above, list: priceList(list) }));
  return { table: 'a table', tiers: new Map(Object.entries(tiers).map(([tier, lists]) => [tier, steps(lists)])) };
}

function bill(tiers: Tiers, usage: Partial<Usage>, call?: PricedCall): Bill {
  return costOf(pricesOf(tiers), { ...nothing, ...usage }, call);
}

function amount(found: Bill): bigint | undefined {
  return 'why' in found ? undefined : found.nanoDollars;
}

function cost(prices: DollarPrices, usage: Partial<Usage>): bigint | undefined {
  return amount(bill({ standard: [prices] }, usage));
}

/** Dollars per million tokens are thousands of nano-dollars per token. */
const haiku = { input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 };

describe('costOf', () => {
  it.each<[string, DollarPrices, Partial<Usage>]>([
    ['the input was not counted', haiku, { output: 10 }],
    ['the output was not counted', haiku, { input: 10 }],
    ['the input has no price', { output: 5 }, { input: 10, output: 10 }],
    ['the output has no price', { input: 1 }, { input: 10, output: 10 }],
    ['no prices are known', {}, { input: 10, output: 10 }],
    ['more was cached than put in', haiku, { input: 10, output: 1, cacheRead: 6, cacheWrite: 5 }],
    ['there was more reasoning than output', haiku, { input: 10, output: 1, reasoning: 2 }],
    ['a count is negative', haiku, { input: -1, output: 1 }],
    ['a part is negative', haiku, { input: 10, output: 1, cacheRead: -5 }],
    ['a count is no number', haiku, { input: Number.NaN, output: 1 }],
    ['a count is beyond what a number counts', haiku, { input: 2 ** 60, output: 1 }],
  ])('is unknown when %s', (_name, prices, usage) => {
    expect(cost(prices, usage)).toBeUndefined();
  });

  it('counts each kind of token at its price', () => {
    expect(cost(haiku, { input: 1000, cacheRead: 600, cacheWrite: 300, output: 10 })).toBe(100_000n + 60_000n + 375_000n + 50_000n);
    expect(cost({ ...haiku, reasoning: 7 }, { input: 0, output: 10, reasoning: 4 })).toBe(6n * 5000n + 4n * 7000n);
  });

  it('BerriAI/litellm#11364, #9812: cached tokens are not counted twice, and where they have no price cost what others do', () => {
    expect(cost({ input: 1, output: 5 }, { input: 1000, cacheRead: 600, output: 0 })).toBe(1_000_000n);
  });

  it('reasoning is a part of the output, not added to it', () => {
    expect(cost(haiku, { input: 0, output: 10, reasoning: 10 })).toBe(50_000n);
  });

  it('a free price is a price', () => {
    expect(cost({ input: 0, output: 0 }, { input: 10, output: 10 })).toBe(0n);
  });

  it('models without output need no count of it', () => {
    expect(cost({ input: 0.02 }, { input: 100 })).toBe(2000n);
    expect(cost({ input: 0.02 }, { input: 100, output: 0 })).toBe(2000n);
  });

  it('rounds up once, not for each kind of token', () => {
    expect(cost({ input: 0.0001, output: 0.0001 }, { input: 1, output: 1 })).toBe(1n); // 0.1 and 0.1 nano-dollars
    expect(cost({ input: 0.0001, output: 0.0001 }, { input: 10, output: 11 })).toBe(3n);
  });

  it('a fraction of a token, as estimates have, counts as begun', () => {
    expect(cost(haiku, { input: 1.25, output: 0 })).toBe(2000n);
  });

  it('the tier that the whole input reaches holds for all tokens, output included; the bound itself is below it', () => {
    const prices = {
      standard: [
        { input: 2, cacheRead: 0.2, output: 12 },
        { above: 200, input: 4, cacheRead: 0.4, output: 18 },
        { above: 300, input: 8, cacheRead: 0.4, output: 18 },
      ],
    };
    const cost = (_prices: typeof prices, usage: Partial<Usage>) => amount(bill(_prices, usage));
    expect(cost(prices, { input: 200, cacheRead: 100, output: 10 })).toBe(200_000n + 20_000n + 120_000n);
    expect(cost(prices, { input: 201, cacheRead: 100, output: 10 })).toBe(404_000n + 40_000n + 180_000n);
    expect(cost(prices, { input: 301, output: 10 })).toBe(2_408_000n + 180_000n);
  });

  const price = fc.integer({ min: 0, max: 1_000_000_000 }).map((nanos) => ({ nanos: BigInt(nanos), dollars: Number(`${nanos}e-9`) }));
  const count = fc.integer({ min: 0, max: 10_000_000 });

  it('property: is the exact sum, rounded up to a nano-dollar', () => {
    fc.assert(
      fc.property(fc.tuple(price, price, price, price, price), fc.tuple(count, count, count, count, count), (prices, counts) => {
        const [input, cacheRead, cacheWrite, output, reasoning] = prices;
        const [fresh, read, written, said, thought] = counts;
        const found = cost(
          {
            input: input.dollars,
            cacheRead: cacheRead.dollars,
            cacheWrite: cacheWrite.dollars,
            output: output.dollars,
            reasoning: reasoning.dollars,
          },
          { input: fresh + read + written, cacheRead: read, cacheWrite: written, output: said + thought, reasoning: thought },
        );
        const exact = prices.reduce((sum, { nanos }, index) => sum + nanos * BigInt(counts[index] ?? 0), 0n);
        expect(found).toBe((exact + 999_999n) / 1_000_000n);
      }),
    );
  });

  it('property: calls that are counted apart never cost less than counted together, and less than a nano-dollar more each', () => {
    fc.assert(
      fc.property(price, price, fc.array(fc.tuple(count, count), { minLength: 1, maxLength: 20 }), (input, output, calls) => {
        const prices = { input: input.dollars, output: output.dollars };
        const apart = calls.reduce((sum, [one, other]) => sum + (cost(prices, { input: one, output: other }) ?? 0n), 0n);
        const total = (at: 0 | 1): number => calls.reduce((sum, call) => sum + call[at], 0);
        const together = cost(prices, { input: total(0), output: total(1) }) ?? -1n;
        expect(apart >= together && apart - together < BigInt(calls.length)).toBe(true);
      }),
    );
  });

  it('property: throws for no usage and no prices, and is a sum of money or unknown', () => {
    const odd = fc.oneof(fc.constant(undefined), fc.integer(), fc.double(), fc.maxSafeInteger());
    const dollars = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined });
    const usages = fc.record({ input: odd, output: odd, cacheRead: odd, cacheWrite: odd, reasoning: odd });
    fc.assert(
      fc.property(
        fc.record({ input: dollars, output: dollars, cacheRead: dollars, cacheWrite: dollars, reasoning: dollars }),
        usages,
        (prices, usage) => {
          const found = cost(prices, usage);
          expect(found === undefined || found >= 0n).toBe(true);
        },
      ),
    );
  });
});

/** Dearer in everything, and with prices of all that can be used. */
const opus = {
  input: 5,
  cacheRead: 0.5,
  cacheWrite: 6.25,
  cacheWriteHour: 10,
  output: 25,
  inputAudio: 32,
  cacheReadAudio: 0.4,
  outputAudio: 64,
  outputImage: 120,
  fees: { webSearch: 10, fileSearch: 2.5 },
};

describe('what a provider bills beside plain tokens', () => {
  const said = { input: 1000, output: 100 };

  it.each<[string, Partial<Usage>, bigint]>([
    [
      'what is written for an hour costs more than what is written for five minutes',
      { cacheWrite: 500, raw: { cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 200 } } },
      500n * 5000n + 300n * 6250n + 200n * 10_000n + 2_500_000n,
    ],
    ['without a word of the hour it was five minutes', { cacheWrite: 500 }, 500n * 5000n + 500n * 6250n + 2_500_000n],
    [
      'audio of Chat',
      { raw: { prompt_tokens_details: { audio_tokens: 400 }, completion_tokens_details: { audio_tokens: 50 } } },
      600n * 5000n + 400n * 32_000n + 50n * 25_000n + 50n * 64_000n,
    ],
    [
      'audio of Realtime, some of it cached',
      {
        cacheRead: 300,
        raw: {
          input_token_details: { audio_tokens: 400, cached_tokens_details: { audio_tokens: 100, text_tokens: 200 } },
          output_token_details: { audio_tokens: 100 },
        },
      },
      400n * 5000n + 200n * 500n + 300n * 32_000n + 100n * 400n + 100n * 64_000n,
    ],
    [
      'audio and pictures of Google',
      {
        reasoning: 10,
        raw: {
          promptTokensDetails: [
            { modality: 'TEXT', tokenCount: 500 },
            { modality: 'AUDIO', tokenCount: 300 },
            { modality: 'IMAGE', tokenCount: 200 },
          ],
          candidates_tokens_details: [{ modality: 'IMAGE', token_count: 80 }],
        },
      },
      700n * 5000n + 300n * 32_000n + 20n * 25_000n + 80n * 120_000n,
    ],
    ['searches of Anthropic', { raw: { server_tool_use: { web_search_requests: 3, web_fetch_requests: 7 } } }, 7_500_000n + 30_000_000n],
    [
      'searches of xAI',
      { raw: { num_sources_used: 9, server_side_tool_usage_details: { web_search_calls: 1, document_search_calls: 2, mcp_calls: 4 } } },
      7_500_000n + 15_000_000n,
    ],
  ])('%s', (_name, usage, nanoDollars) => {
    expect(bill({ standard: [opus] }, { ...said, ...usage })).toEqual({ nanoDollars });
  });

  it.each<[string, Partial<Usage>, DollarPrices?]>([
    ['writing to a prompt cache', { cacheWrite: 1 }],
    ['writing to a prompt cache for an hour', { cacheWrite: 1, raw: { cache_creation: { ephemeral_1h_input_tokens: 1 } } }],
    ['audio input', { raw: { prompt_tokens_details: { audio_tokens: 1 } } }],
    ['audio output', { raw: { completion_tokens_details: { audio_tokens: 1 } } }],
    ['image output', { raw: { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1 }] } }],
    ['web searches', { raw: { server_tool_use: { web_search_requests: 1 } } }],
    ['code execution', { raw: { server_tool_use: { code_execution_requests: 1 } } }],
    ['searches of X', { raw: { server_side_tool_usage_details: { x_search_calls: 1 } } }],
    ['what is counted as image_generation_calls', { raw: { server_side_tool_usage_details: { image_generation_calls: 1 } } }],
    ['what is counted as num_sources_used', { raw: { num_sources_used: 1 } }],
    ['what is counted as citation_tokens', { raw: { citation_tokens: 1 } }],
    ['output', {}, { input: 1 }],
    ['input', {}, { output: 1 }],
  ])('MONEY-3: without a price of %s there is no cost, and it says so', (what, usage, prices = { input: 1, output: 5 }) => {
    expect(bill({ standard: [prices] }, { ...said, ...usage })).toEqual({ why: `no price is known of ${what}` });
  });

  it.each<[string, Partial<Usage>]>([
    ['the input was not counted', { output: 1 }],
    ['the output was not counted', { input: 1 }],
    ['its counts of tokens do not add up', { input: 1, output: 1, raw: { prompt_tokens_details: { audio_tokens: 2 } } }],
  ])('%s', (why, usage) => {
    expect(bill({ standard: [opus] }, usage)).toEqual({ why });
  });

  it('pictures and videos that are put in cost what text does, unless they have a price', () => {
    const raw = { promptTokensDetails: ['IMAGE', 'VIDEO'].map((modality) => ({ modality, tokenCount: 100 })) };
    expect(bill({ standard: [haiku] }, { ...said, raw })).toEqual({ nanoDollars: 1_500_000n });
    expect(bill({ standard: [{ ...haiku, inputImage: 2, inputVideo: 3 }] }, { ...said, raw })).toEqual({ nanoDollars: 1_800_000n });
  });

  it('calls of tools that the caller counted are billed where the usage says less', () => {
    const raw = { server_tool_use: { web_search_requests: 2 } };
    const cost = (webSearch: number) => bill({ standard: [opus] }, { ...said, raw }, { toolCalls: { webSearch, fileSearch: 1 } });
    expect(cost(1)).toEqual({ nanoDollars: 7_500_000n + 20_000_000n + 2_500_000n });
    expect(cost(3)).toEqual({ nanoDollars: 7_500_000n + 30_000_000n + 2_500_000n });
    expect(cost(-1)).toEqual({ why: 'its calls of webSearch were not counted' });
  });

  it('a fee of the request is due once', () => {
    expect(bill({ standard: [{ ...haiku, fees: { request: 5 } }] }, said)).toEqual({ nanoDollars: 1_500_000n + 5_000_000n });
  });
});

describe('service tiers', () => {
  const tiers = { standard: [haiku], priority: [{ input: 2, output: 10 }], us: [{ input: 1.1, output: 5.5 }] };
  const said = { input: 1000, output: 100 };

  it.each<[string | undefined, string | undefined, bigint]>([
    [undefined, undefined, 1_500_000n],
    ['default', 'priority', 1_500_000n], // asked for, and not given
    ['auto', 'priority', 3_000_000n], // says nothing of what was given
    [undefined, 'priority', 3_000_000n],
    ['ON_DEMAND_PRIORITY', undefined, 3_000_000n],
    ['standard', undefined, 1_500_000n],
    ['ON_DEMAND', undefined, 1_500_000n],
  ])('reported %s, asked for %s', (reported, asked, nanoDollars) => {
    const usage = { ...said, ...(reported !== undefined && { serviceTier: reported }) };
    expect(bill(tiers, usage, asked === undefined ? {} : { serviceTier: asked })).toEqual({ nanoDollars });
  });

  it("Anthropic's place is priced as a tier is, and its fast mode", () => {
    const served = { ...said, serviceTier: 'standard' };
    expect(bill(tiers, { ...served, raw: { inference_geo: 'global', speed: 'standard' } })).toEqual({ nanoDollars: 1_500_000n });
    expect(bill(tiers, { ...served, raw: { inference_geo: 'us' } })).toEqual({ nanoDollars: 1_650_000n });
    expect(bill(tiers, { ...served, raw: { speed: 'fast' } })).toEqual({ why: 'no price is known of the service tier fast' });
  });

  it('MONEY-3: a tier that nobody has a price of has no cost, and is not taken for the standard one', () => {
    expect(bill(tiers, { ...said, serviceTier: 'scale' })).toEqual({ why: 'no price is known of the service tier scale' });
    expect(bill(tiers, said, { serviceTier: 'ultrafast' })).toEqual({ why: 'no price is known of the service tier ultrafast' });
  });
});

describe('worstOf', () => {
  function worst(tiers: Tiers, bounds: UsageBounds, call?: PricedCall): Bill {
    return worstOf(pricesOf(tiers), bounds, call);
  }

  it('is the dearest kind of input and of output that there can be', () => {
    const bounds = { inputTokens: 1000, outputTokens: 100 };
    const bound = (special?: UsageBounds['special']) => amount(worst({ standard: [opus] }, { ...bounds, ...(special && { special }) }));
    expect(bound()).toBe(1000n * 32_000n + 100n * 120_000n);
    expect(bound([])).toBe(1000n * 6250n + 100n * 25_000n);
    expect(bound(['cacheWriteHour'])).toBe(1000n * 10_000n + 100n * 25_000n);
    expect(bound(['outputAudio'])).toBe(1000n * 6250n + 100n * 64_000n);
  });

  it('MONEY-3: the dearest step that the input can reach, and the dearest tier that it can be served in', () => {
    const priority = [{ input: 3, output: 20 }];
    const tiers = {
      standard: [
        { input: 1, output: 5 },
        { above: 200, input: 2, output: 10 },
      ],
      priority,
      flex: [{ input: 0.5, output: 2.5 }],
    };
    const bound = (inputTokens: number, serviceTier?: string) =>
      amount(worst(tiers, { inputTokens, outputTokens: 10 }, serviceTier === undefined ? {} : { serviceTier }));
    expect(bound(200, 'default')).toBe(200_000n + 50_000n);
    expect(bound(201, 'default')).toBe(402_000n + 100_000n);
    expect(bound(200, 'flex')).toBe(200_000n + 50_000n); // may be served as the others are
    expect(bound(200)).toBe(600_000n + 200_000n); // an account may have priority for all its calls
    expect(bound(200, 'auto')).toBe(600_000n + 200_000n);
  });

  it('fees count at their most', () => {
    const bounds = { inputTokens: 0, outputTokens: 0 };
    expect(worst({ standard: [opus] }, bounds, { toolCalls: { webSearch: 5 } })).toEqual({ nanoDollars: 50_000_000n });
    expect(worst({ standard: [{ ...haiku, fees: { request: 5 } }] }, bounds)).toEqual({ nanoDollars: 5_000_000n });
  });

  it.each<[string, DollarPrices, Partial<UsageBounds>, PricedCall?]>([
    ['no price is known of input', { output: 1 }, {}],
    ['no price is known of output', { input: 1 }, {}],
    ['no price is known of audio input', haiku, { special: ['inputAudio'] }],
    ['no price is known of web searches', haiku, {}, { toolCalls: { webSearch: 1 } }],
    ['no price is known of the service tier priority', haiku, {}, { serviceTier: 'priority' }],
    ['its bounds are no counts of tokens', haiku, { inputTokens: Number.NaN }],
    ['its bounds are no counts of tokens', haiku, { outputTokens: Number.POSITIVE_INFINITY }],
    ['its bounds are no counts of tokens', haiku, { outputTokens: -1 }],
    ['its calls of webSearch were not counted', haiku, {}, { toolCalls: { webSearch: Number.POSITIVE_INFINITY } }],
  ])('MONEY-3: is unknown when %s', (why, prices, bounds, call) => {
    expect(worst({ standard: [prices] }, { inputTokens: 10, outputTokens: 10, ...bounds }, call)).toEqual({ why });
  });

  it('no output is no matter where there is no price of it, as of embeddings', () => {
    expect(worst({ standard: [{ input: 0.02 }] }, { inputTokens: 100, outputTokens: 0 })).toEqual({ nanoDollars: 2000n });
  });
});

const count = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 2_000_000 }));
const dollars = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 100_000 }).map((cents) => cents / 1000),
);
/** Mostly there: where much is unknown nothing is compared. */
const maybe = fc.option(dollars, { nil: undefined, freq: 100 });
const fees = fc.record(Object.fromEntries(billedTools.map((tool) => [tool, maybe])));
const list = fc.record({ ...Object.fromEntries(tokenKinds.map((kind) => [kind, maybe])), fees });
const steps = fc
  .tuple(list, fc.array(fc.record({ above: count, list }), { maxLength: 3 }))
  .map(([base, longer]) => [base, ...longer.sort((one, other) => one.above - other.above).map(({ above, list }) => ({ ...list, above }))]);
const tierNames = ['priority', 'flex', 'batch', 'us', 'batch+us'];
const anyTiers = fc
  .tuple(steps, fc.record(Object.fromEntries(tierNames.map((tier) => [tier, fc.option(steps, { nil: undefined, freq: 5 })]))))
  .map(([standard, others]): Tiers => {
    const known = Object.entries(others).flatMap(([tier, list]) => (list === undefined ? [] : [[tier, list] as const]));
    return { ...Object.fromEntries(known), standard };
  });

/** Counts of a call as providers report them: every part within its whole. */
const anyUsage = fc
  .record({
    fresh: count,
    read: count,
    five: count,
    hour: count,
    heard: count,
    seen: count,
    again: count,
    said: count,
    thought: count,
    spoken: count,
    drawn: count,
  })
  .map(
    (all): Usage => ({
      input: all.fresh + all.read + all.five + all.hour + all.heard + all.seen + all.again,
      output: all.said + all.thought + all.spoken + all.drawn,
      cacheRead: all.read + all.again,
      cacheWrite: all.five + all.hour,
      reasoning: all.thought,
      raw: {
        cache_creation: { ephemeral_1h_input_tokens: all.hour },
        prompt_tokens_details: {
          audio_tokens: all.heard + all.again,
          image_tokens: all.seen,
          cached_tokens_details: { audio_tokens: all.again },
        },
        completion_tokens_details: { audio_tokens: all.spoken, image_tokens: all.drawn },
      },
    }),
  );
const anyCalls = fc.record(Object.fromEntries(billedTools.map((tool) => [tool, fc.integer({ min: 0, max: 50 })])), { requiredKeys: [] });

/** What a client may ask for, and where it is then served: there, or as all are; anywhere, when it asks for nothing. */
const anyService = fc.constantFrom(undefined, 'auto', 'default', ...tierNames).chain((asked) => {
  const silent = asked === undefined || asked === 'auto';
  const served = silent ? [...tierNames, 'default', 'auto'] : [asked, 'standard', ...(asked === 'batch' ? ['batch+us'] : []), 'us'];
  return fc.record({ asked: fc.constant(asked), served: fc.constantFrom(...served) });
});

describe('property', () => {
  it('MONEY-3: no call within its bounds costs more than the bound, whatever the prices, the kinds, the length and the tier', () => {
    let known = 0;
    fc.assert(
      fc.property(anyTiers, anyUsage, anyCalls, anyService, fc.tuple(count, count, anyCalls), (tiers, usage, made, service, room) => {
        const { asked, served } = service;
        const asking = asked === undefined ? {} : { serviceTier: asked };
        const [moreInput, moreOutput, moreCalls] = room;
        const most = Object.fromEntries(billedTools.map((tool) => [tool, (made[tool] ?? 0) + (moreCalls[tool] ?? 0)]));
        const bounds = { inputTokens: (usage.input ?? 0) + moreInput, outputTokens: (usage.output ?? 0) + moreOutput };
        const bound = amount(worstOf(pricesOf(tiers), bounds, { ...asking, toolCalls: most }));
        const cost = amount(costOf(pricesOf(tiers), { ...usage, serviceTier: served }, { ...asking, toolCalls: made }));
        if (cost === undefined || bound === undefined) return;
        known += 1;
        expect(bound >= cost).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(known).toBeGreaterThan(600);
  });

  it('MONEY-3: nor where the call says which special tokens it can have', () => {
    fc.assert(
      fc.property(anyTiers, anyUsage, (tiers, usage) => {
        const special = specialTokens.filter((kind) => kind !== 'inputVideo' && kind !== 'outputVideo');
        const bounds = { inputTokens: usage.input ?? 0, outputTokens: usage.output ?? 0 };
        const bound = amount(worstOf(pricesOf(tiers), { ...bounds, special }));
        const cost = amount(costOf(pricesOf(tiers), usage));
        if (cost !== undefined && bound !== undefined) expect(bound >= cost).toBe(true);
        const plain = { ...usage, input: usage.cacheRead ?? 0, output: usage.reasoning ?? 0, cacheWrite: 0, raw: {} };
        const least = amount(worstOf(pricesOf(tiers), { inputTokens: plain.input, outputTokens: plain.output, special: [] }));
        const cheap = amount(costOf(pricesOf(tiers), plain));
        if (cheap !== undefined && least !== undefined) expect(least >= cheap).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is a sum of money or a reason, and throws for nothing that a provider may send', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
    const raw = fc.dictionary(
      fc.constantFrom('prompt_tokens_details', 'cache_creation', 'server_tool_use', 'promptTokensDetails', 'speed', 'num_sources_used'),
      fc.oneof(anything, fc.array(fc.record({ modality: anything, tokenCount: anything }))),
    );
    fc.assert(
      fc.property(anyTiers, anyUsage, raw, anything, (tiers, usage, raw, tier) => {
        const found = costOf(pricesOf(tiers), { ...usage, raw, serviceTier: tier as string });
        expect('why' in found ? found.why : found.nanoDollars >= 0n).toBeTruthy();
      }),
    );
  });
});
