import { connect, type Socket } from 'node:net';
import type { GeneratedRequest } from './requests.ts';

/** An answer as it came over the wire. */
export interface WireAnswer {
  /** 0 when the connection ended without a head. */
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the connection ended before the answer did. */
  readonly broken: boolean;
  readonly ms: number;
}

/** The bytes of a request, in the pieces in which they are written. */
export function bytesOf(request: GeneratedRequest, extra: readonly (readonly [string, string])[]): Buffer[] {
  const { method, target, headers, body, framing } = request;
  const bytes = body?.bytes ?? Buffer.alloc(0);
  const framed = framedBody(bytes, framing, body !== undefined);
  const fields = [['host', '127.0.0.1'], ...extra, ...headers, ...framed.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`, 'latin1');
  return framed.pieces.length === 1 ? [Buffer.concat([head, ...framed.pieces])] : [head, ...framed.pieces];
}

interface Framed {
  readonly headers: readonly (readonly [string, string])[];
  readonly pieces: readonly Buffer[];
}

function framedBody(bytes: Buffer, framing: GeneratedRequest['framing'], given: boolean): Framed {
  const length = (size: number | string): readonly [string, string] => ['content-length', String(size)];
  const chunkedHeader = ['transfer-encoding', 'chunked'] as const;
  switch (framing.kind) {
    case 'sized':
      return { headers: given ? [length(bytes.length)] : [], pieces: [bytes] };
    case 'pieces':
      return { headers: [length(bytes.length)], pieces: pieces(bytes, framing.sizes) };
    case 'chunked': {
      const chunks = pieces(bytes, framing.sizes).map((piece) => chunk(piece, framing.extension));
      return { headers: [chunkedHeader], pieces: [Buffer.concat([...chunks, Buffer.from(`0\r\n${framing.trailer}\r\n`)])] };
    }
    case 'broken':
      return brokenBody(bytes, framing.how, length, chunkedHeader);
  }
}

function brokenBody(
  bytes: Buffer,
  how: Extract<GeneratedRequest['framing'], { kind: 'broken' }>['how'],
  length: (size: number | string) => readonly [string, string],
  chunked: readonly [string, string],
): Framed {
  const end = Buffer.from('0\r\n\r\n');
  switch (how) {
    case 'short':
      return { headers: [length(Math.floor(bytes.length / 2))], pieces: [bytes] };
    case 'long':
      return { headers: [length(bytes.length + 10)], pieces: [bytes] };
    case 'both':
      return { headers: [length(bytes.length), chunked], pieces: [chunk(bytes, ''), end] };
    case 'twice':
      return { headers: [length(bytes.length), length(bytes.length + 1)], pieces: [bytes] };
    case 'negative':
      return { headers: [length(`-${bytes.length}`)], pieces: [bytes] };
    case 'no-length':
      return { headers: [], pieces: [bytes] };
    case 'bad-chunk':
      return {
        headers: [chunked],
        pieces: [Buffer.concat([Buffer.from(`${bytes.length.toString(16)}x\r\n`), bytes, Buffer.from('\r\n'), end])],
      };
    case 'no-last-chunk':
      return { headers: [chunked], pieces: [chunk(bytes, '')] };
    case 'coded':
      return { headers: [['transfer-encoding', 'gzip, chunked']], pieces: [chunk(bytes, ''), end] };
    case 'length-in-trailer':
      return { headers: [chunked], pieces: [chunk(bytes, ''), Buffer.from('0\r\ncontent-length: 1\r\n\r\n')] };
    case 'line-feeds':
      return {
        headers: [chunked],
        pieces: [Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\n`), bytes, Buffer.from('\n0\n\n')])],
      };
  }
}

function chunk(bytes: Buffer, extension: string): Buffer {
  if (bytes.length === 0) return bytes; // a chunk without bytes would be the last
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${extension}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** In pieces of these sizes, the last of which takes the rest. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at + size >= bytes.length) break;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...parts, bytes.subarray(at)];
}

/** A client connection that is used again as long as the server keeps it; one request at a time. */
export class WireConnection {
  readonly #port: number;
  #socket: Socket | undefined = undefined;
  #reader: AnswerReader | undefined = undefined;
  /** Bytes that came although nobody had asked. Behind what breaks HTTP's rules Node may still say so. */
  stray = 0;
  #last = false;

  constructor(port: number) {
    this.#port = port;
  }

  /** `last`: nothing follows on this connection, and the server is told so once the request is written. */
  async send(parts: readonly Buffer[], method: string, last: boolean, limitMs: number): Promise<WireAnswer> {
    const socket = this.#open();
    const start = performance.now();
    const answer = new Promise<WireAnswer>((resolve) => {
      this.#reader = new AnswerReader(method, start, resolve);
    });
    const timer = setTimeout(() => socket.destroy(), limitMs);
    for (const part of parts) {
      socket.write(part);
      if (parts.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#last = last;
    if (last) socket.end();
    const got = await answer;
    clearTimeout(timer);
    this.#reader = undefined;
    if (last || got.broken || got.headers.get('connection') === 'close') this.close();
    return got;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {}); // the close tells
    socket.on('data', (bytes) => {
      if (socket !== this.#socket) return;
      const stray = this.#reader?.read(bytes) ?? bytes.length;
      if (!this.#last) this.stray += stray;
    });
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#reader?.over();
    });
    this.#socket = socket;
    return socket;
  }
}

/** Reads one answer, strictly: what is not HTTP is told as status -1. */
class AnswerReader {
  readonly #method: string;
  readonly #start: number;
  readonly #done: (answer: WireAnswer) => void;
  #bytes = Buffer.alloc(0);
  #status = 0;
  #headers = new Map<string, string>();
  #bodyStart = -1;
  #finished = false;

  constructor(method: string, start: number, done: (answer: WireAnswer) => void) {
    this.#method = method;
    this.#start = start;
    this.#done = done;
  }

  /** Takes bytes; returns how many were not of this answer. */
  read(bytes: Buffer): number {
    if (this.#finished) return bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bodyStart === -1) if (!this.#head()) return 0;
    const end = this.#end();
    if (end === undefined) return 0;
    this.#finish(this.#body(end), false);
    return this.#bytes.length - end;
  }

  /** The connection is over. A body that only its end limits is whole then. */
  over(): void {
    if (this.#finished) return;
    const untilClose = this.#bodyStart !== -1 && !this.#headers.has('content-length') && !this.#headers.has('transfer-encoding');
    this.#finish(this.#bodyStart === -1 ? Buffer.alloc(0) : this.#bytes.subarray(this.#bodyStart), !untilClose);
  }

  /** False while the head is not complete. Informational heads are passed over. */
  #head(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [first = '', ...lines] = this.#bytes.toString('latin1', 0, end).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) [\t\u0020-\u007e]*$/.exec(first)?.[1];
    const fields = lines.map((line) => /^([\w!#$%&'*+.^`|~-]+): ?([\t\u0020-\u007e\u0080-\u00ff]*)$/.exec(line));
    if (status === undefined || fields.includes(null)) this.#status = -1;
    else this.#status = Number(status);
    if (this.#status >= 100 && this.#status < 200) {
      this.#status = 0;
      this.#bytes = this.#bytes.subarray(end + 4);
      return true;
    }
    this.#headers = new Map(fields.map((field) => [field?.[1]?.toLowerCase() ?? '', field?.[2] ?? '']));
    this.#bodyStart = end + 4;
    return true;
  }

  /** Where the answer ends; `undefined` while it goes on. */
  #end(): number | undefined {
    if (this.#status === -1 || this.#method === 'HEAD' || this.#status === 204 || this.#status === 304) return this.#bodyStart;
    if (this.#headers.get('transfer-encoding') === 'chunked') {
      const last = this.#bytes.indexOf('\r\n0\r\n\r\n', this.#bodyStart - 2);
      return last === -1 ? undefined : last + 7;
    }
    const length = this.#headers.get('content-length');
    if (length === undefined) return undefined;
    const end = this.#bodyStart + Number(length);
    return this.#bytes.length >= end ? end : undefined;
  }

  #body(end: number): Buffer {
    const raw = this.#bytes.subarray(this.#bodyStart, end);
    return this.#headers.get('transfer-encoding') === 'chunked' ? unchunked(raw) : raw;
  }

  #finish(body: Buffer, broken: boolean): void {
    this.#finished = true;
    this.#done({ status: this.#status, headers: this.#headers, body, broken, ms: performance.now() - this.#start });
  }
}

function unchunked(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    const lineEnd = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, lineEnd), 16);
    if (lineEnd === -1 || !(size > 0)) break;
    parts.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
  return Buffer.concat(parts);
}
