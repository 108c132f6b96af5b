import type { IncomingMessage } from 'node:http';
import type { ExchangeContext } from '../context.ts';
import { PluginContext } from '../plugin-context.ts';
import { ExpressInbound } from './express.ts';

/** The host app's own request: what its middleware left there says who is signed in. */
export interface HostRequest extends IncomingMessage {
  readonly user?: unknown;
  readonly session?: unknown;
}

/**
 * The request of the app that the gateway is a guest of, for authenticators: `req.user`, a session, a client certificate. For a
 * message of a WebSocket it is the request that opened it. `undefined` for calls made by this process. For reading only: the gateway
 * and the host go on using it.
 */
export function hostRequest(context: ExchangeContext): HostRequest | undefined {
  const inbound = PluginContext.exchangeOf(context)?.inbound;
  const opener = inbound?.opener ?? inbound;
  return opener instanceof ExpressInbound ? opener.request : undefined;
}
