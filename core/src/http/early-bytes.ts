import type { Duplex } from 'node:stream';

/** More than a handshake's client has to say before it is answered. Bytes. */
const most = 64 * 1024;

/**
 * Reads an upgraded connection until somebody takes it over: Node notices only on a connection that is read from that its
 * client has left.
 */
export class EarlyBytes {
  readonly #socket: Duplex;
  readonly #pieces: Buffer[];
  #length = 0;

  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    this.#pieces = [head];
    socket.on('data', this.#onData).on('end', this.#onEnd);
  }

  /** Everything that came so far; from here on the connection waits to be read. */
  take(): Buffer {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).pause();
    return Buffer.concat(this.#pieces);
  }

  readonly #onData = (piece: Buffer): void => {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > most) this.#socket.destroy();
  };

  readonly #onEnd = (): void => {
    this.#socket.destroy();
  };
}
