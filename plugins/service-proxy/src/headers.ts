import type { Principal, Proxied, RequestHeaders } from '@express-ai-gateway/core/plugin';
import type { Service } from './options.ts';

// Headers cross by allow-list only: the usual ones of content, and what the service's options name.

const fromClient = ['accept', 'accept-language', 'content-type', 'if-match', 'if-modified-since', 'if-none-match', 'range'] as const;

const toClient = [
  ...['accept-ranges', 'cache-control', 'content-disposition', 'content-language', 'content-range', 'etag', 'expires'],
  ...['last-modified', 'link', 'retry-after', 'vary'],
] as const;

/** What the service gets. The exchange's id goes along, so that its logs and the gateway's can be read together. */
export function requestHeaders(
  client: RequestHeaders,
  service: Service,
  exchange: string,
  caller: Principal | undefined,
): Record<string, string> {
  const hop = connectionTokens(client.connection);
  const sent: Record<string, string> = {};
  for (const name of [...fromClient, ...service.clientHeaders]) {
    const value = client[name];
    if (typeof value === 'string' && !hop.has(name)) sent[name] = value;
  }
  return {
    ...sent,
    'accept-encoding': 'identity',
    'user-agent': 'express-ai-gateway',
    'x-request-id': exchange,
    ...callerHeaders(service.forward, caller),
    ...Object.fromEntries(Object.entries(service.headers).map(([name, value]) => [name, value.reveal()])),
  };
}

/** Who is calling, as far as the service is told. Percent-encoded: names may hold what no header may. */
function callerHeaders(forward: Service['forward'], caller: Principal | undefined): Record<string, string> {
  const told: Record<string, string> = {};
  for (const field of forward) {
    const value = caller?.[field];
    if (typeof value === 'string')
      told[field === 'id' ? 'x-gateway-principal' : `x-gateway-${field}`] = encodeURIComponent(value.toWellFormed());
  }
  return told;
}

/** What the client gets of the service's head. */
export function responseHeaders(answered: Proxied['headers'], service: Service): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of [...toClient, ...service.answerHeaders]) {
    const value = textOf(answered[name]);
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** A header that can be sent on; Node reads more than it writes. */
export function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && !/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value) ? value : undefined;
}

/** RFC 9110 §7.6.1: what `Connection` names is for this hop only. */
function connectionTokens(connection: RequestHeaders[string]): ReadonlySet<string> {
  return new Set(typeof connection === 'string' ? connection.split(',').map((token) => token.trim().toLowerCase()) : []);
}
