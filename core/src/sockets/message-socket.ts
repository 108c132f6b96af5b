/** Hears of a socket. After `closed` nothing follows. */
export interface SocketListener {
  text(text: string): void;
  /** A message that is no text: none of the protocols here has them. */
  binary(): void;
  /** The peer has caught up after `send` said that it was slower. */
  drained(): void;
  /** Once, however it ended. */
  closed(): void;
}

/** A WebSocket that is open, of a client's or an upstream's. Sending on one that is closed does nothing. */
export interface MessageSocket {
  /** False: the peer is slower; wait for `drained`. */
  send(text: string): boolean;
  /** Messages that came before are handed over first. */
  listen(listener: SocketListener): void;
  pause(): void;
  resume(): void;
  /** Whether something that was sent has not been taken by the connection yet. */
  readonly waiting: boolean;
  /** The closing handshake; a peer that does not answer is cut off. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** Codes of RFC 6455 §7.4.1. */
export const closeCodes = { normal: 1000, goingAway: 1001, unsupported: 1003, policy: 1008, tooBig: 1009, failed: 1011 } as const;
