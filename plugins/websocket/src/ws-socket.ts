import type { Clock, MessageSocket, SocketListener, Timer } from '@express-ai-gateway/core/plugin';
import type { RawData, WebSocket } from 'ws';

export interface WsSocketOptions {
  readonly clock: Clock;
  /** Milliseconds between pings. */
  readonly pingMs: number;
}

/** Bytes that may wait for a peer before its sender is asked to wait too. */
const highWater = 64 * 1024;

/** An open WebSocket of `ws`, either side's. Pings its peer, and cuts off one that answers none. */
export class WsSocket implements MessageSocket {
  readonly #socket: WebSocket;
  readonly #options: WsSocketOptions;
  #listener: SocketListener | undefined = undefined;
  /** What came before somebody listened. */
  readonly #early: ((listener: SocketListener) => void)[] = [];
  #full = false;
  #paused = false;
  #answered = true;
  #ping: Timer | undefined = undefined;

  constructor(socket: WebSocket, options: WsSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.pause();
    socket.on('message', (data, binary) => this.#hear((listener) => (binary ? listener.binary() : listener.text(textOf(data)))));
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('error', () => {}); // its close tells
    socket.once('close', () => {
      this.#ping?.cancel();
      this.#hear((listener) => listener.closed());
    });
    this.#arm();
  }

  get waiting(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && this.#socket.bufferedAmount > 0;
  }

  listen(listener: SocketListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    for (const tell of this.#early.splice(0)) tell(listener);
    if (first) this.#socket.resume();
  }

  send(text: string): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true;
    this.#socket.send(text, () => this.#sent());
    this.#full = this.#socket.bufferedAmount >= highWater;
    return !this.#full;
  }

  pause(): void {
    this.#paused = true;
    this.#answered = true; // its pong may be on its way, and would not be read
    this.#socket.pause();
  }

  resume(): void {
    if (this.#paused) this.#answered = true;
    this.#paused = false;
    this.#socket.resume();
  }

  close(code: number, reason: string): void {
    this.resume(); // or its peer's answer would not be read
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #hear(tell: (listener: SocketListener) => void): void {
    if (this.#listener === undefined) this.#early.push(tell);
    else tell(this.#listener);
  }

  #sent(): void {
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount > 0 && (bufferedAmount >= highWater || !this.#full)) return;
    this.#full = false;
    this.#listener?.drained();
  }

  /** Nobody reads the pong of a peer that is made to wait: that it took the ping has to do. */
  #took(): void {
    if (this.#paused) this.#answered = true;
  }

  #arm(): void {
    this.#ping = this.#options.clock.after(this.#options.pingMs, () => {
      if (!this.#answered) {
        this.#socket.terminate();
        return;
      }
      this.#answered = false;
      this.#socket.ping(() => this.#took());
      this.#arm();
    });
  }
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]).toString('utf8');
}
