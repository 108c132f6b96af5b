import { EventEmitter } from 'node:events';
import http from 'node:http';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import type { Handoff, Transfer } from '../../../core/src/handoff/handoff.ts';
import type { Proxied, ProxyMiddleware } from '../../../core/src/http/proxied.ts';
import { reportTransfers } from '../../../core/src/http/proxy-run.ts';
import { type Running, running } from './loopback.ts';

/** The least that a proxy middleware can be: what a handoff needs of one is here, and nothing of a library. */
export function plainProxy(origin: string): ProxyMiddleware {
  const events = new EventEmitter();
  reportTransfers(events);
  return (req, res) => {
    const out = http.request(origin + (req.url as string), { method: req.method as string, headers: req.headers, agent: false });
    out.on('socket', () => events.emit('proxyReq', out, req, res));
    out.on('response', (message) => events.emit('proxyRes', message, req, res));
    out.on('error', (error) => events.emit('error', error, req, res));
    res.on('close', () => {
      if (!res.writableFinished) out.destroy();
    });
    req.pipe(out);
  };
}

/** Everything below `/raw` goes to the upstream, with these headers and no other. */
export function carrier(origin: string, own: Partial<Handoff> = {}): GatewayPlugin {
  const proxy = plainProxy(origin);
  const handoff: Handoff = {
    name: 'raw',
    routes: [
      { methods: ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'], path: '/raw/*' },
      { methods: ['GET'], path: '/raw' },
    ],
    target: () => ({ id: 'raw/*', provider: 'raw', model: '*' }),
    carry: async (transfer) => answerOf(await transfer.through(proxy, requestOf(transfer))),
    ...own,
  };
  return definePlugin({ name: 'carrier', create: () => ({ handoffs: [handoff] }) })();
}

export function requestOf({ method, rest = '', query, context }: Transfer): {
  method: string;
  path: string;
  headers: Record<string, string>;
} {
  const type = context.headers['content-type'];
  return { method, path: `/${rest}${query === '' ? '' : `?${query}`}`, headers: typeof type === 'string' ? { 'content-type': type } : {} };
}

export function answerOf({ status, headers, body }: Proxied): Awaited<ReturnType<Handoff['carry']>> {
  const { 'content-type': contentType, 'content-length': length } = headers;
  return {
    status,
    headers: {},
    contentType: typeof contentType === 'string' ? contentType : undefined,
    contentLength: length === undefined ? undefined : Number(length),
    body,
  };
}

/** A gateway that carries everything below `/ai/raw` to this upstream. */
export function carrying(
  origin: string,
  own: Partial<Handoff> = {},
  { plugins = [], ...config }: Partial<GatewayConfig> = {},
): Promise<Running> {
  return running(origin, { plugins: [...plugins, carrier(origin, own)], ...config });
}

/** A request under way, its body written piece by piece, and its answer as bytes. */
export interface Uploading {
  readonly request: http.ClientRequest;
  readonly answer: Promise<{
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: Buffer;
    readonly broken: boolean;
  }>;
}

/** Begins a request on a connection of its own. Whoever calls writes and ends it. */
export function uploading(url: string, method = 'POST', headers: http.OutgoingHttpHeaders = {}): Uploading {
  const request = http.request(url, { method, agent: false, headers });
  onTestFinished(() => void request.destroy());
  const answer = new Promise<Awaited<Uploading['answer']>>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (res) => {
      const pieces: Buffer[] = [];
      res.on('data', (piece: Buffer) => pieces.push(piece));
      res.on('error', () => {}); // the close tells
      res.on('close', () =>
        resolve({ status: res.statusCode as number, headers: res.headers, body: Buffer.concat(pieces), broken: !res.complete }),
      );
    });
  });
  answer.catch(() => {}); // a test that leaves does not ask
  return { request, answer };
}

/** A whole request and its answer. */
export async function carried(
  url: string,
  method = 'POST',
  body: string | Buffer | undefined = undefined,
  headers: http.OutgoingHttpHeaders = {},
): Promise<Awaited<Uploading['answer']>> {
  const { request, answer } = uploading(url, method, headers);
  request.end(body);
  return answer;
}
