import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numberHeader } from './requests.ts';

/** An upstream that answers everything at once and keeps what it got until it is asked. */
export interface RecordingUpstream {
  /** Base URL, with `/v1`. */
  readonly url: string;
  /** Requests without a number: nobody generated them. */
  readonly strangers: readonly string[];
  /** The bodies that came with this number; forgotten afterwards. */
  take(number: number): readonly Buffer[];
  close(): Promise<void>;
}

const frame = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const stream = `${frame({ role: 'assistant', content: 'yes' }, null)}${frame({}, 'stop')}data: [DONE]\n\n`;
const message = { index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' };
const whole = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [message] });
const embedding = JSON.stringify({ object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0] }], model: 'm' });

export async function recordingUpstream(): Promise<RecordingUpstream> {
  const received = new Map<number, Buffer[]>();
  const strangers: string[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const body = Buffer.concat(parts);
      const number = Number(/^\d+/.exec(String(req.headers[numberHeader]))?.[0] ?? Number.NaN);
      if (Number.isNaN(number)) strangers.push(`${req.method} ${req.url} ${body.toString().slice(0, 200)}`);
      else received.set(number, [...(received.get(number) ?? []), body]);
      const streamed = String(req.headers.accept).includes('text/event-stream');
      res.setHeader('content-type', streamed ? 'text/event-stream' : 'application/json');
      res.end(streamed ? stream : req.url?.endsWith('/embeddings') ? embedding : whole);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    strangers,
    take(number) {
      const bodies = received.get(number) ?? [];
      received.delete(number);
      return bodies;
    },
    async close() {
      const over = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await over;
    },
  };
}
