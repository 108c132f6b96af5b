import { refusedFor } from '../dialects/refused-for.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { RefusedFor } from '../model/refused-for.ts';
import type { Provider } from '../providers/provider.ts';
import type { ResolvedTarget } from './router.ts';
import type { UpstreamHeaders } from './transport.ts';

/** Longest wait passed on to clients. Seconds; the OpenAI SDK ignores more than 60. */
const maxRetryAfter = 60;

/** Refusals of the request itself: agents react to their words, so these pass, scrubbed. */
const passedOn: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/**
 * An upstream's error status as an error for the client. Its words pass where they are about the client's own request; those
 * about a translated one would tell of fields that the client never wrote.
 */
export function refusal(
  status: number,
  headers: UpstreamHeaders,
  body: Buffer,
  { provider, dialect }: ResolvedTarget,
  { translated = false, shown = [] }: { readonly translated?: boolean; readonly shown?: readonly string[] } = {},
): GatewayError {
  const json = parsed(body);
  const facts = json === undefined ? undefined : dialect.refusal?.(json);
  const why = json === undefined || status >= 500 ? undefined : refusedFor(json);
  // Some say as a 403 what others say as a 400 (xAI, OpenRouter): no fault of a credential's, and its reason is for the caller.
  if (why !== undefined && status !== 401 && status !== 429) return passedRefusal(status, json, provider, shown, why);
  if (status === 401 || status === 402 || status === 403 || facts?.badCredential === true)
    return gatewayError('GW_UPSTREAM_AUTH', { headers: { 'x-should-retry': 'false' } });
  const wait = retryAfter(waitMs(headers) ?? facts?.waitMs);
  if (status === 429) return gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers: wait });
  if (status >= 500 || status === 408) return gatewayError('GW_UPSTREAM_ERROR', { details: { status }, headers: wait });
  if (!passedOn.has(status)) return gatewayError('GW_UPSTREAM_REFUSED', { details: { status } });
  if (!translated) return passedRefusal(status, json, provider, shown);
  return new GatewayError({ ...refusedWith(status), status, type: status === 404 ? 'not_found' : 'invalid_request' });
}

/** An error that an upstream reports inside an answer of status 200: its words stay out, its meaning is kept where it is known. */
export function reportedError(error: JsonValue): GatewayError {
  const why = isJsonObject(error) ? refusedFor(isJsonObject(error.response) ? error.response : error) : undefined;
  if (why !== undefined) return gatewayError('GW_UPSTREAM_REFUSED', { details: { status: 400 }, refusedFor: why });
  const text = JSON.stringify(error);
  return gatewayError(/rate_limit|too_many_requests|"code":429/.test(text) ? 'GW_UPSTREAM_RATE_LIMITED' : 'GW_UPSTREAM_STREAM_ERROR');
}

function refusedWith(status: number): Pick<GatewayError, 'code' | 'message'> {
  const { code, message } = gatewayError('GW_UPSTREAM_REFUSED', { details: { status } });
  return { code, message };
}

/** The provider's own words about the request, without what is the operator's. */
function passedRefusal(
  status: number,
  json: JsonObject | undefined,
  provider: Provider,
  shown: readonly string[],
  why?: RefusedFor,
): GatewayError {
  const clean = (text: string): string => scrub(text, provider, shown);
  const said = isJsonObject(json?.error) ? json.error : json;
  if (said === undefined || typeof said.message !== 'string')
    return gatewayError('GW_UPSTREAM_REFUSED', { details: { status }, refusedFor: why });
  const code = said.code ?? (isJsonObject(said.details) ? said.details.error_code : undefined); // Anthropic's finer word
  const param = said.param;
  return new GatewayError({
    status,
    code: isCode(code) && clean(code) === code ? code : 'GW_UPSTREAM_REFUSED',
    // Cut after scrubbing: half a key has no shape, and is not the key.
    message: clean(said.message).slice(0, 4_000),
    type: status === 404 ? 'not_found' : 'invalid_request',
    refusedFor: why,
    ...(typeof param === 'string' && { param: clean(param).slice(0, 200) }),
  });
}

function isCode(code: JsonValue | undefined): code is string {
  return typeof code === 'string' && /^[\w.-]{1,100}$/.test(code);
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Removes credentials (ours by value, `shown` among them, others by shape), organisation and project ids, URLs and hosts. */
export function scrub(text: string, provider: Provider, shown: readonly string[] = []): string {
  let clean = text;
  const fixed = [...provider.headers, ...provider.credentials.flatMap(({ headers }) => headers)].map(({ value }) => value.reveal());
  for (const value of [...fixed, ...shown]) {
    const secret = value.replace(/^(?:Bearer|Basic|Token|Key) /i, '');
    if (secret.length >= 4) clean = clean.replaceAll(secret, '[removed]');
  }
  return clean
    .replace(/https?:\/\/[^\s"'<>)]{1,2000}/gi, '[removed]')
    .replace(hostPattern(provider.origin), '[removed]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '[removed]')
    .replace(/\b(?:sk|pk|rk|gsk|xai|org|proj|gw)[-_][A-Za-z0-9*_-]{6,512}/g, '[removed]')
    .replace(/\bAIza[A-Za-z0-9_-]{16,512}/g, '[removed]')
    .replace(/\b(?:user|key)[-_](?=[A-Za-z_-]{0,64}[\d*])[A-Za-z0-9*_-]{6,512}/g, '[removed]') // not `user_location`
    .replace(/\bBearer\s+\S{1,2000}/gi, '[removed]');
}

/** The provider's host; one of a single label (`ollama`) only with its port, for it may be an ordinary word. */
function hostPattern(origin: string): RegExp {
  const { hostname } = new URL(origin);
  const port = /[.:]/.test(hostname) ? '(?::\\d{1,5})?' : ':\\d{1,5}';
  return new RegExp(hostname.replace(/\W/g, '\\$&') + port, 'gi');
}

/** The provider's wait, as both headers that SDKs read; within reason. */
function retryAfter(ms: number | undefined): Record<string, string> {
  if (ms === undefined) return {};
  const bounded = Math.min(ms, maxRetryAfter * 1000);
  return { 'retry-after': String(Math.max(1, Math.ceil(bounded / 1000))), 'retry-after-ms': String(Math.max(1, Math.round(bounded))) };
}

function waitMs(headers: UpstreamHeaders): number | undefined {
  const exact = numberOf(headers['retry-after-ms']);
  if (exact >= 0) return exact;
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const seconds = numberOf(value);
  if (!Number.isNaN(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** `NaN` for what is no finite number; `Number` alone takes an empty text for 0. */
function numberOf(value: string | string[] | undefined): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}
