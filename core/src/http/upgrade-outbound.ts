import type { ServerResponse } from 'node:http';
import type { Outbound } from '../inbound.ts';
import { ExpressOutbound } from './outbound.ts';

/** Where the answer to a request for a WebSocket goes: 101 opens it, everything else is an answer like any other. */
export class UpgradeOutbound implements Outbound {
  readonly queued = false;
  readonly closed: Promise<boolean>;
  readonly #refusing: ExpressOutbound;
  readonly #open: (headers: readonly string[]) => boolean;
  #opened = false;
  #close: (complete: boolean) => void = () => {};

  /** `open`: whether the client is in now; `onGone` hears of one that left before it was answered. */
  constructor(res: ServerResponse, open: (headers: readonly string[]) => boolean, onGone: () => void) {
    this.#open = open;
    this.#refusing = new ExpressOutbound(res, () => {
      if (!this.#opened) onGone();
    });
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
      void this.#refusing.closed.then(resolve);
    });
  }

  get started(): boolean {
    return this.#opened || this.#refusing.started;
  }

  get waiting(): boolean {
    return !this.#opened && this.#refusing.waiting;
  }

  send(status: number, headers: readonly string[], body: Buffer): void {
    if (status !== 101) {
      this.#refusing.send(status, headers, body);
      return;
    }
    this.#opened = true;
    this.#close(this.#open(headers));
  }

  start(status: number, headers: readonly string[]): void {
    this.#refusing.start(status, headers);
  }

  write(bytes: Buffer): boolean {
    return this.#refusing.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#refusing.onDrain(listener);
  }

  end(): void {
    this.#refusing.end();
  }

  cut(lastWords: Buffer): void {
    if (!this.#opened) this.#refusing.cut(lastWords);
  }
}
