import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import express, { type RequestHandler } from 'express';
import type { GatewayPlugin } from '../../core/src/define-plugin.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { ServiceProvision } from '../../core/src/services/container.ts';

export interface Served {
  /** Sends a request as written; resolves with the status once its answer is whole. */
  ask(request: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** A gateway behind Express and behind the host app's own middleware, and one connection to it. */
export async function served(
  plugins: readonly GatewayPlugin[],
  services: readonly ServiceProvision[] = [],
  middleware: readonly RequestHandler[] = [],
  { upstream = 'http://127.0.0.1:1', allowAnonymous = false }: { readonly upstream?: string; readonly allowAnonymous?: boolean } = {},
): Promise<Served> {
  const gateway = aiGateway({ providers: [openaiCompatible({ name: 'up', baseUrl: upstream })], plugins, services, allowAnonymous });
  const app = express();
  for (const one of middleware) app.use(one);
  const server = app.use('/ai', gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let answered: (status: number) => void = () => {};
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
    if (end === -1 || text.length < end + 4 + length) return;
    const status = Number(text.slice(9, 12));
    text = '';
    answered(status);
  });
  return {
    ask: (request) =>
      new Promise((resolve) => {
        answered = resolve;
        socket.write(request);
      }),
    async close() {
      socket.destroy();
      await gateway.close();
      server.close();
    },
  };
}

/** What the smallest guarded request with a credential looks like on the wire. */
export function requestWith(credential: string): Buffer {
  return Buffer.from(`GET /ai/v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${credential}\r\n\r\n`);
}
