import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import type { AttemptEnd, ExchangeContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { maskDigits } from '../contract/src/samples/mask-digits.ts';
import { chunk, running } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { chatRequest, type HostileClient, hostileClient, question } from '../kit/hostile-client.ts';
import {
  encoded,
  type HostileUpstream,
  head,
  hostileUpstream,
  type Peer,
  type Script,
  streamHead,
  turns,
  wholeAnswer,
} from '../kit/hostile-upstream.ts';

leavesNothing();

/** How often each phase is left: enough for a 99th percentile that is no accident. */
const repetitions = 200;

/** The figure is 100 ms on a machine of its own; other tests run beside this one. Milliseconds. */
const p99Limit = 250;

/** A time at which a client may leave. */
interface Phase {
  readonly name: string;
  readonly stream: boolean;
  readonly script: Script;
  readonly plugins?: (entered: () => void) => GatewayPlugin[];
  readonly config?: (upstream: HostileUpstream) => Partial<GatewayConfig>;
  /** Resolves when the phase is reached; to the upstream's socket that has to be closed, if there is one. */
  readonly reached: (at: Reached) => Promise<Peer | undefined>;
}

interface Reached {
  readonly upstream: HostileUpstream;
  readonly client: HostileClient;
  /** The number of this exchange, from 0. */
  readonly index: number;
  /** Resolves when a plugin of the phase has been entered by this exchange. */
  readonly entered: Promise<void>;
}

/** The request has arrived, and the gateway has heard what the script said to it. */
async function heard({ upstream, index }: Reached): Promise<Peer> {
  await upstream.request(index);
  await turns(4);
  return upstream.peers.at(-1) as Peer;
}

/** The client has the first event. */
async function streaming({ upstream, client }: Reached): Promise<Peer> {
  await client.hears('"content":"a');
  return upstream.peers.at(-1) as Peer;
}

async function inPlugin({ entered }: Reached): Promise<undefined> {
  await entered;
}

async function inPluginWithUpstream({ entered, upstream }: Reached): Promise<Peer> {
  await entered;
  return upstream.peers.at(-1) as Peer;
}

const silent: Script = () => {};
const firstEvent: Script = (peer) => void peer.say(streamHead + encoded(chunk('a')).toString());

type Wait = (context?: Pick<ExchangeContext, 'signal'>) => Promise<undefined>;

/** A plugin whose hook says that it was entered, and waits until the client is gone; for ever when it has no signal to tell. */
function waiting(hooks: (wait: Wait) => PluginHooks): (entered: () => void) => GatewayPlugin[] {
  return (entered) => {
    const wait: Wait = (context) => {
      entered();
      return new Promise((resolve) => context?.signal.addEventListener('abort', () => resolve(undefined)));
    };
    return [definePlugin({ name: 'waiting', create: () => hooks(wait) })()];
  };
}

const phases: readonly Phase[] = [
  {
    name: 'while connecting',
    stream: true,
    script: silent,
    // A TLS handshake that nobody answers: the connection is there for all to see, and not usable yet.
    config: ({ url }) => ({ providers: [openaiCompatible({ name: 'up', baseUrl: `${url.replace('http', 'https')}/v1` })] }),
    reached: async ({ upstream, index }) => {
      const peer = await upstream.peer(index);
      while (peer.received.length === 0) await turns(1);
      return peer;
    },
  },
  { name: 'before the head of a stream', stream: true, script: silent, reached: heard },
  { name: 'after the head, before the first event', stream: true, script: (peer) => void peer.say(streamHead), reached: heard },
  {
    name: 'after a comment, before content',
    stream: true,
    script: (peer) => void peer.say(streamHead + encoded(': hi\n\n')),
    reached: heard,
  },
  { name: 'in the middle of a raw stream', stream: true, script: firstEvent, reached: streaming },
  { name: 'in the middle of a wrapped stream', stream: true, script: firstEvent, plugins: () => [maskDigits()], reached: streaming },
  { name: 'while a whole answer is waited for', stream: false, script: silent, reached: heard },
  {
    name: 'in the middle of a whole answer',
    stream: false,
    script: (peer) => void peer.say(wholeAnswer('{"half":', { 'content-length': '1000' })),
    reached: heard,
  },
  {
    name: 'in the middle of a refusal',
    stream: true,
    script: (peer) => void peer.say(head(500, { 'content-type': 'application/json', 'content-length': '1000' })),
    reached: heard,
  },
  {
    name: 'while the second target is asked',
    stream: true,
    script: (peer, { body }) => void (body.includes('"model":"first"') && peer.say(wholeAnswer('{}', {}, 500))),
    config: () => ({ models: { chat: ['up/first', 'up/second'] } }),
    reached: async (at) => heard({ ...at, index: at.index * 2 + 1 }),
  },
  {
    name: 'in a hook before the body is read',
    stream: true,
    script: silent,
    plugins: waiting((wait) => ({ onRequest: wait })),
    reached: inPlugin,
  },
  {
    name: 'in a hook before the upstream is chosen',
    stream: true,
    script: silent,
    plugins: waiting((wait) => ({ beforeRoute: wait })),
    reached: inPlugin,
  },
  {
    name: 'in a hook that does not look at its signal',
    stream: true,
    script: silent,
    plugins: waiting((wait) => ({ beforeRoute: () => wait() })),
    reached: inPlugin,
  },
  {
    name: "in a plugin's attempt",
    stream: true,
    script: silent,
    plugins: waiting((wait) => ({ attempt: ({ exchange }) => wait(exchange) })),
    reached: inPlugin,
  },
  {
    name: 'in a hook on the way out',
    stream: true,
    script: firstEvent,
    plugins: waiting((wait) => ({ afterResponse: wait })),
    reached: inPluginWithUpstream,
  },
];

/** Whether the client got a head before it left. */
const began = /raw stream|wrapped stream/;

interface Measured {
  /** From the client's leaving until the upstream's socket is closed; empty where there is none. */
  readonly closed: number[];
  /** From the client's leaving until the settlement. */
  readonly settled: number[];
  readonly settlements: readonly Settlement[];
  readonly attemptEnds: readonly AttemptEnd[];
  readonly upstream: HostileUpstream;
}

/** Reaches the phase again and again, each time with a client that leaves, now with a FIN and now with a reset. */
async function measured(phase: Phase): Promise<Measured> {
  const upstream = await hostileUpstream(phase.script);
  const settlements: Settlement[] = [];
  const attemptEnds: AttemptEnd[] = [];
  let onEntered = (): void => {};
  let onSettled = (): void => {};
  const watching = definePlugin({
    name: 'watching',
    create: () => ({
      onRequest: (context) =>
        context.onSettled((settlement) => {
          settlements.push(settlement);
          onSettled();
        }),
      attempt: (attempt) => attempt.onSettled((end) => void attemptEnds.push(end)),
    }),
  });
  const plugins = [watching(), ...(phase.plugins?.(() => onEntered()) ?? [])];
  const { url, gateway } = await running(upstream.url, { ...phase.config?.(upstream), plugins });
  const closed: number[] = [];
  const settled: number[] = [];
  for (let index = 0; index < repetitions; index += 1) {
    const entered = new Promise<void>((resolve) => {
      onEntered = resolve;
    });
    const settling = new Promise<number>((resolve) => {
      onSettled = () => resolve(performance.now());
    });
    const client = await hostileClient(url);
    client.say(chatRequest(question({ stream: phase.stream })));
    const peer = await phase.reached({ upstream, client, index, entered });
    const leftAt = performance.now();
    if (index % 2 === 0) client.destroy();
    else client.reset();
    settled.push((await settling) - leftAt);
    if (peer === undefined) continue;
    await peer.closed;
    expect(peer.closeReason).not.toBe('by the script');
    closed.push((peer.closedAt as number) - leftAt);
  }
  await gateway.close(); // nothing is under way any more, so nothing is waited for, and what came twice would be here by now
  return { closed, settled, settlements, attemptEnds, upstream };
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

function report(name: string, what: string, times: readonly number[]): void {
  if (times.length === 0) return;
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(times, share).toFixed(1));
  console.log(`${name}: client leaves → ${what}: p50 ${p50} ms, p99 ${p99} ms (${times.length} times)`);
}

describe('A client that leaves', () => {
  it.each(phases)('$name: closes the upstream at once, and settles once as aborted', async (phase) => {
    const { closed, settled, settlements, attemptEnds, upstream } = await measured(phase);
    report(phase.name, 'upstream closed', closed);
    report(phase.name, 'settled', settled);
    expect(percentile(settled, 0.99)).toBeLessThan(p99Limit);
    if (closed.length > 0) expect(percentile(closed, 0.99)).toBeLessThan(p99Limit);
    expect(upstream.open).toBe(0);

    expect(new Set(settlements.map(({ id }) => id)).size).toBe(repetitions);
    expect(settlements).toHaveLength(repetitions);
    const status = began.test(phase.name) ? 200 : 499;
    for (const settlement of settlements) expect(settlement).toMatchObject({ outcome: 'aborted', error: 'GW_CLIENT_CLOSED', status });

    const attempts = settlements.flatMap((settlement) => settlement.attempts);
    expect(attemptEnds).toHaveLength(attempts.length);
    const last = settlements.map((settlement) => settlement.attempts.at(-1)?.outcome);
    const reachedAttempt = !/in a hook (before|that)/.test(phase.name);
    expect(new Set(last)).toEqual(new Set([reachedAttempt ? 'aborted' : undefined]));
  });

  it('reaches no upstream when it leaves before one was asked', async () => {
    const early = phases.filter(({ name }) => /in a hook (before|that)|plugin's attempt/.test(name));
    expect(early).toHaveLength(4);
    for (const phase of early) expect((await measured(phase)).upstream.peers).toHaveLength(0);
  });

  it('is not sent when it leaves while it waits for a socket; who waits behind it is', async () => {
    const upstream = await hostileUpstream(async (peer, { body }) => {
      if (body.includes('first')) await answering;
      peer.say(wholeAnswer('{}'));
    });
    let answer = (): void => {};
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { url } = await running(upstream.url, { limits: { connections: 1 } });
    const asking = async (user: string): Promise<HostileClient> => {
      const client = await hostileClient(url);
      client.say(chatRequest(question({ user })));
      await turns(4);
      return client;
    };
    const first = await asking('first');
    await upstream.request(0);
    const leaving = await asking('leaving');
    const last = await asking('last');
    leaving.destroy();
    await turns(4);
    answer();
    expect(await first.answer()).toMatchObject({ status: 200 });
    expect(await last.answer()).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ body }) => (JSON.parse(body) as { user: string }).user)).toEqual(['first', 'last']);
  });

  it('takes nothing from the others: a stream beside it goes on to its end', async () => {
    const peers: Peer[] = [];
    const upstream = await hostileUpstream((peer) => {
      peers.push(peer);
      peer.say(streamHead + encoded(chunk('a')).toString());
    });
    const { url } = await running(upstream.url);
    const clients = await Promise.all(Array.from({ length: 40 }, () => hostileClient(url)));
    for (const client of clients) client.say(chatRequest(question({ stream: true })));
    await Promise.all(clients.map((client) => client.hears('"content":"a"')));
    for (const client of clients.filter((_, index) => index % 2 === 0)) client.destroy();
    while (upstream.open > 20) await turns(1);
    const end = `${chunk('b')}data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
    for (const peer of peers) peer.say(`${encoded(end)}0\r\n\r\n`);
    for (const client of clients.filter((_, index) => index % 2 === 1))
      expect(await client.answer()).toMatchObject({ status: 200, complete: true, body: chunk('a') + end });
  });
});
