import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningSubject } from '../subject.ts';

/** The parts of a client's request that matter here; the rest is passed on. */
export interface CallBody {
  readonly model: string;
  readonly messages: readonly object[];
  readonly stream?: boolean;
}

/** A server that hands each call to `serve`; an error there breaks the connection. */
export async function serveCalls(serve: (body: CallBody, res: ServerResponse) => Promise<void>): Promise<RunningSubject> {
  const server = createServer((req, res) => {
    readBody(req)
      .then((body) => serve(body, res))
      .catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(req: IncomingMessage): Promise<CallBody> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as CallBody;
}
