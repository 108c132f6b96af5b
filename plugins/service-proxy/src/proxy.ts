import http from 'node:http';
import https from 'node:https';
import { type ProxyMiddleware, reportTransfers } from '@express-ai-gateway/core/plugin';
import { createProxyMiddleware } from 'http-proxy-middleware';

/** A proxy to one origin, with connections of its own. */
export interface ProxyTo {
  readonly middleware: ProxyMiddleware;
  /** Closes the connections that are kept. */
  close(): void;
}

/** Sockets to one origin; more requests wait for one. */
const maxSockets = 256;

/**
 * Sends what it is given to one origin and nowhere else: no redirect is followed, no header is added but `host`. Without
 * http-proxy-middleware's default plugins, which answer errors with the client's path and write to the console.
 */
export function proxyTo(origin: string): ProxyTo {
  const { Agent } = origin.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets });
  const middleware = createProxyMiddleware({
    target: origin,
    agent,
    changeOrigin: true,
    selfHandleResponse: true,
    ejectPlugins: true,
    plugins: [reportTransfers],
  });
  return { middleware, close: () => agent.destroy() };
}
