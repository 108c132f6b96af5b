import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MessageSocket } from '../sockets/message-socket.ts';

/** A client's request for a WebSocket, as Node's `upgrade` event tells of it. */
export interface UpgradeRequest {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface AcceptOptions {
  /** Bytes of one message; a larger one closes the connection. */
  readonly maxBytes: number;
  /** For the client, beside the handshake's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** The subprotocol to agree on. */
  readonly protocol: string | undefined;
}

/** A WebSocket to an upstream. Everything in it is ours: nothing of it is copied from a client. */
export interface DialOptions {
  /** `http(s)://host:port` */
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly maxBytes: number;
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** What an upstream answered instead of a WebSocket. */
export interface RefusedDial {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As much of it as is worth reading. */
  readonly body: Buffer;
}

/** Speaks WebSocket for the gateway, which owns everything else: who may, what passes, what is counted, when it ends. */
export interface SocketEngine {
  /** Completes a client's upgrade. `undefined` when the request is no proper one: it was answered then. */
  accept(request: UpgradeRequest, options: AcceptOptions): MessageSocket | undefined;
  /** Rejects when the upstream cannot be reached. No redirects are followed. */
  dial(options: DialOptions): Promise<MessageSocket | RefusedDial>;
}

export function isRefusedDial(dialled: MessageSocket | RefusedDial): dialled is RefusedDial {
  return 'status' in dialled;
}
