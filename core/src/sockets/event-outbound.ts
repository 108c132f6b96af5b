import { FrameSplitter, frameData } from '../dialects/sse.ts';
import type { Outbound } from '../inbound.ts';
import type { MessageSocket } from './message-socket.ts';

export interface EventOutboundOptions {
  readonly socket: MessageSocket;
  readonly maxEventBytes: number;
  /** An event's JSON as it goes out. */
  readonly message: (json: string) => string;
  /** A whole answer, which is an error, as a message. */
  readonly whole: (status: number, body: string) => string;
}

/** An answer of server-sent events, written as messages: one each, with the event's data as its text. */
export class EventOutbound implements Outbound {
  readonly queued = false;
  readonly closed: Promise<boolean>;
  readonly #options: EventOutboundOptions;
  readonly #frames: FrameSplitter;
  readonly #drainListeners: (() => void)[] = [];
  #started = false;
  #over = false;
  #gone = false;
  #complete: boolean | undefined = undefined;
  #close: (complete: boolean) => void = () => {};

  constructor(options: EventOutboundOptions) {
    this.#options = options;
    this.#frames = new FrameSplitter(options.maxEventBytes);
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get started(): boolean {
    return this.#started;
  }

  get waiting(): boolean {
    return !this.#gone && this.#options.socket.waiting;
  }

  send(status: number, _headers: readonly string[], body: Buffer): void {
    if (this.#over) return;
    this.#started = true;
    this.#options.socket.send(this.#options.whole(status, body.toString('utf8')));
    this.#end(true);
  }

  /** A message has no head. */
  start(): void {
    this.#started = true;
  }

  write(bytes: Buffer): boolean {
    if (this.#over || !this.#frames.push(bytes)) return true;
    const { text } = this.#frames;
    let open = true;
    for (let start = 0; start < text.length; ) {
      const end = this.#frames.frameEnd(start);
      open = this.#say(text.slice(start, end)) && open;
      start = end;
    }
    return open;
  }

  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  end(): void {
    if (!this.#over) this.#end(true);
  }

  /** The connection goes on where there are last words: they say that this answer is over. */
  cut(lastWords: Buffer): void {
    if (lastWords.length > 0) this.write(lastWords);
    else if (!this.#gone) this.#options.socket.terminate();
    this.#end(false);
  }

  /** The client has caught up. */
  drained(): void {
    for (const listener of this.#drainListeners) listener();
    if (this.#complete !== undefined && !this.waiting) this.#close(this.#complete);
  }

  /** The connection is over. */
  gone(): void {
    this.#gone = true;
    this.#over = true;
    this.#close(false);
  }

  /** Comments keep an HTTP connection alive; this one has pings of its own. */
  #say(frame: string): boolean {
    const data = frameData(frame);
    return data === '' || data === '[DONE]' ? true : this.#options.socket.send(this.#options.message(data));
  }

  #end(complete: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#complete = complete;
    if (!complete || !this.waiting) this.#close(complete);
  }
}
