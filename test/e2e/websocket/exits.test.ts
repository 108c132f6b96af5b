import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hostileClient } from '../../kit/hostile-client.ts';
import { type Hosted, type HostedOptions, hosted, until } from './hosted.ts';
import { handshake } from './raw-socket.ts';
import { responseEvents, type SimulatedSockets, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

interface Case {
  readonly host: Hosted;
  readonly upstream: SimulatedSockets;
  readonly client: WebSocket;
  readonly said: object[];
  /** The provider says the rest of the answer. */
  finish(): void;
}

const realtimeRest = [
  { type: 'response.done', response: { id: 'resp_1', status: 'completed', usage: { input_tokens: 4, output_tokens: 5 } } },
];

/** A session of each kind, before, during and after an answer. */
const kinds = {
  Responses: {
    path: '/v1/responses',
    hello: [],
    ask: { type: 'response.create', model: 'chat', input: 'Hi' },
    begin: responseEvents('resp_1', 'to its end').slice(0, 4),
    rest: responseEvents('resp_1', 'to its end').slice(4),
  },
  Realtime: {
    path: '/v1/realtime?model=voice',
    hello: [{ type: 'session.created', session: {} }],
    ask: { type: 'response.create' },
    begin: [
      { type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } },
      { type: 'response.output_audio.delta', response_id: 'resp_1', delta: 'AAAA' },
    ],
    rest: realtimeRest,
  },
} as const;

type Kind = keyof typeof kinds;
const names: readonly Kind[] = ['Responses', 'Realtime'];

/** A session whose answer has begun, and where `idle`, ended. */
async function session(kind: Kind, state: 'idle' | 'busy', options: HostedOptions = {}): Promise<Case> {
  const { path, hello, ask, begin, rest } = kinds[kind];
  let finish = (): void => {};
  const upstream = await simulatedSockets({
    hello,
    answer({ event, say }) {
      if (event.type !== 'response.create') return;
      say(...begin);
      finish = () => say(...rest);
    },
  });
  const host = await hosted(upstream.url, options);
  const { socket: client, said } = await host.open(path);
  client.send(JSON.stringify(ask));
  await until(() => said.length === hello.length + begin.length);
  if (state === 'idle') {
    finish();
    await until(() => host.settlements.length === 2);
  }
  return { host, upstream, client, said, finish: () => finish() };
}

const lastOf = ({ said }: Case): string | undefined => (said.at(-1) as { readonly type: string } | undefined)?.type;

/** Waits until both sides are closed, and tells how the client was and how all of it settled. */
async function over({ host, upstream, client }: Case, count = 2): Promise<{ code: number; outcomes: string[] }> {
  const code = await new Promise<number>((resolve) => {
    if (client.readyState === client.CLOSED) resolve(0);
    else client.once('close', resolve);
  });
  await until(() => upstream.sockets.every(({ readyState }) => readyState === 3));
  await until(() => host.settlements.length >= count);
  await host.gateway.close(); // nothing of it settles later
  expect(new Set(host.settlements.map(({ id }) => id)).size).toBe(host.settlements.length);
  expect(host.settlements).toHaveLength(count);
  return { code, outcomes: host.settlements.map(({ outcome }) => outcome) };
}

describe.each(names)('%s', (kind) => {
  it.each(['idle', 'busy'] as const)('ends at the provider when the client closes it, %s', async (state) => {
    const one = await session(kind, state);
    one.client.close(1000);
    expect(await over(one)).toEqual({ code: 1000, outcomes: ['completed', state === 'idle' ? 'completed' : 'aborted'] });
  });

  it.each(['idle', 'busy'] as const)('ends at the provider when the client vanishes, %s', async (state) => {
    const one = await session(kind, state);
    const gone = over(one);
    (one.client as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
    expect(await gone).toEqual({ code: 1006, outcomes: ['completed', state === 'idle' ? 'completed' : 'aborted'] });
  });

  it('is ended by the close of the gateway at once where nothing is under way', async () => {
    const one = await session(kind, 'idle');
    const gone = over(one);
    const before = performance.now();
    await one.host.gateway.close();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await gone).toEqual({ code: 1001, outcomes: ['completed', 'completed'] });
  });

  it('is ended by the close of the gateway once its answer is whole, and nothing begins meanwhile', async () => {
    const one = await session(kind, 'busy');
    const gone = over(one);
    const closing = one.host.gateway.close();
    one.client.send(JSON.stringify(kinds[kind].ask));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(one.client.readyState).toBe(one.client.OPEN);
    one.finish();
    expect(await gone).toEqual({ code: 1001, outcomes: ['completed', 'completed'] });
    await closing;
    expect(one.upstream.heard).toHaveLength(1);
    expect(JSON.stringify(one.said)).toContain(kind === 'Realtime' ? '"response.done"' : '"response.completed"');
  });

  it('is cut where its answer takes longer than the gateway waits: the client is told before', async () => {
    const one = await session(kind, 'busy', { config: { timeouts: { closeMs: 100 } } });
    const gone = over(one);
    const before = performance.now();
    await one.host.gateway.close();
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(await gone).toMatchObject({ code: 1001, outcomes: ['completed', 'failed'] });
    expect(one.said.at(-1)).toMatchObject({ type: 'error' });
  });

  it('ends with its life, which its answer may outlast', async () => {
    const one = await session(kind, 'busy', { sockets: { lifeMs: 150 } });
    const gone = over(one);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(one.client.readyState).toBe(one.client.OPEN);
    one.finish();
    expect(await gone).toEqual({ code: 1001, outcomes: ['completed', 'completed'] });
  });
});

describe('Realtime', () => {
  it.each([
    ['closes', (socket: WebSocket) => socket.close(1000)],
    ['vanishes', (socket: WebSocket) => socket.terminate()],
    ['says something binary', (socket: WebSocket) => socket.send(Buffer.from([1, 2, 3]))],
    ['says more than an event may have', (socket: WebSocket) => socket.send('x'.repeat(5 * 1024 * 1024))],
  ])('ends for the client when the provider %s', async (_how, act) => {
    for (const state of ['idle', 'busy'] as const) {
      const one = await session('Realtime', state);
      const gone = over(one);
      act(one.upstream.sockets[0] as WebSocket);
      expect(await gone).toEqual({ code: 1011, outcomes: ['completed', state === 'idle' ? 'completed' : 'failed'] });
    }
  });

  it('is not opened for a client that leaves while its upstream is dialled, and leaves nothing there', async () => {
    const { promise: opens, resolve: open } = Promise.withResolvers<void>();
    const upstream = await simulatedSockets({ hello: kinds.Realtime.hello, opens });
    const host = await hosted(upstream.url);
    const client = await hostileClient(host.origin);
    client.say(handshake('/ai/v1/realtime?model=voice', 'authorization: Bearer gw_alice'));
    await until(() => upstream.heads.length === 1);
    client.reset();
    await until(() => host.settlements.length === 1 && upstream.gone === 1); // before the provider has answered
    expect(host.settlements).toMatchObject([{ outcome: 'aborted' }]);
    open();
    await opens;
    expect(upstream.sockets).toHaveLength(0);
  });
});

describe('Responses', () => {
  it.each([
    ['closes', (socket: WebSocket) => socket.close(1000)],
    ['vanishes', (socket: WebSocket) => socket.terminate()],
    ['says something binary', (socket: WebSocket) => socket.send(Buffer.from([1, 2, 3]))],
    ['says more than an event may have', (socket: WebSocket) => socket.send('x'.repeat(5 * 1024 * 1024))],
  ])('goes on when the provider %s: the answer has failed, the next has a connection of its own', async (_how, act) => {
    const one = await session('Responses', 'busy');
    act(one.upstream.sockets[0] as WebSocket);
    await until(() => one.host.settlements.length === 2 && lastOf(one) === 'error');
    expect(JSON.stringify(one.said)).not.toContain('response.completed');
    one.client.send(JSON.stringify(kinds.Responses.ask));
    await until(() => one.upstream.heard.length === 2);
    one.finish();
    await until(() => one.host.settlements.length === 3 && lastOf(one) === 'response.completed');
    expect(one.upstream.sockets).toHaveLength(2);
    const gone = over(one, 3);
    one.client.close(1000);
    expect((await gone).outcomes).toEqual(['completed', 'failed', 'completed']);
  });

  it('does not notice that the provider closed between two answers', async () => {
    const one = await session('Responses', 'idle');
    one.upstream.sockets[0]?.close(1001, 'an hour is over');
    await once(one.upstream.sockets[0] as WebSocket, 'close');
    one.client.send(JSON.stringify(kinds.Responses.ask));
    await until(() => one.upstream.heard.length === 2);
    one.finish();
    await until(() => one.host.settlements.length === 3);
    expect(one.host.settlements[2]).toMatchObject({ outcome: 'completed', attempts: [{ outcome: 'completed' }] });
  });

  it('tries again where the provider closes at the very moment that it is asked', async () => {
    const one = await session('Responses', 'idle');
    const [socket] = one.upstream.sockets as [WebSocket];
    socket.pause(); // it does not hear of the request any more
    one.client.send(JSON.stringify(kinds.Responses.ask));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.terminate();
    const { length } = one.said;
    await until(() => one.upstream.sockets.length === 2 && one.said.length > length);
    one.finish();
    await until(() => one.host.settlements.length === 3 && lastOf(one) === 'response.completed');
    expect(one.host.settlements[2]).toMatchObject({ outcome: 'completed' });
  });

  it('gives up what waits its turn when its client leaves', async () => {
    const one = await session('Responses', 'busy');
    for (let count = 0; count < 3; count += 1) one.client.send(JSON.stringify(kinds.Responses.ask));
    const gone = over(one);
    one.client.close();
    expect((await gone).outcomes).toEqual(['completed', 'aborted']);
    expect(one.upstream.heard).toHaveLength(1);
  });
});
