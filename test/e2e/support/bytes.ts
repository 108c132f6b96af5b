import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { listening } from '../../core/harness/loopback.ts';

export interface ByteRequest {
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface ByteUpstream {
  readonly url: string;
  /** Oldest first. */
  readonly requests: readonly ByteRequest[];
  /** The last request's body as text. */
  readonly lastBody: string;
}

/** An upstream that keeps every byte it gets. */
export async function byteUpstream(answer: (res: ServerResponse, request: ByteRequest) => unknown): Promise<ByteUpstream> {
  const requests: ByteRequest[] = [];
  const { url } = await listening((req, res) => {
    void collected(req).then((body) => {
      const request = { path: req.url as string, rawHeaders: req.rawHeaders, body };
      requests.push(request);
      void answer(res, request); // may be asynchronous
    });
  });
  return {
    url,
    requests,
    get lastBody() {
      return requests.at(-1)?.body.toString('utf8') ?? '';
    },
  };
}

export interface ByteAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether it came to its proper end. */
  readonly complete: boolean;
}

/** One POST of these bytes over a socket of its own. */
export function postBytes(url: string, body: Buffer | string, headers: OutgoingHttpHeaders = {}): Promise<ByteAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } });
    request.on('error', reject);
    request.on('response', (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', () => {}); // the close tells
      res.on('close', () =>
        resolve({ status: res.statusCode as number, headers: res.headers, body: Buffer.concat(parts), complete: res.complete }),
      );
    });
    request.end(body);
  });
}

async function collected(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
