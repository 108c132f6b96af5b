import type { Server } from 'node:http';

/** What a middleware cannot set by itself, because the server is the host's. Milliseconds. */
export interface HardenOptions {
  /** For the request line and headers. Default 10,000. */
  readonly headersMs?: number;
  /** For a whole request, body included. Default 60,000. */
  readonly requestMs?: number;
  /** An idle keep-alive connection. Default 65,000: longer than most load balancers' 60 s. */
  readonly keepAliveMs?: number;
  /** Header lines of a request. Default 100. */
  readonly maxHeaders?: number;
  /** Open connections. Default 10,000. */
  readonly maxConnections?: number;
}

/**
 * Bounds for the host's server against slow and hoarding clients: `harden(createServer(app)).listen(3000)`. Call it
 * before `listen`: how often Node looks for late requests is fixed there.
 */
export function harden(server: Server, options: HardenOptions = {}): Server {
  const { headersMs = 10_000, requestMs = 60_000, keepAliveMs = 65_000, maxHeaders = 100, maxConnections = 10_000 } = options;
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.maxHeadersCount = maxHeaders;
  server.maxConnections = maxConnections;
  // Node looks for late requests this often; its default of 30 s would make the limits above a guess.
  (server as Server & { connectionsCheckingInterval?: number }).connectionsCheckingInterval = 1_000;
  return server;
}
