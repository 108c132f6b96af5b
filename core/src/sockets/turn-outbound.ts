import type { Outbound } from '../inbound.ts';

/** Where the exchange of a Realtime answer ends: its events go another way, so that only an error is left to tell. */
export class TurnOutbound implements Outbound {
  readonly queued = false;
  readonly waiting = false;
  readonly closed: Promise<boolean>;
  readonly #tell: (event: string) => void;
  #started = false;
  #muted = false;
  #close: (complete: boolean) => void = () => {};

  constructor(tell: (event: string) => void) {
    this.#tell = tell;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get started(): boolean {
    return this.#started;
  }

  /** The client knows already what went wrong. */
  mute(): void {
    this.#muted = true;
  }

  send(_status: number, _headers: readonly string[], body: Buffer): void {
    this.#started = true;
    if (!this.#muted) this.#tell(body.toString('utf8'));
    this.#close(true);
  }

  start(): void {
    this.#started = true;
  }

  write(): boolean {
    return true;
  }

  onDrain(): void {}

  end(): void {
    this.#close(true);
  }

  cut(): void {
    this.#close(false);
  }
}
