import { z } from 'zod';
import { configProblems } from '../config-problems.ts';
import { deepFreeze } from '../deep-freeze.ts';
import type { TargetQuirks } from '../dialects/translation.ts';
import { GatewayConfigError, gatewayError } from '../errors.ts';
import type { DialectId } from '../model/call.ts';
import type { JsonObject, JsonPath, JsonValue } from '../model/json.ts';
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
  /** Where each dialect is served, base path included. A chat dialect that is not here is translated to the first that is. */
  readonly paths: Readonly<Record<DialectId, ProviderPath>>;
  /** Headers of every request. Made once; the values do not print. */
  readonly headers: readonly ProviderHeader[];
  /** Headers of a dialect's requests; the client's own of the same name count before them (see `clientHeaders`). */
  readonly dialectHeaders: Readonly<Record<DialectId, Readonly<Record<string, string>>>>;
  /** At least one. Used in turn; one that is refused rests for a while. */
  readonly credentials: readonly Credential[];
  /** The models offered. When given, others are unknown; when absent, any name is passed on. */
  readonly models: readonly string[] | undefined;
  readonly quirks: ProviderQuirks;
  /** Last changes of a body, for what no dialect knows: a version in the body, a field too many. */
  readonly prepare: ((body: BodyEditor, about: PrepareAbout) => void) | undefined;
  /** How streams arrive where it is not as server-sent events. */
  readonly framing: Framing | undefined;
}

/**
 * A path, or one each for whole and streamed answers. `{model}` stands for the target's model, percent-encoded between its
 * slashes. May have a query.
 */
export type ProviderPath = string | { readonly whole: string; readonly stream: string };

export interface ProviderHeader {
  readonly name: string;
  readonly value: Secret;
}

/** What a request shows to be let in. */
export interface Credential {
  /** For logs: says which, never what, e.g. `key-2`. */
  readonly name: string;
  readonly headers: readonly ProviderHeader[];
  /** Headers that depend on the request (a signature) or on the hour (a token). Throws what the client must not read. */
  readonly authorize?: (request: OutgoingRequest) => HeaderPairs | Promise<HeaderPairs>;
}

export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** A request as it will go out, but for its credential. */
export interface OutgoingRequest {
  readonly method: string;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Buffer | string;
}

/** Changes a body that goes to a provider; everything untouched stays byte-exact. */
export interface BodyEditor {
  readonly body: JsonObject;
  /** Sets a value that is there or not yet; its parent must be there. */
  set(path: JsonPath, value: JsonValue): void;
  remove(path: JsonPath): void;
}

export interface PrepareAbout {
  /** The dialect of the body. */
  readonly dialect: DialectId;
  readonly model: string;
  readonly stream: boolean;
  /** What the client sent of the dialect's `clientHeaders`. */
  readonly clientHeaders: Readonly<Record<string, string>>;
}

/** Turns what a provider streams into server-sent events of the dialect. */
export interface Framing {
  /** The content type of such streams. */
  readonly contentType: string;
  /** One decoder per stream. */
  decoder(dialect: DialectId): FrameDecoder;
}

export interface FrameDecoder {
  /** Whole frames of server-sent events; empty while none is complete. Throws for bytes that cannot be. */
  push(chunk: Buffer): Buffer;
  /** Whether the stream stopped within a frame. */
  readonly incomplete: boolean;
}

/** Deviations from the dialects, as data. */
export interface ProviderQuirks extends TargetQuirks {
  /** Understands `stream_options.include_usage`. Default true; false for servers that refuse unknown fields. */
  readonly streamUsage: boolean;
}

export const defaultQuirks: ProviderQuirks = { streamUsage: true };

export interface ProviderSpec {
  readonly name: string;
  /** Including the version path, e.g. `https://api.groq.com/openai/v1`. */
  readonly baseUrl: string;
  /** Paths below `baseUrl`. */
  readonly paths: Readonly<Record<DialectId, ProviderPath>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dialectHeaders?: Readonly<Record<DialectId, Readonly<Record<string, string>>>>;
  /** Default: one without anything, for servers that let everybody in. */
  readonly credentials?: readonly CredentialSpec[];
  readonly models?: readonly string[] | undefined;
  readonly quirks?: Partial<ProviderQuirks> | undefined;
  readonly prepare?: Provider['prepare'];
  readonly framing?: Framing | undefined;
}

export interface CredentialSpec {
  /** Default `key-1`, `key-2`, … */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorize?: Credential['authorize'];
}

const nameRule = 'lower-case letters, digits, dots, dashes (64 at most)';

const quirksSchema = z.strictObject({
  streamUsage: z.boolean().optional(),
  maxTokensField: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
  developerRole: z.boolean().optional(),
  toolChoiceRequired: z.enum(['required', 'any']).optional(),
  toolChoiceByName: z.boolean().optional(),
  reasoningHistory: z.enum(['reasoning_content', 'reasoning']).optional(),
  reasoningEffort: z.boolean().optional(),
  imageUrls: z.boolean().optional(),
  images: z.boolean().optional(),
  tools: z.boolean().optional(),
  strictTools: z.boolean().optional(),
  jsonSchema: z.boolean().optional(),
  unknownFields: z.array(z.string()).optional(),
});

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
  quirks: quirksSchema.optional(),
});

const path = z.string().startsWith('/', { error: 'a path that begins with a slash' });

const specSchema = providerOptions.omit({ apiKey: true }).extend({
  paths: z.record(z.string(), z.union([path, z.strictObject({ whole: path, stream: path })]), { error: 'an object of paths' }),
  dialectHeaders: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  credentials: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        headers: z.record(z.string(), z.unknown()).optional(),
        authorize: z.unknown().optional(),
      }),
    )
    .min(1, { error: 'at least one credential' })
    .optional(),
  prepare: z.unknown().optional(),
  framing: z.unknown().optional(),
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
  const paths = Object.fromEntries(Object.entries(spec.paths).map(([dialect, below]) => [dialect, pathBelow(basePath, below)]));
  return Object.freeze({
    kind: 'provider',
    name: spec.name,
    origin: url.origin,
    paths: Object.freeze(paths),
    headers: Object.freeze(headersOf(place, spec.headers ?? {})),
    dialectHeaders: deepFreeze(structuredClone(spec.dialectHeaders ?? {})),
    credentials: Object.freeze((spec.credentials ?? [{}]).map((one, index) => credentialOf(place, one, index))),
    models: spec.models === undefined ? undefined : Object.freeze([...spec.models]),
    quirks: deepFreeze({ ...defaultQuirks, ...spec.quirks }),
    prepare: spec.prepare,
    framing: spec.framing,
  });
}

function pathBelow(basePath: string, below: ProviderPath): ProviderPath {
  if (typeof below === 'string') return basePath + below;
  return Object.freeze({ whole: basePath + below.whole, stream: basePath + below.stream });
}

function credentialOf(place: string, { name, headers = {}, authorize }: CredentialSpec, index: number): Credential {
  return Object.freeze({
    name: name ?? `key-${index + 1}`,
    headers: Object.freeze(headersOf(place, headers)),
    ...(authorize !== undefined && { authorize }),
  });
}

/** A provider's path for one request. Throws for a model whose name would lead to another path. */
export function requestPath(path: ProviderPath, model: string, stream: boolean): string {
  const chosen = typeof path === 'string' ? path : stream ? path.stream : path.whole;
  if (!chosen.includes('{model}')) return chosen;
  const segments = model.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    throw gatewayError('GW_BAD_REQUEST', {
      details: { field: 'model', expected: 'a name without empty or dotted segments', received: 'another' },
      param: 'model',
    });
  return chosen.replace('{model}', () => segments.map(encodeURIComponent).join('/'));
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

/** Keys given as one or several: each is required, and none twice. */
export function requiredKeys(provider: string, apiKey: unknown): string[] {
  if (!Array.isArray(apiKey)) return [requiredKey(provider, apiKey)];
  const place = `provider ${JSON.stringify(provider)}`;
  if (apiKey.length === 0) fail(place, 'apiKey', 'at least one API key', 'an empty list');
  const keys = apiKey.map((key: unknown) => requiredKey(provider, key));
  if (new Set(keys).size < keys.length) fail(place, 'apiKey', 'each API key once', 'one of them twice');
  return keys;
}

/** One credential per key, sent as a bearer token. */
export function bearerKeys(provider: string, apiKey: unknown): CredentialSpec[] {
  return requiredKeys(provider, apiKey).map((key) => ({ headers: { authorization: `Bearer ${key}` } }));
}
