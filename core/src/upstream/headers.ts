import { isHeaderValue } from '../header-text.ts';
import type { DialectId } from '../model/call.ts';
import type { RequestHeaders, ResponseHeaders } from '../model/headers.ts';
import type { Provider } from '../providers/provider.ts';
import type { UpstreamHeaders } from './transport.ts';

// Headers cross the gateway by allow-list only. Everything else stays on its side: credentials, cookies, forwarding and
// metadata headers, hop-by-hop headers and whatever `Connection` names.

/** What providers may say to a client. Their rate-limit headers describe the gateway's account, not the caller's. */
const responseAllowed = ['openai-processing-ms', 'openai-version', 'retry-after', 'retry-after-ms'] as const;

/** Where providers put the id of a request. */
const requestIds = ['x-request-id', 'request-id'] as const;

const userAgent = 'express-ai-gateway';

/** The head of an upstream request, without credential, as names and values in turn. */
export function requestHeaders(provider: Provider, dialect: DialectId, client: Readonly<Record<string, string>>, accept: string): string[] {
  const headers = ['content-type', 'application/json', 'accept', accept, 'accept-encoding', 'identity', 'user-agent', userAgent];
  for (const { name, value } of provider.headers) headers.push(name, value.reveal());
  const taken = (name: string): boolean => provider.headers.some((header) => header.name === name);
  const own = provider.dialectHeaders[dialect];
  for (const name in own) if (client[name] === undefined && !taken(name)) headers.push(name, own[name] as string);
  for (const name in client) if (!taken(name)) headers.push(name, client[name] as string);
  return headers;
}

const nothing: Readonly<Record<string, string>> = Object.freeze({});

/** What a client may say to a provider of its own dialect. A header named by `Connection` is for this hop only. */
export function clientHeaders(allowed: readonly string[] | undefined, client: RequestHeaders): Readonly<Record<string, string>> {
  let picked: Record<string, string> | undefined;
  for (const name of allowed ?? []) {
    const value = client[name];
    if (typeof value !== 'string' || namedByConnection(client, name)) continue;
    picked ??= {};
    picked[name] = value;
  }
  return picked ?? nothing;
}

/** The upstream's headers that the client gets; its request id under a name of its own. */
export function responseHeaders(upstream: UpstreamHeaders): ResponseHeaders {
  const headers: ResponseHeaders = {};
  for (const name of responseAllowed) {
    const value = upstream[name];
    if (isHeaderValue(value)) headers[name] = value;
  }
  const id = requestIds.map((name) => upstream[name]).find((one) => one !== undefined);
  if (typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id)) headers['x-upstream-request-id'] = id;
  return headers;
}

/** RFC 9110 §7.6.1: a header named by `Connection` is for this hop only. */
function namedByConnection(client: RequestHeaders, name: string): boolean {
  const connection = client.connection;
  return (
    typeof connection === 'string' &&
    connection
      .toLowerCase()
      .split(',')
      .some((token) => token.trim() === name)
  );
}
