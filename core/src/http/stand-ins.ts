import { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientBody } from './client-body.ts';
import type { ProxyRequest } from './proxied.ts';

// What a proxy middleware gets in place of the client's own request and response: it reads what is to be sent and nothing
// else, and cannot write to the client.

/** The request as it is to go out, with the client's body behind it. */
export class StandInRequest extends IncomingMessage {
  readonly #body: ClientBody | undefined;

  constructor(request: ProxyRequest, body: ClientBody | undefined, onFail: (error: Error) => void) {
    super(undefined as never); // there is no socket: nothing of a connection is a proxy's to change
    this.#body = body;
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.method = request.method;
    this.url = request.path;
    this.headers = { ...request.headers };
    if (body === undefined) this.push(null);
    else this.#attach(body, request, onFail);
  }

  override _read(): void {
    this.#body?.resume();
  }

  override _destroy(_error: Error | null, over: (error?: Error | null) => void): void {
    over(null);
  }

  #attach(body: ClientBody, { inspector }: ProxyRequest, onFail: (error: Error) => void): void {
    const guarded = (step: () => void): void => {
      try {
        if (!this.destroyed) step();
      } catch (error) {
        onFail(error as Error);
      }
    };
    body.attach({
      data: (piece) =>
        guarded(() => {
          inspector?.push(piece);
          if (!this.push(piece)) body.pause();
        }),
      end: () =>
        guarded(() => {
          inspector?.end();
          this.push(null);
        }),
      fail: onFail,
    });
  }
}

/** The response that nobody writes: through it a proxy hears that its client left. */
export class StandInResponse extends ServerResponse {
  readonly #onCut: () => void;
  #left = false;
  #complete = false;

  /** `onCut`: the proxy destroyed it, for its upstream broke off. */
  constructor(request: StandInRequest, onCut: () => void) {
    super(request);
    this.#onCut = onCut;
    // What makes a proxy keep the upstream's connection.
    Object.defineProperty(this, 'writableFinished', { get: () => this.#complete });
  }

  /** Nobody waits for the rest; or, `complete`, there is none. */
  leave(complete: boolean): void {
    if (this.#left) return;
    this.#left = true;
    this.#complete = complete;
    this.destroyed = true;
    this.emit('close');
  }

  override destroy(): this {
    if (!this.destroyed) {
      this.destroyed = true;
      this.#onCut();
    }
    return this;
  }
}
