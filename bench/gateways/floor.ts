// The floor: what any proxy that reads the body must cost on this Node. `node:http`, the body as one Buffer, undici's
// dispatch, a few headers, one write. It decides nothing and meters nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { serve, upstreamOrigin } from '../probe.ts';

const pool = new Pool(upstreamOrigin(), { connections: 1_024, headersTimeout: 0, bodyTimeout: 0 });

serve(
  createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => forward(req, res, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
  }),
);

function forward(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  const relay = new Relay(res);
  res.on('drain', () => relay.controller?.resume());
  res.on('close', () => {
    if (!res.writableFinished) relay.controller?.abort(new Error('the client left'));
  });
  pool.dispatch({ method: 'POST', path: req.url as string, headers: ['content-type', 'application/json'], body }, relay);
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
