import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request whose client will leave, at the upstream. By `performance.now()`. */
interface Followed {
  readonly onArrival: (() => void) | undefined;
  arrivedAt: number | undefined;
  leftAt: number | undefined;
  closedAt: number | undefined;
}

/**
 * Looks at the upstream's requests from within its process, without a hand in them: when each arrives, and when its
 * socket closes. Requests are known by the id that their client sent as `openai-beta`.
 */
export class UpstreamWatch {
  /** Milliseconds from the client's leaving to the closed upstream socket, by request. */
  readonly closings = new Map<string, number>();
  /** How many of them came before the gateway's code was warm. */
  cold = 0;
  /** Answered whole before the client left. */
  answered = 0;
  readonly #followed = new Map<string, Followed>();
  readonly #onRequest = (message: unknown): void => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
    const id = request.headers['openai-beta'];
    if (typeof id === 'string') this.#arrived(id, response);
  };

  constructor() {
    subscribe('http.server.request.start', this.#onRequest);
  }

  stop(): void {
    unsubscribe('http.server.request.start', this.#onRequest);
  }

  /** From now on the gateway's code is warm. */
  warm(): void {
    this.cold = this.closings.size;
  }

  /** Requests whose client left before they were sent to the upstream. */
  get unsent(): number {
    return this.#followed.size - this.#open().length;
  }

  /** Before the request is sent. `onArrival` runs when the upstream has its head. */
  follow(id: string, onArrival?: () => void): void {
    this.#followed.set(id, { onArrival, arrivedAt: undefined, leftAt: undefined, closedAt: undefined });
  }

  left(id: string, at: number): void {
    const request = this.#followed.get(id);
    if (request === undefined) return;
    request.leftAt = at;
    if (request.closedAt === undefined) return;
    this.answered += 1;
    this.#followed.delete(id);
  }

  /** Waits for what is still open; what does not close in time counts as open for ever. */
  async settled(limitMs: number): Promise<void> {
    const limit = performance.now() + limitMs;
    while (this.#open().length > 0 && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const id of this.#open()) this.closings.set(id, Number.POSITIVE_INFINITY);
  }

  #open(): string[] {
    return [...this.#followed].filter(([, { arrivedAt }]) => arrivedAt !== undefined).map(([id]) => id);
  }

  #arrived(id: string, response: ServerResponse): void {
    const request = this.#followed.get(id);
    if (request === undefined) return;
    request.arrivedAt = performance.now();
    request.onArrival?.();
    response.once('close', () => {
      request.closedAt = performance.now();
      if (request.leftAt === undefined) return;
      this.closings.set(id, request.closedAt - request.leftAt);
      this.#followed.delete(id);
    });
  }
}
