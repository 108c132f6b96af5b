import type { MessageSocket, SocketListener } from '../../../core/src/sockets/message-socket.ts';

/** A WebSocket whose peer is the test. */
export class ScriptedSocket implements MessageSocket {
  readonly sent: string[] = [];
  /** Codes it was closed with. */
  readonly closes: number[] = [];
  waiting = false;
  /** Whether its peer reads slower than it is sent to. */
  slow = false;
  paused = false;
  terminated = false;
  over = false;
  /** Runs once it is over. */
  onOver: () => void = () => {};
  #listener: SocketListener | undefined = undefined;

  get events(): Record<string, unknown>[] {
    return this.sent.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  get types(): unknown[] {
    return this.events.map(({ type }) => type);
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
  }

  send(text: string): boolean {
    if (this.over) return true;
    this.sent.push(text);
    return !this.slow;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** The peer answers the close. */
  close(code: number): void {
    this.closes.push(code);
    queueMicrotask(() => this.leave());
  }

  terminate(): void {
    this.terminated = true;
    queueMicrotask(() => this.leave());
  }

  /** The peer says something. */
  say(event: object | string): void {
    this.#listener?.text(typeof event === 'string' ? event : JSON.stringify(event));
  }

  sayBinary(): void {
    this.#listener?.binary();
  }

  /** The peer has caught up. */
  drain(): void {
    this.#listener?.drained();
  }

  /** The peer is gone. */
  leave(): void {
    if (this.over) return;
    this.over = true;
    this.#listener?.closed();
    this.onOver();
  }
}
