import { z } from 'zod';
import { deepFreeze } from '../deep-freeze.ts';
import type { CallDialect } from '../dialects/dialect.ts';
import type { DialectId } from '../model/call.ts';
import type { Credential, Framing, Provider, ProviderHeader, ProviderQuirks } from './provider.ts';
import { headersOf } from './provider-headers.ts';
import { checkOptions, functionSchema, placeOf, providerOptions, refuse } from './provider-options.ts';
import type { ProviderPath } from './provider-path.ts';

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

const defaultQuirks: ProviderQuirks = { streamUsage: true };

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
