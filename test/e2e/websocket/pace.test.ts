import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../core/src/services/clock.ts';
import type { MessageSocket } from '../../../core/src/sockets/message-socket.ts';
import { WsEngine } from '../../../plugins/websocket/src/engine.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hosted, until } from './hosted.ts';
import { frame, opcodes, rawSocket } from './raw-socket.ts';
import { responseEvents, type SimulatedOptions, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

const MiB = 1024 * 1024;

const responses = '/v1/responses';
const realtime = '/v1/realtime?model=voice';
const hello = [{ type: 'session.created', session: {} }];

/** Waits until nothing moves any more, or it is too much. */
async function settled(measure: () => number, limit: number): Promise<number> {
  let before = -1;
  for (let still = 0; still < 5 && measure() < limit; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    still = measure() === before ? still + 1 : 0;
    before = measure();
  }
  return measure();
}

describe('a client that does not read', () => {
  it.each([
    ['events that nobody knows, of Responses', responses, frame(opcodes.text, '{}')],
    ['events that nobody knows, of Realtime', realtime, frame(opcodes.text, '{}')],
    ['what is no JSON, of Realtime', realtime, frame(opcodes.text, '{')],
    ['pings', responses, frame(opcodes.ping, 'x'.repeat(100))],
  ])('is cut off before answers pile up: %s', async (_what, path, piece) => {
    const upstream = await simulatedSockets({ hello });
    const host = await hosted(upstream.url);
    const client = await rawSocket(host.origin, path);
    client.stopReading();
    const own = host.connections.at(-1);
    void client.pour(Buffer.concat(Array.from({ length: 1_000 }, () => piece)), 400);
    let most = 0;
    await settled(() => {
      most = Math.max(most, own?.writableLength ?? 0);
      return own?.bytesRead ?? 0;
    }, 64 * MiB);
    expect(most).toBeLessThan(2 * MiB);
    client.reset();
  });

  it.each([
    [
      'a Responses answer',
      responses,
      { type: 'response.create', model: 'chat', input: 'Hi' },
      {
        type: 'response.output_text.delta',
        item_id: 'msg_resp_1',
        output_index: 0,
        content_index: 0,
        delta: 'x'.repeat(10_000),
        logprobs: [],
      },
    ],
    [
      'a Realtime session',
      realtime,
      { type: 'input_audio_buffer.clear' },
      { type: 'response.output_audio.delta', delta: 'A'.repeat(10_000) },
    ],
  ])('makes the provider of %s wait', async (_what, path, ask, event) => {
    const upstream = await simulatedSockets({
      hello: path === realtime ? hello : [],
      answer({ say }) {
        if (path === responses) say(...responseEvents('resp_1', 'x').slice(0, 3));
        for (let count = 0; count < 4_000; count += 1) say(event);
      },
    });
    const host = await hosted(upstream.url);
    const { socket } = await host.open(path);
    socket.pause();
    socket.send(JSON.stringify(ask));
    await until(() => (upstream.sockets[0]?.bufferedAmount ?? 0) > 20 * MiB);
    await settled(() => upstream.sockets[0]?.bufferedAmount ?? 0, Number.POSITIVE_INFINITY);
    expect(upstream.sockets[0]?.bufferedAmount).toBeGreaterThan(15 * MiB);
    expect(host.connections[0]?.writableLength).toBeLessThan(MiB);
    socket.resume();
    await until(() => upstream.sockets[0]?.bufferedAmount === 0);
  });
});

it('a provider that does not read makes its client wait', async () => {
  const upstream = await simulatedSockets({ hello });
  const host = await hosted(upstream.url);
  const { socket } = await host.open(realtime);
  await until(() => upstream.sockets.length === 1);
  upstream.sockets[0]?.pause();
  const event = JSON.stringify({ type: 'input_audio_buffer.append', audio: 'A'.repeat(10_000) });
  for (let count = 0; count < 4_000; count += 1) socket.send(event);
  await settled(() => socket.bufferedAmount, Number.POSITIVE_INFINITY);
  expect(socket.bufferedAmount).toBeGreaterThan(15 * MiB);
  upstream.sockets[0]?.resume();
  await until(() => upstream.heard.length === 4_000);
});

describe('a peer that is made to wait', () => {
  const dial = async (pingMs: number, options: SimulatedOptions = {}) => {
    const peer = await simulatedSockets(options);
    const engine = new WsEngine({ clock: systemClock(), pingMs });
    const to = { origin: peer.url, path: '/', headers: [], maxBytes: MiB, connectMs: 1_000, signal: new AbortController().signal };
    const socket = (await engine.dial(to)) as MessageSocket;
    const heard: string[] = [];
    socket.listen({ text: (text) => heard.push(text), binary() {}, drained() {}, closed: () => heard.push('closed') });
    onTestFinished(() => socket.terminate());
    return { peer, socket, heard };
  };

  it('is not taken for one that is gone: its pongs wait here as well', async () => {
    const { peer, socket, heard } = await dial(50);
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 400));
    peer.sockets[0]?.send('still here');
    socket.resume();
    await until(() => heard.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard).toEqual(['still here']);
  });

  it('is gone where it takes nothing either', async () => {
    const { peer, socket, heard } = await dial(50);
    peer.sockets[0]?.pause();
    socket.pause();
    for (let count = 0; count < 200; count += 1) socket.send('x'.repeat(100_000));
    await until(() => heard.includes('closed'));
  });
});

it('a peer that answers no ping is gone, for the other side too', async () => {
  const upstream = await simulatedSockets({ hello });
  const host = await hosted(upstream.url, { sockets: { pingMs: 50 } });
  const client = await rawSocket(host.origin, realtime);
  await client.hears('session.created');
  await client.ended; // it said nothing, also no pong
  await until(() => upstream.sockets[0]?.readyState === 3);
  const silent = await host.open(realtime);
  upstream.sockets[1]?.pause();
  const [code] = await once(silent.socket, 'close');
  expect(code).toBe(1011);
});

describe('messages that wait their turn', () => {
  it('are as many as is said; one more closes it, and what was under way is given up', async () => {
    const upstream = await simulatedSockets({ answer: ({ say }) => say(...responseEvents('resp_1', 'half an answer').slice(0, 4)) });
    const host = await hosted(upstream.url, { sockets: { maxQueued: 2 } });
    const { socket, said } = await host.open(responses);
    const ask = JSON.stringify({ type: 'response.create', model: 'chat', input: 'Hi' });
    socket.send(ask);
    await until(() => said.length >= 3);
    socket.send(ask);
    socket.send(ask);
    socket.send(ask);
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
    await until(() => host.settlements.length === 2 && upstream.sockets[0]?.readyState === 3);
    expect(host.settlements.map(({ outcome }) => outcome)).toEqual(['completed', 'aborted']);
    expect(upstream.heard).toHaveLength(1);
  });

  it('are no more bytes than one message may have', async () => {
    const upstream = await simulatedSockets({ answer: ({ say }) => say(...responseEvents('resp_1', 'half an answer').slice(0, 4)) });
    const host = await hosted(upstream.url, { config: { limits: { bodyBytes: 10_000 } } });
    const { socket, said } = await host.open(responses);
    const ask = (length: number): string => JSON.stringify({ type: 'response.create', model: 'chat', input: 'x'.repeat(length) });
    socket.send(ask(9_000));
    await until(() => said.length >= 3);
    socket.send(ask(6_000));
    socket.send(ask(6_000));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
  });

  it('are no larger than a body', async () => {
    const upstream = await simulatedSockets({});
    const host = await hosted(upstream.url, { config: { limits: { bodyBytes: 1_000 } } });
    const { socket } = await host.open(responses);
    socket.send('x'.repeat(1_001));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
  });

  it('are texts', async () => {
    const upstream = await simulatedSockets({ hello });
    const host = await hosted(upstream.url);
    for (const path of [responses, realtime]) {
      const { socket } = await host.open(path);
      socket.send(Buffer.from('{"type":"response.create"}'));
      const [code] = await once(socket, 'close');
      expect(code).toBe(1003);
    }
  });
});

it('answers that nobody begins are as many as is said', async () => {
  const upstream = await simulatedSockets({ hello });
  const host = await hosted(upstream.url, { sockets: { maxQueued: 3 } });
  const { socket } = await host.open(realtime);
  const closed = once(socket, 'close');
  for (let count = 1; count <= 4; count += 1) {
    socket.send('{"type":"response.create"}');
    if (count < 4) await until(() => upstream.heard.length === count);
  }
  expect((await closed)[0]).toBe(1008);
  await until(() => host.settlements.length === 4);
  expect(host.settlements.map(({ outcome }) => outcome)).toEqual(['completed', 'aborted', 'aborted', 'aborted']);
  expect(upstream.heard).toHaveLength(3);
});
