import { GatewayConfigError, type ModelFacts, z } from '@express-ai-gateway/core/plugin';

/** US dollars per million tokens. What has no price of its own costs what it is a part of. */
export interface PriceOverride {
  readonly input: number;
  /** Left out where a model has no output, as for embeddings. */
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

export interface ModelOverride extends ModelFacts {
  /** All prices of the model: none of the table's is used beside them. */
  readonly prices?: PriceOverride;
}

export interface ModelDataOptions {
  /** What you know better, by target (`openai/gpt-5-mini`) or by the provider's name of a model (`gpt-5-mini`, wherever it runs). */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  /** Your own names of providers, as the table calls them (`{ 'my-azure': 'azure' }`); `false`: the table says nothing of it. */
  readonly providers?: Readonly<Record<string, string | false>>;
}

const count = z.int({ error: 'a whole number of tokens, 1 or more' }).min(1, { error: 'a whole number of tokens, 1 or more' });
const flag = z.boolean({ error: 'true or false' });
const dollarsRule = 'US dollars per million tokens, 0 to 1,000,000';
const dollars = z.number({ error: dollarsRule }).min(0, { error: dollarsRule }).max(1_000_000, { error: dollarsRule });

const nameRule = "the table's name of a provider, or false";
const tableName = z.union([z.string().min(1, { error: nameRule }), z.literal(false)], { error: nameRule });

const prices = {
  input: dollars,
  output: dollars.optional(),
  cacheRead: dollars.optional(),
  cacheWrite: dollars.optional(),
  reasoning: dollars.optional(),
};

const model = {
  contextTokens: count.optional(),
  maxOutputTokens: count.optional(),
  tools: flag.optional(),
  vision: flag.optional(),
  jsonSchema: flag.optional(),
  prices: z.strictObject(prices, { error: unknownKeys('prices in US dollars per million tokens', prices) }).optional(),
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

function unknownKeys(otherwise: string, keys: Readonly<Record<string, unknown>>) {
  return ({ code }: { readonly code: string }) =>
    code === 'unrecognized_keys' ? `no such key (there are: ${Object.keys(keys).join(', ')})` : otherwise;
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
