import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { routes } from '../rows.ts';
import type { Subject } from '../subject.ts';
import { type CallBody, serveCalls } from './subject-server.ts';

/** A proxy as one writes it in an afternoon: asks the first target, passes on what comes, and ends when that ends. */
export const naive: Subject = {
  name: 'naive',
  async start(wallUrl) {
    const agent = new Agent({ keepAlive: true });
    const running = await serveCalls((body, res) => proxy(wallUrl, agent, body, res));
    return {
      ...running,
      async close() {
        await running.close();
        agent.destroy();
      },
    };
  },
};

function proxy(wallUrl: string, agent: Agent, body: CallBody, res: ServerResponse): Promise<void> {
  const model = routes.find(({ alias }) => alias === body.model)?.targets[0]?.model ?? body.model;
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    res.once('close', resolve);
    const upstream = request(`${wallUrl}/chat/completions`, { method: 'POST', agent, headers }, (answer: IncomingMessage) => {
      res.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
      answer.on('data', (bytes) => res.write(bytes));
      answer.on('error', () => {});
      answer.on('close', () => res.end());
    });
    upstream.on('error', () => {
      if (!res.headersSent) res.writeHead(502, { 'content-type': 'application/json' }).end('{"error":{"message":"Bad gateway."}}');
    });
    res.once('close', () => upstream.destroy());
    upstream.end(JSON.stringify({ ...body, model }));
  });
}
