import type { ParsedConfig } from '../config.ts';
import { openaiRealtime } from '../dialects/openai-realtime/openai-realtime.ts';
import { openaiResponses } from '../dialects/openai-responses/openai-responses.ts';
import { GatewayConfigError } from '../errors.ts';
import type { LoadedPlugin } from '../hooks.ts';
import type { SocketRoute } from '../http/socket-face.ts';
import type { Sockets } from '../http/sockets.ts';
import type { RequestOpener } from '../upstream/carrier.ts';
import type { CredentialPools } from '../upstream/credential-pools.ts';
import type { Router } from '../upstream/router.ts';
import { RealtimeOpening } from './realtime-opening.ts';
import { ResponsesOpening } from './responses-opening.ts';

export interface SocketRouteParts extends Pick<ParsedConfig, 'limits' | 'timeouts'> {
  readonly router: Router;
  readonly credentials: CredentialPools;
  readonly transport: RequestOpener;
  readonly unpoliced: readonly string[];
}

/** What the plugins bring. Throws when two do: each would let in whom the other does not. */
export function socketsOf(plugins: readonly LoadedPlugin[]): Sockets | undefined {
  const bringing = plugins.filter(({ hooks }) => hooks.sockets !== undefined);
  if (bringing.length > 1)
    throw new GatewayConfigError('The gateway cannot start with these plugins:', [
      { path: 'plugins', expected: 'one that brings WebSockets', received: bringing.map(({ name }) => name).join(', ') },
    ]);
  return bringing[0]?.hooks.sockets;
}

/** Where clients may open a WebSocket, as OpenAI's libraries and those for Azure ask. */
export function socketRoutes(sockets: Sockets, parts: SocketRouteParts): readonly SocketRoute[] {
  const { limits, timeouts, transport } = parts;
  const { engine, maxQueued } = sockets;
  const { connectMs, totalMs } = timeouts;
  const shared = { engine, maxQueued, connectMs };
  const responses = (): ResponsesOpening => new ResponsesOpening({ ...shared, transport, limits, dialect: openaiResponses });
  const bounds = { totalMs, maxBytes: limits.eventBytes, maxQueuedLength: limits.bodyBytes };
  const realtime = (): RealtimeOpening => new RealtimeOpening({ ...shared, ...parts, ...bounds, dialect: openaiRealtime });
  const routes = [
    { path: '/v1/responses', dialect: openaiResponses, opening: responses },
    { path: '/v1/realtime', dialect: openaiRealtime, opening: realtime },
    { path: '/openai/v1/realtime', dialect: openaiRealtime, opening: realtime },
  ];
  return routes.filter(({ dialect }) => (sockets.dialects as readonly string[]).includes(dialect.id));
}
