import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// biome-ignore lint/correctness/noUndeclaredDependencies: the copy that the package under test brings is what it is compared with.
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { anthropicUsage } from '../../../core/src/dialects/anthropic-usage.ts';
import { googleUsage } from '../../../core/src/dialects/google-usage.ts';
import { responsesUsage } from '../../../core/src/dialects/openai-responses-usage.ts';
import { openaiUsage } from '../../../core/src/dialects/openai-usage.ts';
import type { JsonObject } from '../../../core/src/model/json.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { costOf } from '../../../services/model-data/src/bill.ts';
import { tableEntry } from '../../../services/model-data/src/price-table.ts';
import { serviceTier } from '../../../services/model-data/src/service-tier.ts';
import { isRecord } from '../../../services/model-data/src/usage-fields.ts';

// Real usage bodies and what they cost, collected by others: read where they lie beside the checkout, and not run elsewhere.
const goldens = join(import.meta.dirname, '../../../../shared/data/pricing/usage_goldens.dev.jsonl');

interface Golden {
  readonly id: string;
  readonly model: string;
  readonly body: JsonObject;
  readonly extracted: readonly {
    readonly usage: Readonly<Record<string, number>>;
    readonly extractors: readonly {
      readonly api_flavor: string;
      readonly provider_id: string;
      /** US dollars, as decimals. */
      readonly input_price?: string;
      readonly output_price?: string;
      readonly total_price?: string;
    }[];
  }[];
}

interface Format {
  readonly read: (body: JsonObject) => Usage | undefined;
  /** The corpus reads each body in every format that does not break on it; here only in its own. */
  is(usage: JsonObject): boolean;
}

const chat: Format = { read: openaiUsage, is: () => true };
const messages: Format = { read: anthropicUsage, is: (usage) => usage.total_tokens === undefined };
const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['chat', chat],
  ['groq default', chat],
  ['mistral default', chat],
  ['embeddings', { read: openaiUsage, is: (usage) => usage.completion_tokens === undefined }],
  ['responses', { read: responsesUsage, is: (usage) => usage.total_tokens !== undefined }],
  ['anthropic', messages],
  ['anthropic default', messages],
  ['google default', { read: googleUsage, is: () => true }],
]);

/** The corpus took the prices of this time, which later ones of its table do not hold for. */
const time = Date.parse('2026-07-15T12:00:00Z');
/** Nano-dollars: a billionth of a dollar, and what floating-point numbers add to it. */
const tolerance = 1.001;

type Kind =
  | 'agrees'
  | 'agrees with the package, whose table changed'
  | 'bills more of the usage'
  | 'differs'
  | 'unknown'
  | 'another format';

interface Outcome {
  readonly kind: Kind;
  readonly about: string;
}

function outcomes({ model, body, extracted }: Golden): Outcome[] {
  return extracted.flatMap(({ extractors, usage: counts }) =>
    extractors.flatMap(({ provider_id: provider, api_flavor: flavor, input_price, output_price, total_price }): Outcome[] => {
      if (input_price === undefined || output_price === undefined) return [];
      const about = `${provider} ${flavor} ${model}`;
      const format = formats.get(`${provider} ${flavor}`) ?? formats.get(flavor);
      if (!format?.is((body.usage ?? body.usageMetadata) as JsonObject)) return [{ kind: 'another format', about }];
      const golden = Number(total_price ?? Number(input_price) + Number(output_price));
      const theirs = calcPrice(counts, model, { providerId: provider, timestamp: new Date(time) })?.total_price;
      return [compared(about, { provider, model, usage: format.read(body), counts }, golden * 1e9, (theirs ?? Number.NaN) * 1e9)];
    }),
  );
}

interface Case {
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage | undefined;
  readonly counts: Golden['extracted'][number]['usage'];
}

/** The two figures are the corpus's own, and that of the package as it is installed for the corpus's counts. */
function compared(about: string, { provider, model, usage, counts }: Case, golden: number, theirs: number): Outcome {
  const prices = tableEntry(provider, model)?.prices(time);
  if (usage === undefined || prices === undefined) return { kind: 'differs', about: `${about}: nothing is known of it` };
  const bill = costOf(prices, usage);
  if ('why' in bill) return { kind: 'unknown', about: `${about}: ${bill.why}` };
  const own = Number(bill.nanoDollars);
  if (Math.abs(own - golden) <= tolerance) return { kind: 'agrees', about };
  if (Math.abs(own - theirs) <= tolerance) return { kind: 'agrees with the package, whose table changed', about };
  const more = leftOut(usage, counts);
  if (more !== '') return { kind: 'bills more of the usage', about: `${about}: ${more}` };
  return { kind: 'differs', about: `${about}: ${own}, and not ${golden} or ${theirs} nano-dollars` };
}

/** What the corpus's counts have nothing of, though the provider reports it. */
function leftOut({ serviceTier: tier, cacheWrite = 0, raw }: Usage, counts: Case['counts']): string {
  const found = [
    serviceTier(tier) !== undefined && serviceTier(tier) !== 'standard' && `served as ${tier}`,
    cacheWrite > (counts.cache_write_tokens ?? 0) && `${cacheWrite} tokens written to the cache`,
    isRecord(raw) && isRecord(raw.server_tool_use) && counts.web_searches === undefined && 'web searches',
  ];
  return found.filter((one) => one !== false).join(', ');
}

/** Tokens of each kind, as the corpus counts them and as the gateway does; what is not mentioned is none. */
function countedAlike({ body, extracted }: Golden): boolean[] {
  return extracted.flatMap(({ extractors, usage: counts }) =>
    extractors.flatMap(({ provider_id: provider, api_flavor: flavor }) => {
      const format = formats.get(`${provider} ${flavor}`) ?? formats.get(flavor);
      if (!format?.is((body.usage ?? body.usageMetadata) as JsonObject)) return [];
      const usage = format.read(body);
      const theirs = [counts.input_tokens, counts.output_tokens, counts.cache_read_tokens];
      const ours = [usage?.input, usage?.output, usage?.cacheRead];
      return [theirs.every((count = 0, index) => count === (ours[index] ?? 0))];
    }),
  );
}

const line = (text: string) => process.stdout.write(`${text}\n`);

it.runIf(!existsSync(goldens))('the usage goldens were not run: they are not beside this checkout', () => {});

describe.runIf(existsSync(goldens))('usage goldens', () => {
  it('cost what the corpus says, unless it leaves out what was used; where a price is missing there is none', () => {
    const rows = readFileSync(goldens, 'utf8')
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Golden);
    const found = rows.flatMap(outcomes);
    const alike = rows.flatMap(countedAlike);
    line(`usage goldens: tokens are counted alike in ${alike.filter(Boolean).length} of ${alike.length}`);
    const kinds = Map.groupBy(found, ({ kind }) => kind);
    line(`usage goldens: ${rows.length} bodies; ${[...kinds].map(([kind, list]) => `${list.length} ${kind}`).join('; ')}`);
    for (const [kind, list] of kinds) {
      if (kind === 'agrees' || kind === 'another format') continue;
      for (const [about, same] of Map.groupBy(list, (one) => one.about)) line(`  ${same.length} × ${kind}: ${about}`);
    }
    expect(kinds.get('differs') ?? []).toEqual([]);
    const reasons = (kinds.get('unknown') ?? []).filter(({ about }) => !/no price is known of (?:audio input|web searches)$/.test(about));
    expect(reasons).toEqual([]);
    expect(kinds.get('agrees')?.length).toBeGreaterThan(found.length * 0.7);
  });
});
