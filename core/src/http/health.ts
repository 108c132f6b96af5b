import type { ServerResponse } from 'node:http';
import type { RouteInfo } from '../routes.ts';

/** Where a gateway's life can be looked at, for load balancers and orchestrators: no credential, nothing told but the state. */
export type GatewayState = 'starting' | 'ready' | 'broken' | 'closing';

const live = '/health/live';
const ready = '/health/ready';

export const healthRoutes: readonly RouteInfo[] = [live, ready].map((path) => ({
  method: 'GET',
  path,
  dialect: 'health',
  access: 'public',
}));

/** Answers a health check; false for every other request. Live is a process that answers; ready is one that takes requests. */
export function answerHealth(method: string | undefined, path: string, state: GatewayState, res: ServerResponse): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || (path !== live && path !== ready)) return false;
  const healthy = path === live || state === 'ready';
  const body = JSON.stringify({ status: path === live ? 'live' : state });
  res.writeHead(healthy ? 200 : 503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(!healthy && { 'retry-after': '1' }),
  });
  res.end(body);
  return true;
}
