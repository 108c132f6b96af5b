import type { MessageSocket } from './message-socket.ts';

/**
 * Answers to messages that are refused. Each is longer than what it answers may be: a client that sends and does not read
 * would fill the memory with them. It is cut off once so many wait for it: it would not read a goodbye either.
 */
export class Refusals {
  readonly #client: MessageSocket;
  readonly #most: number;
  #waiting = 0;

  constructor(client: MessageSocket, most: number) {
    this.#client = client;
    this.#most = most;
  }

  tell(text: string): void {
    if (this.#client.send(text)) return;
    this.#waiting += 1;
    if (this.#waiting > this.#most) this.#client.terminate();
  }

  /** The client has caught up. */
  taken(): void {
    this.#waiting = 0;
  }
}
