import { isHeaderValue } from '../header-text.ts';
import type { RequestHeaders, ResponseHeaders } from '../model/headers.ts';
import type { Provider } from '../providers/provider.ts';
import type { UpstreamHeaders } from './transport.ts';

// Headers cross the gateway by allow-list only. Everything else stays on its side: credentials, cookies, forwarding and
// metadata headers, hop-by-hop headers and whatever `Connection` names.

/** What clients may say to a provider. */
const requestAllowed = ['openai-beta'] as const;

/** What providers may say to a client. Their rate-limit headers describe the gateway's account, not the caller's. */
const responseAllowed = ['openai-processing-ms', 'openai-version', 'retry-after', 'retry-after-ms'] as const;

const userAgent = 'express-ai-gateway';

/** The head of an upstream request, as names and values in turn. */
export function requestHeaders(provider: Provider, client: RequestHeaders, stream: boolean): string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept',
    stream ? 'text/event-stream' : 'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    userAgent,
  ];
  for (const { name, value } of provider.headers) headers.push(name, value.reveal());
  for (const name of requestAllowed) {
    const value = client[name];
    if (typeof value === 'string' && !namedByConnection(client, name)) headers.push(name, value);
  }
  return headers;
}

/** The upstream's headers that the client gets; its request id under a name of its own. */
export function responseHeaders(upstream: UpstreamHeaders): ResponseHeaders {
  const headers: ResponseHeaders = {};
  for (const name of responseAllowed) {
    const value = upstream[name];
    if (isHeaderValue(value)) headers[name] = value;
  }
  const id = upstream['x-request-id'];
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
