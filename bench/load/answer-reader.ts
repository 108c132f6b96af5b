/** What was read of one HTTP answer. */
export interface ReadAnswer {
  readonly status: number;
  /** Whether it ended as its framing says: a stream that was cut is not. */
  readonly complete: boolean;
  /** Events of a stream that begin as its framing says: comments are not counted, nor is one without its blank line. */
  readonly events: number;
  /** Whether the last event was the one that ends every stream: `[DONE]`, `message_stop`. */
  readonly done: boolean;
  /** The end of the body, at least as much as the marker that is looked for. */
  readonly tail: string;
}

type State = 'head' | 'sized' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'until-close' | 'over';

/** Bytes of the body's end that are kept: more than any answer of the mock upstream that is not a stream. */
const tailLength = 4_096;

/** How events are framed: with a name before their data (Anthropic), or without (OpenAI). */
export type Framing = 'data' | 'named';

const framings: Readonly<Record<Framing, { readonly begin: number; readonly last: string }>> = {
  data: { begin: 0x64, last: 'data: [DONE]\n\n' },
  named: { begin: 0x65, last: 'event: message_stop\ndata: {"type":"message_stop"}\n\n' },
};

/**
 * Reads HTTP/1.1 answers of one connection from its raw bytes: what `node:http` would cost more to do than the gateway
 * under test. Text is latin1, one character per byte.
 */
export class AnswerReader {
  status = 0;
  events = 0;
  tail = '';
  /** Whether the server said that it closes the connection after this answer. */
  closing = false;
  #framing = framings.data;
  #state: State = 'head';
  #held = '';
  #left = 0;
  /** Within an event: whether it has begun, carries data, and ends with a line feed so far. */
  #inEvent = false;
  #isData = false;
  #afterLineFeed = false;

  get complete(): boolean {
    return this.#state === 'over';
  }

  get done(): boolean {
    return this.tail.endsWith(this.#framing.last);
  }

  /** Ready for the next answer. */
  reset(framing: Framing = 'data'): void {
    this.#framing = framings[framing];
    this.status = 0;
    this.events = 0;
    this.tail = '';
    this.closing = false;
    this.#state = 'head';
    this.#held = '';
    this.#left = 0;
    this.#inEvent = false;
    this.#isData = false;
    this.#afterLineFeed = false;
  }

  /** Takes bytes. Throws when there are more than the answer has, or it cannot be read. */
  push(chunk: Buffer): void {
    let rest = chunk.toString('latin1');
    while (rest !== '') {
      if (this.#state === 'over') throw new Error('bytes after the end of an answer');
      rest = this.#step(rest);
    }
  }

  /** The other side closed: the end of an answer that has no other. */
  closed(): void {
    if (this.#state === 'until-close') this.#state = 'over';
  }

  /** Takes what belongs to the current part, returns the rest. */
  #step(text: string): string {
    switch (this.#state) {
      case 'head':
        return this.#head(text);
      case 'sized':
        return this.#data(text, 'over');
      case 'chunk-data':
        return this.#data(text, 'chunk-end');
      case 'chunk-size':
        return this.#line(text, (line) => this.#chunkSize(line));
      case 'chunk-end':
        return this.#line(text, () => this.#goTo('chunk-size'));
      case 'trailers':
        return this.#line(text, (line) => line === '' && this.#goTo('over'));
      default:
        this.#body(text);
        return '';
    }
  }

  #head(text: string): string {
    const whole = this.#held + text;
    const end = whole.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#held = whole;
      return '';
    }
    this.#held = '';
    this.#readHead(whole.slice(0, end + 2));
    return whole.slice(end + 4);
  }

  #readHead(head: string): void {
    this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(this.status)) throw new Error(`not an HTTP answer: ${head.slice(0, 40)}`);
    this.closing = /\r\nconnection: *close\r\n/i.test(head);
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) this.#goTo('chunk-size');
    else if (length === undefined) this.#goTo('until-close');
    else {
      this.#left = Number(length);
      this.#goTo(this.#left === 0 ? 'over' : 'sized');
    }
  }

  #line(text: string, take: (line: string) => void): string {
    const end = text.indexOf('\r\n');
    if (this.#held === '' && end !== -1) {
      take(text.slice(0, end));
      return text.slice(end + 2);
    }
    const whole = this.#held + text;
    const heldEnd = whole.indexOf('\r\n');
    this.#held = heldEnd === -1 ? whole : '';
    if (heldEnd === -1) return '';
    take(whole.slice(0, heldEnd));
    return whole.slice(heldEnd + 2);
  }

  #chunkSize(line: string): void {
    this.#left = Number.parseInt(line, 16);
    if (Number.isNaN(this.#left)) throw new Error(`not a chunk size: ${line.slice(0, 40)}`);
    this.#goTo(this.#left === 0 ? 'trailers' : 'chunk-data');
  }

  #data(text: string, then: State): string {
    const part = text.length <= this.#left ? text : text.slice(0, this.#left);
    this.#left -= part.length;
    this.#body(part);
    if (this.#left === 0) this.#goTo(then);
    return text.slice(part.length);
  }

  #goTo(state: State): void {
    this.#state = state;
  }

  #body(part: string): void {
    this.tail = part.length >= tailLength ? part.slice(-tailLength) : (this.tail + part).slice(-tailLength);
    let at = 0;
    if (this.#afterLineFeed && part.charCodeAt(0) === 0x0a) {
      this.#eventEnds();
      at = 1;
    }
    while (at < part.length) {
      if (!this.#inEvent) {
        this.#inEvent = true;
        this.#isData = part.charCodeAt(at) === this.#framing.begin; // the d of data:, the e of event:
      }
      const end = part.indexOf('\n\n', at);
      if (end === -1) break;
      this.#eventEnds();
      at = end + 2;
    }
    this.#afterLineFeed = this.#inEvent && part.charCodeAt(part.length - 1) === 0x0a;
  }

  #eventEnds(): void {
    if (this.#isData) this.events += 1;
    this.#inEvent = false;
    this.#isData = false;
  }
}
