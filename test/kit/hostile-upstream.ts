import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

// An upstream that is no HTTP server: it says exactly the bytes a test wants, when it wants, whether they make sense or
// not, and remembers exactly what it was told. What must not happen at a gateway can be seen here.

/** A request as it came over the wire. */
export interface RawRequest {
  /** Request line and headers, up to the blank line. */
  readonly head: string;
  /** In the order received, names in lower case, duplicates and all. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Everything, byte for byte. */
  readonly bytes: Buffer;
}

/** How a socket ended: by the gateway's FIN or reset, or by the script. */
export type CloseReason = 'fin' | 'reset' | 'by the script';

/** Answers one request, or the mere arrival of a connection, in any way it likes. */
export type Script = (peer: Peer, request: RawRequest) => void | Promise<void>;

export interface HostileOptions {
  /** Runs when a connection is accepted, before a byte of it was read. */
  readonly onConnection?: (peer: Peer) => void;
}

export interface HostileUpstream {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Every connection that was ever accepted. */
  readonly peers: readonly Peer[];
  readonly requests: readonly RawRequest[];
  /** The connection with this number (from 0), as soon as there is one. */
  peer(index: number): Promise<Peer>;
  /** The request with this number (from 0), as soon as there is one. */
  request(index: number): Promise<RawRequest>;
  /** Connections that are open now. */
  readonly open: number;
}

/** Starts an upstream; closed, its sockets with it, when the test ends. */
export async function hostileUpstream(script: Script, options: HostileOptions = {}): Promise<HostileUpstream> {
  const peers = new Arrivals<Peer>();
  const requests = new Arrivals<RawRequest>();
  const server = net.createServer((socket) => {
    const peer = new Peer(socket, async (request) => {
      requests.add(request);
      await script(peer, request);
    });
    peers.add(peer);
    options.onConnection?.(peer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const over = new Promise((resolve) => server.close(resolve));
    for (const peer of peers.all) peer.destroy();
    await over;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    peers: peers.all,
    requests: requests.all,
    peer: (index) => peers.at(index),
    request: (index) => requests.at(index),
    get open() {
      return peers.all.filter((peer) => peer.closedAt === undefined).length;
    },
  };
}

/** One socket of the upstream's: what a script speaks through, and the record of what came and how it ended. */
export class Peer {
  readonly socket: Socket;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  /** By `performance.now()`; `undefined` while open. */
  closedAt: number | undefined = undefined;
  closeReason: CloseReason | undefined = undefined;
  readonly #received: Buffer[] = [];

  constructor(socket: Socket, onRequest: (request: RawRequest) => Promise<void>) {
    this.socket = socket;
    socket.setNoDelay(true); // what is written apart shall arrive apart
    const requests = new RequestReader(onRequest);
    socket.on('data', (data) => {
      this.#received.push(data);
      requests.read(data);
    });
    socket.on('end', () => {
      this.closeReason ??= 'fin';
    });
    socket.on('error', () => {
      this.closeReason ??= 'reset';
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.closeReason ??= 'by the script';
        this.closedAt = performance.now();
        resolve();
      });
    });
  }

  /** Every byte that came in on this socket. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Bytes that the other side's kernel has taken: stops growing when the gateway stops reading. */
  get accepted(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /** Says it now; `false` when the gateway is behind. */
  say(bytes: string | Buffer): boolean {
    return this.socket.writable && this.socket.write(bytes);
  }

  /** Says it in parts that arrive in reads of their own: cut before each of these bytes. */
  async sayCut(bytes: Buffer, ...cuts: readonly number[]): Promise<void> {
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      if (cut > from) this.say(bytes.subarray(from, cut));
      from = cut;
      await turns(2); // one to end this turn of the loop, one in which the gateway reads
    }
  }

  /** Says it over and over while the gateway takes it, at most so many times. Waits when the gateway is behind. */
  async pour(piece: string | Buffer, times: number): Promise<void> {
    for (let said = 0; said < times && this.socket.writable; said += 1) {
      if (!this.say(piece)) await this.drained();
    }
  }

  /** Says it so many times, whether the gateway takes it or not. */
  flood(piece: string | Buffer, times: number): void {
    for (let said = 0; said < times && this.socket.writable; said += 1) this.say(piece);
  }

  /** Resolves when everything said was taken, or the socket is closed. */
  async drained(): Promise<void> {
    if (!this.socket.writableNeedDrain) return;
    const drained = once(this.socket, 'drain').catch(() => {});
    await Promise.race([drained, this.closed]);
  }

  /** Waits until the gateway has not taken a byte for so long: it stopped reading. Resolves to what it took. */
  async stalled(quietMs = 200): Promise<number> {
    for (let before = -1; before !== this.accepted; ) {
      before = this.accepted;
      await new Promise((go) => setTimeout(go, quietMs));
    }
    return this.accepted;
  }

  /** An orderly end. */
  finish(): void {
    this.closeReason ??= 'by the script';
    this.socket.end();
  }

  /** Ends with a TCP reset. */
  reset(): void {
    this.closeReason ??= 'by the script';
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.closeReason ??= 'by the script';
    this.socket.destroy();
  }
}

/** Cuts what comes in into requests; answers them one after the other. */
class RequestReader {
  readonly #onRequest: (request: RawRequest) => Promise<void>;
  #held: Buffer = Buffer.alloc(0);
  #working: Promise<void> = Promise.resolve();

  constructor(onRequest: (request: RawRequest) => Promise<void>) {
    this.#onRequest = onRequest;
  }

  read(data: Buffer): void {
    this.#held = Buffer.concat([this.#held, data]);
    for (;;) {
      const headLength = this.#held.indexOf('\r\n\r\n');
      if (headLength === -1) return;
      const head = this.#held.toString('latin1', 0, headLength);
      const headers = headersOf(head);
      const start = headLength + 4;
      const end = start + Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
      if (this.#held.length < end) return;
      const bytes = this.#held.subarray(0, end);
      this.#held = this.#held.subarray(end);
      const request = { head, headers, body: bytes.toString('utf8', start), bytes };
      this.#working = this.#working.then(() => this.#onRequest(request));
    }
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

/** Things that arrive one by one, and those who wait for the next. */
class Arrivals<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(one: T): void {
    this.all.push(one);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async at(index: number): Promise<T> {
    while (this.all.length <= index) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all[index] as T;
  }
}

/** Lets the event loop turn: sockets of this process read what was written to them meanwhile. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

// Bytes of answers, put together by hand.

export type RawHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A status line, these headers and the blank line. */
export function head(status: number, headers: RawHeaders = {}): string {
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}\r\n`));
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}

/** A whole answer with its right length. */
export function wholeAnswer(body: string, headers: RawHeaders = {}, status = 200): string {
  return head(status, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers }) + body;
}

/** The head of an event stream in chunked encoding. */
export const streamHead = head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' });

/** The head of an event stream that ends with the connection. */
export const openEndedHead = head(200, { 'content-type': 'text/event-stream', connection: 'close' });

/** One chunk of chunked encoding. */
export function encoded(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** The end of chunked encoding. */
export const lastOfChunks = '0\r\n\r\n';
