import { z } from 'zod';
import { deepFreeze } from '../deep-freeze.ts';
import type { CallDialect } from '../dialects/dialect.ts';
import type { TargetQuirks } from '../dialects/translation.ts';
import { gatewayError } from '../errors.ts';
import type { DialectId } from '../model/call.ts';
import type { JsonObject, JsonPath, JsonValue } from '../model/json.ts';
import { isModelName } from '../model-name.ts';
import { Secret } from '../secret.ts';
import { checkOptions, functionSchema, placeOf, providerOptions, refuse } from './provider-options.ts';

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
  /** Where it takes WebSockets, by dialect, base path included. */
  readonly sockets: Readonly<Record<DialectId, ProviderPath>>;
  /** Headers of every request. Made once; the values do not print. */
  readonly headers: readonly ProviderHeader[];
  /** Headers of a dialect's requests; the client's own of the same name count before them (see `clientHeaders`). */
  readonly dialectHeaders: Readonly<Record<DialectId, Readonly<Record<string, string>>>>;
  /**
   * The client's headers of which the provider refuses unknown values, by dialect: of a list separated by commas only these
   * are passed on, and a header of which nothing is left is not sent. Headers that are not here pass as they are.
   */
  readonly headerValues: Readonly<Record<DialectId, Readonly<Record<string, readonly string[]>>>>;
  /** At least one. Used in turn; one that is refused rests for a while. */
  readonly credentials: readonly Credential[];
  /** The models offered. When given, others are unknown; when absent, any name is passed on. */
  readonly models: readonly string[] | undefined;
  readonly quirks: ProviderQuirks;
  /** Chat formats of the provider's own that the core does not know: calls are translated to them. */
  readonly dialects: readonly CallDialect[];
  /** Last changes of a body, for what no dialect knows: a version in the body, a field too many. */
  readonly prepare: ((body: BodyEditor, about: PrepareAbout) => void) | undefined;
  /** How streams arrive where it is not as server-sent events. */
  readonly framing: Framing | undefined;
}

/**
 * A path, or one each for whole and streamed answers. `{model}` stands for the target's model, percent-encoded between its
 * slashes. May have a query.
 */
export type ProviderPath = string | PathPair;

export interface PathPair {
  readonly whole: string;
  readonly stream: string;
  /** What `{model}` stands for where it is not the name itself, e.g. `models/<name>`. Cannot leave the path: see `requestPath`. */
  readonly modelName?: ((model: string) => string) | undefined;
  /** A slash in a model's name is encoded like the rest of it (Bedrock's ARNs). */
  readonly oneSegment?: boolean | undefined;
}

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
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
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
  /** The same for WebSockets: `openai-responses`, `openai-realtime`. */
  readonly sockets?: Readonly<Record<DialectId, ProviderPath>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dialectHeaders?: Provider['dialectHeaders'];
  readonly headerValues?: Provider['headerValues'];
  /** Default: one without anything, for servers that let everybody in. */
  readonly credentials?: readonly CredentialSpec[];
  readonly models?: readonly string[] | undefined;
  readonly quirks?: Partial<ProviderQuirks> | undefined;
  readonly dialects?: readonly CallDialect[] | undefined;
  readonly prepare?: Provider['prepare'];
  readonly framing?: Framing | undefined;
}

export interface CredentialSpec {
  /** Default `key-1`, `key-2`, … */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorize?: Credential['authorize'];
}

const pathRule = 'a path that begins with a slash';

/** One `{model}` at most, and nothing that a client or a proxy would read as another path. */
const path = z
  .string({ error: pathRule })
  .regex(/^\//, { error: pathRule, abort: true })
  .refine((text) => /^[!-~]+$/.test(text) && !/[#\\{}]/.test(text.replace('{model}', '')), {
    error: 'a path of printable ASCII without fragment, with {model} once at most',
    abort: true,
  })
  .refine((text) => !/\/(?:\.|%2e){1,2}(?=[/?]|$)/i.test(text), { error: 'a path without dotted segments' });

const pairSchema = z.strictObject({ whole: path, stream: path, modelName: functionSchema.optional(), oneSegment: z.boolean().optional() });

const specSchema = providerOptions.omit({ apiKey: true }).extend({
  paths: z.record(z.string(), z.union([path, pairSchema]), { error: 'an object of paths' }),
  sockets: z.record(z.string(), z.union([path, pairSchema]), { error: 'an object of paths' }).optional(),
  dialectHeaders: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  headerValues: z.record(z.string(), z.record(z.string().lowercase(), z.array(z.string()))).optional(),
  credentials: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w.-]{1,64}$/, { error: 'letters, digits, dots, dashes (64 at most)' })
          .optional(),
        headers: z.record(z.string(), z.unknown()).optional(),
        authorize: functionSchema.optional(),
      }),
    )
    .min(1, { error: 'at least one credential' })
    .optional(),
  dialects: z.array(z.custom<CallDialect>(isDialect, { error: 'a dialect of calls' })).optional(),
  prepare: functionSchema.optional(),
  framing: z.object({ contentType: z.string(), decoder: functionSchema }).optional(),
});

/** What the gateway calls of a dialect first; the rest is the compiler's to check. */
function isDialect(value: unknown): boolean {
  const { id, readCall, chat } = (value ?? {}) as Partial<CallDialect>;
  return typeof id === 'string' && typeof readCall === 'function' && typeof chat === 'object';
}

/** Checks a provider once, when the config is written down. Throws `GatewayConfigError`. */
export function defineProvider(spec: ProviderSpec): Provider {
  checkOptions(spec?.name, spec, specSchema);
  const place = placeOf(spec.name);
  const url = parseBaseUrl(place, spec.baseUrl);
  const basePath = url.pathname.replace(/\/+$/, '');
  const headers = headersOf(place, 'headers', spec.headers ?? {});
  return Object.freeze({
    kind: 'provider',
    name: spec.name,
    origin: url.origin,
    paths: mapped(spec.paths, (below) => pathBelow(basePath, below)),
    sockets: mapped(spec.sockets ?? {}, (below) => pathBelow(basePath, below)),
    headers: Object.freeze(headers),
    dialectHeaders: mapped(spec.dialectHeaders ?? {}, (own, dialect) => dialectHeadersOf(place, `dialectHeaders.${dialect}`, own)),
    headerValues: deepFreeze(structuredClone(spec.headerValues ?? {})),
    credentials: credentialsOf(place, spec.credentials ?? [{}], headers),
    models: spec.models === undefined ? undefined : Object.freeze([...spec.models]),
    quirks: deepFreeze(structuredClone({ ...defaultQuirks, ...spec.quirks })),
    dialects: Object.freeze([...(spec.dialects ?? [])]),
    prepare: spec.prepare,
    framing: spec.framing === undefined ? undefined : framingOf(spec.framing),
  });
}

function mapped<In, Out>(record: Readonly<Record<string, In>>, map: (value: In, key: string) => Out): Readonly<Record<string, Out>> {
  return Object.freeze(Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)])));
}

function pathBelow(basePath: string, below: ProviderPath): ProviderPath {
  if (typeof below === 'string') return basePath + below;
  return Object.freeze({ ...below, whole: basePath + below.whole, stream: basePath + below.stream });
}

/** No secrets: they print, as a part of what the provider is. */
function dialectHeadersOf(place: string, path: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.freeze(Object.fromEntries(headersOf(place, path, given).map(({ name, value }) => [name, value.reveal()])));
}

function credentialsOf(place: string, specs: readonly CredentialSpec[], beside: readonly ProviderHeader[]): readonly Credential[] {
  const credentials = specs.map((spec, index) => credentialOf(place, spec, index));
  for (const [index, { name, headers }] of credentials.entries()) {
    const twice = headers.find((header) => beside.some((other) => other.name === header.name));
    if (twice !== undefined) refuse(place, `headers.${twice.name}`, 'no header that the credential has too', 'one');
    if (credentials.findIndex((other) => other.name === name) < index)
      refuse(place, `credentials[${index}].name`, 'a name of its own', 'one twice');
  }
  return Object.freeze(credentials);
}

function credentialOf(place: string, { name, headers = {}, authorize }: CredentialSpec, index: number): Credential {
  return Object.freeze({
    name: name ?? `key-${index + 1}`,
    headers: Object.freeze(headersOf(place, `credentials[${index}].headers`, headers)),
    ...(authorize !== undefined && { authorize }),
  });
}

function framingOf(framing: Framing): Framing {
  return Object.freeze({ contentType: framing.contentType.toLowerCase(), decoder: (dialect: DialectId) => framing.decoder(dialect) });
}

/** A provider's path for one request. Throws for a model whose name would lead to another path. */
export function requestPath(path: ProviderPath, model: string, stream: boolean): string {
  const chosen = typeof path === 'string' ? path : stream ? path.stream : path.whole;
  if (!chosen.includes('{model}')) return chosen;
  const name = typeof path === 'string' || path.modelName === undefined ? model : path.modelName(model);
  const segments = typeof path !== 'string' && path.oneSegment === true ? [name] : name.split('/');
  if (!isModelName(name) || segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    throw gatewayError('GW_BAD_REQUEST', {
      details: { field: 'model', expected: 'a name without empty or dotted segments', received: 'another' },
      param: 'model',
    });
  return chosen.replace('{model}', () => segments.map(encodedSegment).join('/'));
}

/** `@` stays: it may stand in a path (RFC 3986 §3.3), and every client of Vertex sends `model@date` so. */
function encodedSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%40', '@');
}

export const baseUrlRule = 'an http(s) URL such as https://api.example.com/v1';

function parseBaseUrl(place: string, baseUrl: unknown): URL {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    const received = typeof baseUrl === 'string' ? 'something else' : typeof baseUrl;
    return refuse(place, 'baseUrl', baseUrlRule, received);
  }
  if (url.username !== '' || url.password !== '')
    refuse(place, 'baseUrl', 'a URL without user name and password (use apiKey)', 'one with them');
  if (url.search !== '' || url.hash !== '') refuse(place, 'baseUrl', 'a URL without query and fragment', 'one with them');
  if (/[{}]|%7[bd]/i.test(url.pathname)) refuse(place, 'baseUrl', 'a URL without braces', 'one with them');
  return url;
}

/** What the gateway writes itself, or HTTP's framing: a second copy could be read by somebody else than the first. */
const taken: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent'],
]);

function headersOf(place: string, path: string, given: Readonly<Record<string, string>>): ProviderHeader[] {
  const headers = Object.entries(given).map(([name, value]) => header(place, path, name, value));
  for (const [index, { name }] of headers.entries()) {
    if (taken.has(name)) refuse(place, `${path}.${name}`, 'a header that the gateway does not write itself', 'one that it does');
    if (headers.findIndex((other) => other.name === name) < index) refuse(place, `${path}.${name}`, 'each header once', 'it twice');
  }
  return headers;
}

/** Headers that a credential made for one request, checked like those of the config. Throws for what may not be sent. */
export function checkedHeaders(pairs: HeaderPairs): readonly (readonly [name: string, value: string])[] {
  return pairs.map(([name, value]) => {
    const checked = header('credential', 'authorize', name, value);
    if (taken.has(checked.name)) throw new TypeError(`authorize: the gateway writes ${checked.name} itself`);
    return [checked.name, value] as const;
  });
}

/** A value with a line break would write headers of its own. */
function header(place: string, path: string, name: string, value: string): ProviderHeader {
  if (!/^[A-Za-z0-9-]+$/.test(name)) refuse(place, `${path}.${JSON.stringify(name)}`, 'a header name', 'other characters');
  if (typeof value !== 'string' || /[^\t\u0020-\u007e]/.test(value))
    refuse(place, `${path}.${name}`, 'printable ASCII', 'other characters');
  return Object.freeze({ name: name.toLowerCase(), value: new Secret(value) });
}
