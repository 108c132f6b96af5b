import type { Credential, Provider, Proxied, RequestHeaders } from '@express-ai-gateway/core/plugin';

// Headers cross by allow-list only. Everything else stays on its side: credentials, cookies, forwarding and hop-by-hop headers,
// and whatever `Connection` names.

const fromClient = ['accept', 'content-type', 'openai-beta', 'anthropic-version', 'anthropic-beta', 'range'] as const;

const toClient = [
  ...['accept-ranges', 'content-disposition', 'content-range', 'openai-processing-ms', 'openai-version'],
  ...['retry-after', 'retry-after-ms'],
] as const;

const requestIds = ['x-request-id', 'request-id', 'x-amzn-requestid'] as const;

/** What the provider gets: a few of the client's, the provider's own, the gateway's credential. Encoded answers are not asked for. */
export function requestHeaders(client: RequestHeaders, provider: Provider, { headers }: Credential): Record<string, string> {
  const hop = connectionTokens(client.connection);
  const sent: Record<string, string> = { accept: '*/*' };
  for (const own of Object.values(provider.dialectHeaders)) Object.assign(sent, own);
  for (const name of fromClient) {
    const value = client[name];
    if (typeof value === 'string' && !hop.has(name)) sent[name] = value;
  }
  sent['accept-encoding'] = 'identity';
  sent['user-agent'] = 'express-ai-gateway';
  for (const { name, value } of [...provider.headers, ...headers]) sent[name] = value.reveal();
  return sent;
}

/** What the client gets of the provider's head; its request id under a name of its own. */
export function responseHeaders(upstream: Proxied['headers']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of toClient) {
    const value = textOf(upstream[name]);
    if (value !== undefined) headers[name] = value;
  }
  const id = requestIds.map((name) => textOf(upstream[name])).find((one) => one !== undefined);
  if (id !== undefined && /^[\w.:-]{1,128}$/.test(id)) headers['x-upstream-request-id'] = id;
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
