import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, type Received } from './caller.ts';
import { profiles } from './profile.ts';

/** Asks a server that answers like this. */
async function asked(answer: (res: ServerResponse) => void, patience = profiles.fast): Promise<Received> {
  const server = createServer((_, res) => answer(res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return ask({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }, 'row-01', 'stream', patience);
}

const event = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const token = (content: string, more: object = {}): string => event({ model: 'm', choices: [{ delta: { content }, ...more }] });

const stream =
  (...parts: readonly string[]) =>
  (res: ServerResponse): void => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) res.write(part);
    res.end();
  };

describe('the caller', () => {
  it('never rejects: a port where nobody listens is a connection that broke', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const received = await ask({ url: `http://127.0.0.1:${port}/v1` }, 'row-01', 'stream', profiles.fast);
    expect(received).toMatchObject({ end: 'cut', text: '', done: false });
    expect(received.status).toBeUndefined();
  });

  it('tells a cut from an end', async () => {
    expect(await asked(stream(token('a')))).toMatchObject({ end: 'clean', text: 'a', done: false });
    const cut = await asked((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(token('a'), () => res.destroy());
    });
    expect(cut).toMatchObject({ end: 'cut', text: 'a', done: false });
  });

  it('gives up after its patience, and says so', async () => {
    const received = await asked(() => {}, { name: 'fast', factor: 600, slackMs: 0 });
    expect(received.end).toBe('gave up');
    expect(received.endMs).toBeGreaterThan(90);
  });

  it('counts events that are no JSON and reads on', async () => {
    expect(await asked(stream(token('a'), 'data: {"choices":[{"del\n\n', token('b')))).toMatchObject({ badEvents: 1, text: 'ab' });
  });

  it('knows errors of both kinds', async () => {
    const inStream = await asked(stream(token('a'), event({ error: { message: 'Broken.', code: 'x' } })));
    expect(inStream).toMatchObject({ status: 200, text: 'a', error: { message: 'Broken.', code: 'x' } });
    const whole = await asked((res) => res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"No."}}'));
    expect(whole).toMatchObject({ status: 400, error: { message: 'No.' } });
    const html = await asked((res) => res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>'));
    expect(html).toMatchObject({ status: 502, error: { message: '<h1>502</h1>' } });
  });

  it('reads no further than [DONE], and takes finish reason, usage and every model that was named', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const received = await asked((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`: comment\r\n${token('ä').replaceAll('\n', '\r\n')}${token('', { finish_reason: 'stop' })}`);
      res.write(event({ model: 'other', choices: [], usage }));
      res.write(`data: [DONE]\n\n${token('late')}`); // and is left open
    });
    expect(received).toMatchObject({ text: 'ä', finishReason: 'stop', usage, models: ['m', 'other'], done: true, end: 'clean' });
  });

  it('reads a whole answer where one comes', async () => {
    const answer = { model: 'm', choices: [{ message: { content: 'all' }, finish_reason: 'stop' }] };
    const received = await asked((res) => res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)));
    expect(received).toMatchObject({ text: 'all', finishReason: 'stop', end: 'clean' });
  });
});
