import { z } from 'zod';
import { configProblems } from '../config-problems.ts';
import { GatewayConfigError } from '../errors.ts';
import type { DialectId } from '../model/call.ts';
import { isModelName } from '../model-name.ts';
import { Secret } from '../secret.ts';

/**
 * An upstream, as data: destination and credential belong together and are the operator's decision alone; nothing a
 * client sends can change either.
 */
export interface Provider {
  readonly kind: 'provider';
  /** The first half of `provider/model`. */
  readonly name: string;
  /** Scheme, host and port, e.g. `https://api.openai.com`. */
  readonly origin: string;
  /** Where each dialect is served, e.g. `{ 'openai-chat': '/v1/chat/completions' }`. */
  readonly paths: Readonly<Record<DialectId, string>>;
  /** Headers of every request, the credential among them. Made once; the values do not print. */
  readonly headers: readonly ProviderHeader[];
  /** The models offered. When given, others are unknown; when absent, any name is passed on. */
  readonly models: readonly string[] | undefined;
  readonly quirks: ProviderQuirks;
}

export interface ProviderHeader {
  readonly name: string;
  readonly value: Secret;
}

/** Deviations from the dialect, as data. */
export interface ProviderQuirks {
  /** Understands `stream_options.include_usage`. Default true; false for servers that refuse unknown fields. */
  readonly streamUsage: boolean;
}

export const defaultQuirks: ProviderQuirks = { streamUsage: true };

export interface ProviderSpec {
  readonly name: string;
  /** Including the version path, e.g. `https://api.groq.com/openai/v1`. */
  readonly baseUrl: string;
  /** Paths below `baseUrl`. */
  readonly paths: Readonly<Record<DialectId, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly models?: readonly string[] | undefined;
  readonly quirks?: Partial<ProviderQuirks> | undefined;
}

const nameRule = 'lower-case letters, digits, dots, dashes (64 at most)';

/**
 * What options of providers have in common. What may hold a secret is any value here: `defineProvider` and `requiredKey`
 * check it and tell no more of it than its kind.
 */
export const providerOptions = z.strictObject({
  name: z.string({ error: nameRule }).regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: nameRule }),
  apiKey: z.unknown().optional(),
  baseUrl: z.unknown().optional(),
  headers: z.record(z.string(), z.unknown(), { error: 'an object of names and values' }).optional(),
  models: z.array(z.string().refine(isModelName, { error: 'a model name of printable ASCII, 256 at most' })).optional(),
  quirks: z.strictObject({ streamUsage: z.boolean().optional() }).optional(),
});

const specSchema = providerOptions.omit({ apiKey: true }).extend({
  paths: z.record(z.string(), z.string().startsWith('/', { error: 'a path that begins with a slash' }), { error: 'an object of paths' }),
});

/** Refuses options that a factory does not know, or of the wrong kind, with what was probably meant. */
export function checkOptions(provider: unknown, options: unknown, schema: z.ZodType): void {
  const place = typeof provider === 'string' ? `provider ${JSON.stringify(provider)}` : 'provider';
  if (typeof options !== 'object' || options === null) fail(place, '(the whole value)', 'an object of options', kindOf(options));
  const { error } = schema.safeParse(options);
  if (error !== undefined) throw new GatewayConfigError(`The ${place} is not usable:`, configProblems(error, options, '', schema));
}

/** Checks a provider once, when the config is written down. Throws `GatewayConfigError`. */
export function defineProvider(spec: ProviderSpec): Provider {
  checkOptions(spec?.name, spec, specSchema);
  const place = `provider ${JSON.stringify(spec.name)}`;
  const url = parseBaseUrl(place, spec.baseUrl);
  const basePath = url.pathname.replace(/\/+$/, '');
  const paths = Object.fromEntries(Object.entries(spec.paths).map(([dialect, path]) => [dialect, basePath + path]));
  return Object.freeze({
    kind: 'provider',
    name: spec.name,
    origin: url.origin,
    paths: Object.freeze(paths),
    headers: Object.freeze(headersOf(place, spec.headers ?? {})),
    models: spec.models === undefined ? undefined : Object.freeze([...spec.models]),
    quirks: Object.freeze({ ...defaultQuirks, ...spec.quirks }),
  });
}

function parseBaseUrl(place: string, baseUrl: unknown): URL {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return fail(
      place,
      'baseUrl',
      'an http(s) URL such as https://api.example.com/v1',
      typeof baseUrl === 'string' ? 'something else' : typeof baseUrl,
    );
  if (url.username !== '' || url.password !== '')
    fail(place, 'baseUrl', 'a URL without user name and password (use apiKey)', 'one with them');
  if (url.search !== '' || url.hash !== '') fail(place, 'baseUrl', 'a URL without query and fragment', 'one with them');
  return url;
}

/** What the gateway writes itself, or HTTP's framing: a second copy could be read by somebody else than the first. */
const taken: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent'],
]);

function headersOf(place: string, given: Readonly<Record<string, string>>): ProviderHeader[] {
  const headers = Object.entries(given).map(([name, value]) => header(place, name, value));
  for (const [index, { name }] of headers.entries()) {
    if (taken.has(name)) fail(place, `headers.${name}`, 'a header that the gateway does not write itself', 'one that it does');
    if (headers.findIndex((other) => other.name === name) < index) fail(place, `headers.${name}`, 'each header once', 'it twice');
  }
  return headers;
}

/** A value with a line break would write headers of its own. */
function header(place: string, name: string, value: string): ProviderHeader {
  if (!/^[A-Za-z0-9-]+$/.test(name)) fail(place, `headers.${JSON.stringify(name)}`, 'a header name', 'other characters');
  if (typeof value !== 'string' || /[^\t\u0020-\u007e]/.test(value)) fail(place, `headers.${name}`, 'printable ASCII', 'other characters');
  return Object.freeze({ name: name.toLowerCase(), value: new Secret(value) });
}

function fail(place: string, path: string, expected: string, received: string): never {
  throw new GatewayConfigError(`The ${place} is not usable:`, [{ path, expected, received }]);
}

/** What may hold a secret is told by its kind alone. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : `a value of type ${typeof value}`;
}

/** The key of a hosted provider: present, and not an empty environment variable. */
export function requiredKey(provider: string, apiKey: unknown): string {
  if (typeof apiKey === 'string' && apiKey.trim() !== '') return apiKey;
  return fail(
    `provider ${JSON.stringify(provider)}`,
    'apiKey',
    'the API key (is the environment variable set?)',
    typeof apiKey === 'string' ? 'an empty string' : kindOf(apiKey),
  );
}
