import type { ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { upstreamOrigin } from '../probe.ts';

const pool = new Pool(upstreamOrigin(), { connections: 1_024, headersTimeout: 0, bodyTimeout: 0 });

/** The bytes of a request body, handed over when the last one came. */
export function collect(req: NodeJS.ReadableStream, done: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => done(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
}

/** Sends a body to the upstream and its answer to the client, as cheaply as it can be done: a few headers, no copies, one write. */
export function relay(path: string, body: Buffer | string, res: ServerResponse): void {
  const handler = new Relay(res);
  res.on('drain', () => handler.controller?.resume());
  res.on('close', () => {
    if (!res.writableFinished) handler.controller?.abort(new Error('the client left'));
  });
  pool.dispatch({ method: 'POST', path, headers: ['content-type', 'application/json'], body }, handler);
}

class Relay implements Dispatcher.DispatchHandler {
  controller: Dispatcher.DispatchController | undefined = undefined;
  readonly #res: ServerResponse;
  #whole: Buffer[] | undefined = undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const length = headers['content-length'];
    const type = headers['content-type'] as string;
    if (length === undefined) {
      this.#res.writeHead(status, ['content-type', type]);
      return;
    }
    this.#res.writeHead(status, ['content-type', type, 'content-length', length as string]);
    this.#whole = [];
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#whole !== undefined) this.#whole.push(chunk);
    else if (!this.#res.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#whole === undefined) this.#res.end();
    else this.#res.end(Buffer.concat(this.#whole).toString('latin1'), 'latin1'); // head and body in one packet
  }

  onResponseError(): void {
    this.#res.destroy();
  }
}
