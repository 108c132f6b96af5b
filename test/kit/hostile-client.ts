import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

// A client that is no HTTP client: it sends exactly the bytes a test wants, when it wants, reads or does not, leaves how
// it likes, and shows exactly what came back.

/** How a connection ended: by the server's FIN or reset, or by the test. */
export type ConnectionEnd = 'fin' | 'reset' | 'by the client';

/** Opens a connection to the server behind a URL; destroyed when the test ends. */
export async function hostileClient(url: string): Promise<HostileClient> {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const client = new HostileClient(socket);
  onTestFinished(async () => {
    client.destroy();
    await client.closed;
  });
  await once(socket, 'connect');
  return client;
}

/** One socket of a client's, and the record of what came back. */
export class HostileClient {
  readonly socket: Socket;
  /** Resolves when the connection is over in both directions. */
  readonly closed: Promise<void>;
  /** Resolves when the server has sent its last byte: FIN or reset. */
  readonly ended: Promise<void>;
  /** By `performance.now()`; `undefined` while open. */
  closedAt: number | undefined = undefined;
  end: ConnectionEnd | undefined = undefined;
  /** How many bytes came back. */
  receivedLength = 0;
  readonly #received: Buffer[] = [];
  #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true); // what is sent apart shall arrive apart
    socket.on('data', (data) => {
      this.#received.push(data);
      this.receivedLength += data.length;
      this.#wake();
    });
    socket.on('end', () => this.#over('fin'));
    socket.on('error', () => this.#over('reset'));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.closedAt = performance.now();
        this.#over('by the client');
        resolve();
      });
    });
    this.ended = new Promise((resolve) => {
      for (const event of ['end', 'error', 'close']) socket.once(event, () => resolve());
    });
  }

  /** Every byte that came back. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** What came back, as text. */
  get text(): string {
    return this.received.toString('utf8');
  }

  /** The final answers that came back so far; the last may be incomplete. */
  get answers(): RawAnswer[] {
    return readAnswers(this.received, this.end !== undefined).filter(({ status }) => status >= 200);
  }

  /** Sends it now. */
  say(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Sends it in parts that arrive in reads of their own: cut before each of these bytes. */
  async sayCut(bytes: string | Buffer, ...cuts: readonly number[]): Promise<void> {
    const whole = Buffer.from(bytes);
    let from = 0;
    for (const cut of [...cuts, whole.length]) {
      if (cut > from) this.say(whole.subarray(from, cut));
      from = cut;
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends byte for byte with a pause after each, until it is all sent or the connection is over. Resolves to the bytes sent. */
  async drip(bytes: string | Buffer, everyMs: number): Promise<number> {
    let sent = 0;
    for (const byte of Buffer.from(bytes)) {
      if (this.end !== undefined) break;
      this.say(Buffer.of(byte));
      sent += 1;
      await Promise.race([new Promise((resolve) => setTimeout(resolve, everyMs).unref()), this.ended]);
    }
    return sent;
  }

  /** Sends a piece over and over while the server takes it, at most so many times. Resolves to how often. */
  async pour(piece: string | Buffer, times: number): Promise<number> {
    let sent = 0;
    while (sent < times && this.end === undefined && this.socket.writable) {
      sent += 1;
      if (!this.socket.write(piece)) await Promise.race([once(this.socket, 'drain').catch(() => {}), this.closed]);
    }
    return sent;
  }

  /** Waits until a text has come back so many times. Rejects when the connection ends before. */
  async hears(text: string, times = 1): Promise<void> {
    await this.#until(() => this.text.split(text).length > times, `"${text}" ${times} times`);
  }

  /** Waits until so many bytes have come back. */
  async hearsBytes(count: number): Promise<void> {
    await this.#until(() => this.receivedLength >= count, `${count} bytes`);
  }

  /** Waits for so many whole final answers. */
  async hearsAnswers(count: number): Promise<RawAnswer[]> {
    await this.#until(() => this.answers.filter(({ complete }) => complete).length >= count, `${count} answers`);
    return this.answers;
  }

  /** The one answer to a request: waits until it is whole. */
  async answer(): Promise<RawAnswer> {
    return (await this.hearsAnswers(1))[0] as RawAnswer;
  }

  /** Stops reading: the server's bytes pile up on the way. */
  stopReading(): void {
    this.socket.pause();
  }

  readOn(): void {
    this.socket.resume();
  }

  /** A FIN: nothing more will be sent, but reading goes on. */
  halfClose(): void {
    this.socket.end();
  }

  /** Leaves without a word. */
  destroy(): void {
    this.#over('by the client');
    this.socket.destroy();
  }

  /** Leaves with a TCP reset. */
  reset(): void {
    this.#over('by the client');
    this.socket.resetAndDestroy();
  }

  async #until(reached: () => boolean, what: string): Promise<void> {
    while (!reached()) {
      if (this.end !== undefined) throw new Error(`The connection ended (${this.end}) before ${what}; received: ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #over(how: ConnectionEnd): void {
    this.end ??= how;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** One connection, these bytes, and what came of it when the server was done with it or one answer was whole. */
export async function exchanged(url: string, bytes: string | Buffer): Promise<HostileClient> {
  const client = await hostileClient(url);
  client.say(bytes);
  await client.answer().catch(() => {}); // closed without one: whoever asked will see
  return client;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  /** In the order received, names in lower case, duplicates and all. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Decoded, as far as it came. */
  readonly body: string;
  /** Whether it came to its end as its head promised: a cut answer is not complete. */
  readonly complete: boolean;
}

/** The value of a header; several are joined. */
export function headerOf(answer: RawAnswer, name: string): string | undefined {
  const values = answer.headers.filter(([own]) => own === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The members of an error answer that tests look at. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
  readonly request_id: string;
  readonly retryable: boolean;
}

/** The error of an answer in OpenAI's form; `undefined` for anything else. */
export function errorOf(answer: RawAnswer | undefined): ErrorBody | undefined {
  try {
    return (JSON.parse(answer?.body ?? '') as { error?: ErrorBody }).error;
  } catch {
    return undefined;
  }
}

/** Cuts what came back into answers, informational ones included. */
export function readAnswers(bytes: Buffer, connectionEnded = false): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headLength = rest.indexOf('\r\n\r\n');
    if (headLength === -1) return answers;
    const head = rest.toString('latin1', 0, headLength);
    const headers = headersOf(head);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    const { body, length, complete } = readBody(rest.subarray(headLength + 4), status, headers, connectionEnded);
    answers.push({ status, head, headers, body, complete });
    if (!complete) return answers;
    rest = rest.subarray(headLength + 4 + length);
  }
}

interface RawBody {
  readonly body: string;
  /** Bytes it takes on the wire. */
  readonly length: number;
  readonly complete: boolean;
}

function readBody(bytes: Buffer, status: number, headers: RawAnswer['headers'], connectionEnded: boolean): RawBody {
  if (status < 200 || status === 204 || status === 304) return { body: '', length: 0, complete: true };
  const value = (name: string): string | undefined => headers.find(([own]) => own === name)?.[1];
  if (value('transfer-encoding') === 'chunked') return readChunks(bytes);
  const declared = value('content-length');
  if (declared === undefined) return { body: bytes.toString('utf8'), length: bytes.length, complete: connectionEnded };
  const length = Number(declared);
  return { body: bytes.toString('utf8', 0, length), length, complete: bytes.length >= length };
}

function readChunks(bytes: Buffer): RawBody {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    const end = start + size + 2;
    if (Number.isNaN(size) || bytes.length < end) {
      if (!Number.isNaN(size)) parts.push(bytes.subarray(start));
      return { body: Buffer.concat(parts).toString('utf8'), length: bytes.length, complete: false };
    }
    if (size === 0) return { body: Buffer.concat(parts).toString('utf8'), length: end, complete: true };
    parts.push(bytes.subarray(start, end - 2));
    at = end;
  }
}

function headersOf(head: string): (readonly [string, string])[] {
  return head
    .split('\r\n')
    .slice(1)
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
}

// Bytes of requests, put together by hand.

export const chatPath = '/ai/v1/chat/completions';

/** A request line, `host`, these header lines as they are, and the blank line. */
export function requestHead(method: string, path: string, lines: readonly string[] = []): string {
  return [`${method} ${path} HTTP/1.1`, 'host: gateway.test', ...lines, '', ''].join('\r\n');
}

/** A whole chat request with its right length; `lines` are header lines to add. */
export function chatRequest(body: object | string | Buffer = question(), lines: readonly string[] = [], path: string = chatPath): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const own = lines.some((line) => /^content-type:/i.test(line)) ? [] : ['content-type: application/json'];
  return Buffer.concat([Buffer.from(requestHead('POST', path, [...own, `content-length: ${bytes.length}`, ...lines]), 'latin1'), bytes]);
}

/** A chat body that the gateway takes. */
export function question(more: object = {}): object {
  return { model: 'chat', messages: [{ role: 'user', content: 'Hello' }], ...more };
}

/** One chunk of chunked encoding. */
export function chunked(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
