import {
  type Carried,
  definePlugin,
  GatewayError,
  type Handoff,
  type Proxied,
  type ProxyRequest,
  principal,
  type Transfer,
} from '@express-ai-gateway/core/plugin';
import { requestHeaders, responseHeaders, textOf } from './headers.ts';
import { nameOf, type Service, serviceProxyOptions } from './options.ts';
import { type ProxyTo, proxyTo } from './proxy.ts';
import { refusal } from './refusals.ts';

/** Sending it twice is as good as once (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** A team's own services at paths of the gateway's, under the same hooks as its model calls. */
export const serviceProxy = definePlugin({
  name: 'service-proxy',
  options: serviceProxyOptions,
  create: ({ services }) => {
    const proxied = services.map((service) => ({ service, proxy: proxyTo(new URL(service.target).origin) }));
    return {
      handoffs: proxied.map(({ service, proxy }) => handoff(service, proxy)),
      dispose: () => {
        for (const { proxy } of proxied) proxy.close();
      },
      explain: () => 'carries requests to the services of its operator',
    };
  },
});

function handoff(service: Service, { middleware }: ProxyTo): Handoff {
  const { path, methods, maxBodyBytes, timeoutMs, idleMs } = service;
  const name = nameOf(service);
  const target = Object.freeze({ id: `service/${name}`, provider: 'service', model: name });
  return {
    name: `service:${name}`,
    routes: [path, `${path}/*`].map((route) => ({ methods, path: route })),
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    timeouts: { ...(timeoutMs !== undefined && { totalMs: timeoutMs }), ...(idleMs !== undefined && { idleMs }) },
    target: () => target,
    async carry(transfer) {
      const { method, context } = transfer;
      const headers = requestHeaders(context.headers, service, context.id, context.get(principal));
      const request = { method, path: addressOf(transfer, service), headers };
      const tries = idempotent.has(method) && !transfer.hasBody ? 1 + service.retries : 1;
      return carriedFrom(await answered(transfer, middleware, request, tries), service);
    },
  };
}

/** The path at the service: its own base, and what the client asked for below. */
function addressOf({ path, query }: Transfer, { path: mount, target, stripPath }: Service): string {
  const base = new URL(target).pathname.replace(/\/$/, '');
  const below = base + (stripPath ? path.slice(mount.length) : path);
  return (below === '' ? '/' : below) + (query === '' ? '' : `?${query}`);
}

/** The first answer. Only a connection that gave none is tried again; a limit that passed or a client that left ends it. */
async function answered(transfer: Transfer, middleware: ProxyTo['middleware'], request: ProxyRequest, tries: number): Promise<Proxied> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await transfer.through(middleware, request);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'GW_UPSTREAM_UNREACHABLE') throw error;
      if (left === 0) throw refusal('SERVICE_UNREACHABLE', { cause: error });
    }
  }
}

/** The answer for the client. A service's 4xx are its words to the client; its failures are not. */
function carriedFrom({ status, headers, body }: Proxied, service: Service): Carried {
  if (status >= 500) throw refusal('SERVICE_FAILED', { retryAfter: textOf(headers['retry-after']) });
  // To the client they would say that its own credential is no good.
  if (status === 401 || status === 407) throw refusal('SERVICE_UNAUTHORIZED');
  if (status >= 300 && status < 400 && status !== 304) throw refusal('SERVICE_REDIRECT');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw refusal('SERVICE_ENCODED');
  const length = Number(textOf(headers['content-length']) ?? Number.NaN);
  return {
    status,
    headers: responseHeaders(headers, service),
    contentType: textOf(headers['content-type']),
    contentLength: Number.isSafeInteger(length) && length >= 0 ? length : undefined,
    body,
  };
}
