import type { Socket } from 'node:net';
import type {
  AcceptOptions,
  Clock,
  DialOptions,
  MessageSocket,
  RefusedDial,
  SocketEngine,
  UpgradeRequest,
} from '@express-ai-gateway/core/plugin';
import { WebSocket, WebSocketServer } from 'ws';
import { refusedDial } from './refused-dial.ts';
import { WsSocket } from './ws-socket.ts';

export interface WsEngineOptions {
  readonly clock: Clock;
  readonly pingMs: number;
}

/** Milliseconds for a peer to answer a close; then its connection is cut. */
const closeTimeout = 5_000;

/** No compression (its window costs more memory than its messages), no redirects: a credential goes where the operator said. */
const shared = { perMessageDeflate: false, closeTimeout } as const;

/** WebSockets by `ws`. */
export class WsEngine implements SocketEngine {
  readonly #options: WsEngineOptions;

  constructor(options: WsEngineOptions) {
    this.#options = options;
  }

  accept({ req, socket, head }: UpgradeRequest, { maxBytes, headers, protocol }: AcceptOptions): MessageSocket | undefined {
    const server = new WebSocketServer({
      ...shared,
      noServer: true,
      clientTracking: false,
      maxPayload: maxBytes,
      handleProtocols: () => protocol ?? false,
    });
    server.on('headers', (lines) => {
      for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    });
    let accepted: MessageSocket | undefined;
    // Calls back at once, or answers the client itself.
    server.handleUpgrade(req, socket as Socket, head, (client) => {
      accepted = new WsSocket(client, this.#options);
    });
    return accepted;
  }

  dial({ origin, path, headers, maxBytes, connectMs, signal }: DialOptions): Promise<MessageSocket | RefusedDial> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, {
        ...shared,
        headers: Object.fromEntries(headers),
        maxPayload: maxBytes,
        handshakeTimeout: connectMs,
        followRedirects: false,
      });
      const leave = (): void => socket.terminate();
      signal.addEventListener('abort', leave, { once: true });
      const settled = (settle: () => void): void => {
        signal.removeEventListener('abort', leave);
        settle();
      };
      socket.once('unexpected-response', (request, response) => {
        void refusedDial(response, this.#options.clock)
          .then((refused) => settled(() => resolve(refused)))
          .finally(() => request.destroy());
      });
      socket.once('open', () => settled(() => resolve(new WsSocket(socket, this.#options))));
      socket.on('error', (error) => settled(() => reject(error)));
      if (signal.aborted) leave();
    });
  }
}
