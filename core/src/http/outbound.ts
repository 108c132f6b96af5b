import { ServerResponse } from 'node:http';
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
      res.once('close', () => {
        const complete = res.writableFinished;
        if (!complete) onGone();
        resolve(complete);
      });
    });
  }

  get started(): boolean {
    return this.#res.headersSent;
  }

  send(status: number, headers: readonly string[], body: Buffer): void {
    if (this.#unusable()) return;
    this.#over = true;
    this.#head(status, headers);
    // As a latin1 string Node joins head and body into one packet; as a Buffer it would write twice.
    if (body.length <= oneWriteLimit) this.#res.end(body.toString('latin1'), 'latin1');
    else this.#res.end(body);
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
    if (this.#unusable()) return;
    this.#over = true;
    const res = this.#res;
    if (lastWords.length === 0) res.destroy();
    // No terminating chunk: the client must see that the answer is not complete.
    else res.write(lastWords, () => res.destroy());
  }

  #unusable(): boolean {
    return this.#over || this.#res.destroyed || this.#res.writableEnded;
  }

  /** Middleware such as compression() replaces `writeHead` and does not know flat lists. */
  #head(status: number, headers: readonly string[]): void {
    const res = this.#res;
    if (res.writeHead === ServerResponse.prototype.writeHead) {
      res.writeHead(status, headers as string[]);
      return;
    }
    for (let index = 0; index < headers.length; index += 2) res.setHeader(headers[index] as string, headers[index + 1] as string);
    res.writeHead(status);
  }
}
