import type { StreamDialect } from '../dialects/dialect.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { StreamEvent } from '../model/events.ts';
import type { RegionSink, RegionSource } from './regions.ts';

/** Events, and bytes of them, kept ahead of a slow consumer; then the upstream waits. */
const maxAhead = 64;
const maxAheadBytes = 64 * 1024;

/** Regions in, events out, one consumer. Leaving the loop early closes the upstream. */
export class EventQueue implements AsyncIterable<StreamEvent>, RegionSink {
  readonly #body: RegionSource;
  readonly #dialect: StreamDialect;
  #ready: StreamEvent[] = [];
  #readyBytes = 0;
  #wake: (() => void) | undefined = undefined;
  #over = false;
  #error: GatewayError | undefined = undefined;
  #started = false;

  constructor(body: RegionSource, dialect: StreamDialect) {
    this.#body = body;
    this.#dialect = dialect;
  }

  region(bytes: Buffer): boolean {
    this.#ready.push(...eventsOf(bytes, this.#dialect));
    this.#readyBytes += bytes.length;
    this.#wake?.();
    return this.#ready.length < maxAhead && this.#readyBytes < maxAheadBytes;
  }

  end(): void {
    this.#over = true;
    this.#wake?.();
  }

  fail(error: GatewayError): void {
    this.#error = error;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void, undefined> {
    if (this.#started) throw new Error('The events of a response can be read once. Wrap them in one generator.');
    this.#started = true;
    this.#body.attach(this);
    try {
      for (;;) {
        const ready = this.#ready;
        this.#ready = [];
        this.#readyBytes = 0;
        for (const event of ready) yield event;
        if (this.#ready.length > 0) continue;
        if (this.#over) break;
        // Armed first: a socket that is resumed may hand over what it has at once.
        const more = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#body.resume();
        await more;
      }
    } finally {
      if (!this.#over) this.#body.abort(gatewayError('GW_CLIENT_CLOSED'));
    }
    if (this.#error !== undefined) throw this.#error;
  }
}
