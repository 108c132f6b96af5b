import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Outbound } from '../inbound.ts';

/** Bodies up to this size go out in one write together with their head. Bytes. */
const oneWriteLimit = 64 * 1024;

/** An answer written to Node's (Express's) response. */
export class ExpressOutbound implements Outbound {
  readonly closed: Promise<boolean>;
  readonly #res: ServerResponse;
  #over = false;

  /** `onGone` hears, once, of a client that left before the answer was complete. */
  constructor(res: ServerResponse, onGone: () => void) {
    this.#res = res;
    this.closed = new Promise((resolve) => {
      // 'close' comes after a complete answer on a keep-alive socket too; `writableFinished` tells the two apart.
      const over = (): void => {
        // What was finished by somebody else, a time limit of the host say, is not our answer.
        const complete = this.#over && res.writableFinished;
        if (!complete) onGone();
        resolve(complete);
      };
      res.once('close', over);
      if (res.socket === null) closesWith(res, over);
    });
  }

  get started(): boolean {
    return this.#res.headersSent;
  }

  get queued(): boolean {
    return this.#res.socket === null && !this.#res.destroyed;
  }

  get waiting(): boolean {
    const { socket, writableEnded, writableFinished, destroyed } = this.#res;
    if (writableFinished || destroyed) return false;
    return !writableEnded || socket === null || socket.writableLength > 0;
  }

  send(status: number, headers: readonly string[], body: Buffer): void {
    if (this.#unusable()) return;
    this.#head(status, headers);
    this.#over = true; // not before: a head that cannot be written is answered with another
    // As a latin1 string Node joins head and body into one packet; as a Buffer it would write twice.
    if (body.length <= oneWriteLimit) this.#res.end(body.toString('latin1'), 'latin1');
    else this.#sendInPieces(body);
  }

  start(status: number, headers: readonly string[]): void {
    if (!this.#unusable()) this.#head(status, headers);
  }

  write(bytes: Buffer): boolean {
    return this.#unusable() ? true : this.#res.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#res.on('drain', listener);
  }

  end(): void {
    if (this.#unusable()) return;
    this.#over = true;
    this.#res.end();
  }

  cut(lastWords: Buffer): void {
    const res = this.#res;
    if (lastWords.length === 0) {
      this.#over = true;
      res.destroy(); // also what was handed over already, for a client that does not take it
      return;
    }
    if (this.#unusable()) return;
    this.#over = true;
    // No terminating chunk: the client must see that the answer is not complete.
    res.write(lastWords, () => res.destroy());
  }

  /** A long answer, piece by piece: 'drain' shows that its client reads on. */
  #sendInPieces(body: Buffer): void {
    let at = 0;
    const more = (): void => {
      for (let open = true; open && at < body.length; at += oneWriteLimit) {
        const piece = body.subarray(at, at + oneWriteLimit);
        if (at + oneWriteLimit < body.length) open = this.#res.write(piece);
        else this.#res.end(piece);
      }
    };
    this.#res.on('drain', more);
    more();
  }

  #unusable(): boolean {
    return this.#over || this.#res.destroyed || this.#res.writableEnded;
  }

  /**
   * Middleware such as compression() replaces `writeHead` and does not know flat lists. Beside headers that the host set
   * already (Express's own is one) Node takes a flat list apart, which costs more than setting each.
   */
  #head(status: number, headers: readonly string[]): void {
    const res = this.#res;
    if (res.writeHead === ServerResponse.prototype.writeHead && res.getHeaderNames().length === 0) {
      res.writeHead(status, headers as string[]);
      return;
    }
    for (let index = 0; index < headers.length; index += 2) res.setHeader(headers[index] as string, headers[index + 1] as string);
    res.writeHead(status);
  }
}

/** What waits for the end of a connection; one listener each, for any number of answers in line. */
const inLine = new WeakMap<Socket, Set<() => void>>();

/** Until Node 24 an answer in line behind others is not told that its connection is gone. */
function closesWith(res: ServerResponse, over: () => void): void {
  const { socket } = res.req;
  let waiting = inLine.get(socket);
  if (waiting === undefined) {
    const listeners = new Set<() => void>();
    waiting = listeners;
    inLine.set(socket, listeners);
    socket.once('close', () => {
      for (const listener of listeners) listener();
    });
  }
  const own = waiting;
  own.add(over);
  res.once('close', () => own.delete(over));
}
