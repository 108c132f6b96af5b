import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { within } from './time.ts';

export interface ClientRequestParts {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a client got, or undefined where it got nothing. */
export interface ClientAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the answer came to its proper end. */
  readonly complete: boolean;
}

/** How long anything may take before the kit gives up on it. Milliseconds. */
export const patienceMs = 5_000;

/** One request over a socket of its own. */
export class Client {
  /** Resolves when the answer ended, broke off or was left. Never rejects. */
  readonly answer: Promise<ClientAnswer>;
  readonly #parts: Buffer[] = [];
  readonly #request: ClientRequest;
  #head: IncomingMessage | undefined = undefined;
  /** When the client left, by `performance.now()`. */
  leftAt: number | undefined = undefined;

  constructor(base: string, { method, path, headers, body }: ClientRequestParts) {
    this.#request = request(base + path, { method, headers, agent: false });
    this.answer = new Promise((resolve) => {
      const over = (complete: boolean): void => resolve(this.#answer(complete));
      this.#request.once('error', () => over(false));
      this.#request.once('close', () => over(false));
      this.#request.once('response', (response) => {
        this.#head = response;
        response.on('data', (part: Buffer) => this.#parts.push(part));
        response.once('end', () => over(response.complete));
        response.once('error', () => over(false));
      });
    });
    this.#request.end(body === '' ? undefined : body);
  }

  /** The answer. A client that was kept waiting for too long leaves. */
  async done(): Promise<ClientAnswer> {
    await within(patienceMs, this.answer);
    this.#request.destroy();
    return this.answer;
  }

  /** The bytes of the body so far. */
  get received(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** Closes the connection, whatever was sent or received. */
  leave(): void {
    this.leftAt ??= performance.now();
    this.#request.destroy();
  }

  #answer(complete: boolean): ClientAnswer {
    return { status: this.#head?.statusCode, headers: this.#head?.headers ?? {}, body: this.received, complete };
  }
}
