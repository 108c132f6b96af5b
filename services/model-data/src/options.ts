import { type BilledTool, GatewayConfigError, type ModelFacts, z } from '@express-ai-gateway/core/plugin';
import { prices } from './price-schema.ts';
import { unknownKeys } from './unknown-keys.ts';

/**
 * US dollars per million tokens. Cached and thought tokens, images and video that are put in cost what they are a part of where
 * they have no price of their own; anything else that is left out has no price.
 */
export interface OwnTokenPrices {
  readonly input: number;
  /** Left out where a model has no output, as for embeddings. */
  readonly output?: number;
  readonly cacheRead?: number;
  /** Writing to a prompt cache; of Anthropic's, to that of five minutes. */
  readonly cacheWrite?: number;
  readonly cacheWriteHour?: number;
  readonly reasoning?: number;
  readonly inputAudio?: number;
  readonly inputImage?: number;
  readonly inputVideo?: number;
  readonly cacheReadAudio?: number;
  readonly cacheReadImage?: number;
  readonly outputAudio?: number;
  readonly outputImage?: number;
  readonly outputVideo?: number;
}

/** Prices of the standard tier, and of others. */
export interface PriceOverride extends OwnTokenPrices {
  /** The day from which they hold (`2026-10-01`, by UTC) or a time with its zone; always, when left out. */
  readonly from?: string;
  /** For inputs of more than so many tokens: whole lists, for all tokens of such a call. */
  readonly steps?: readonly OwnPriceStep[];
  /** By service tier as the provider reports it: whole lists. */
  readonly tiers?: Readonly<Record<string, OwnTokenPrices & { readonly steps?: readonly OwnPriceStep[] }>>;
  /** US dollars per 1,000 calls of the provider's own tools, the same for all tiers. */
  readonly fees?: Readonly<Partial<Record<BilledTool, number>>>;
}

export interface OwnPriceStep extends OwnTokenPrices {
  readonly above: number;
}

export interface ModelOverride extends ModelFacts {
  /** All prices of the model: none of the table's is used beside them. Several hold one after the other; before them, the table's. */
  readonly prices?: PriceOverride | readonly PriceOverride[];
}

export interface ModelDataOptions {
  /** What you know better, by target (`openai/gpt-5-mini`) or by the provider's name of a model (`gpt-5-mini`, wherever it runs). */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  /** Your own names of providers, as the table calls them (`{ 'my-azure': 'azure' }`); `false`: the table says nothing of it. */
  readonly providers?: Readonly<Record<string, string | false>>;
}

const count = z.int({ error: 'a whole number of tokens, 1 or more' }).min(1, { error: 'a whole number of tokens, 1 or more' });
const flag = z.boolean({ error: 'true or false' });
const nameRule = "the table's name of a provider, or false";
const tableName = z.union([z.string().min(1, { error: nameRule }), z.literal(false)], { error: nameRule });

const model = {
  contextTokens: count.optional(),
  maxOutputTokens: count.optional(),
  tools: flag.optional(),
  vision: flag.optional(),
  jsonSchema: flag.optional(),
  prices: prices.optional(),
};

const schema = z.strictObject(
  {
    models: z
      .record(z.string(), z.strictObject(model, { error: unknownKeys('what you know of a model', model) }), {
        error: 'an object of models by name',
      })
      .optional(),
    providers: z.record(z.string(), tableName, { error: 'an object of names' }).optional(),
  },
  { error: unknownKeys('an object of options', { models: 0, providers: 0 }) },
);

/** Refuses what is misspelt or of the wrong kind, with the place of each mistake. */
export function checkOptions(options: unknown): void {
  const { error } = schema.safeParse(options);
  if (error === undefined) return;
  const problems = error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return keys.map((key) => {
      const path = key === undefined ? issue.path : [...issue.path, key];
      return { path: placeText(path), expected: issue.message, received: described(valueAt(options, path)) };
    });
  });
  throw new GatewayConfigError('The options of modelData() are not usable:', problems);
}

/** Names of models have dots and slashes of their own, so they stand in brackets. */
function placeText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (/^\w+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(String(step))}]`)).join('');
  return text.replace(/^\./, '') || '(the whole value)';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, step) => (value as Readonly<Record<PropertyKey, unknown>>)[step], root);
}

/** Texts by their length alone: one in the wrong place may be a secret. */
function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
