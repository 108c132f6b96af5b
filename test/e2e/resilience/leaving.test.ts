import express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { hostileUpstream, type Script } from '../../kit/hostile-upstream.ts';

// A client that leaves, and a gateway that closes, in each place where an exchange waits: nothing further is sent, no place,
// timer or socket is kept, and every attempt is settled once.

leavesNothing();

const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const piece = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const silent: Script = () => {};
const failing: Script = (peer) => void peer.say('HTTP/1.1 500 Oh\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
const begun: Script = (peer) => void peer.say(streamHead + piece(chunk('half')));
const breaking: Script = (peer) => {
  peer.say(streamHead + piece(chunk('half')));
  setTimeout(() => peer.reset(), 20);
};

interface Phase {
  readonly name: string;
  readonly first: Script;
  readonly second?: Script;
  readonly resilience?: GatewayConfig['resilience'];
  /** Calls that were sent before, and stay. */
  readonly others?: number;
  /** Requests of both upstreams when the phase is reached, those of the others among them. */
  readonly requests: readonly [first: number, second: number];
  /** How the exchange's attempts end. */
  readonly attempts: readonly string[];
}

const slow = { backoff: { baseMs: 60_000, capMs: 60_000 } };

const phases: readonly Phase[] = [
  { name: 'the wait for a head', first: silent, requests: [1, 0], attempts: ['first aborted'] },
  { name: 'a stream', first: begun, requests: [1, 0], attempts: ['first aborted'] },
  { name: 'the wait before a retry', first: failing, resilience: slow, requests: [1, 0], attempts: ['first failed'] },
  {
    name: 'the queue',
    first: silent,
    resilience: { concurrency: 1 },
    others: 1,
    requests: [1, 0],
    attempts: [],
  },
  {
    name: 'a fallback',
    first: failing,
    second: silent,
    resilience: { retries: 0 },
    requests: [1, 1],
    attempts: ['first failed', 'fallback aborted'],
  },
  { name: 'a recovery', first: breaking, second: silent, requests: [1, 1], attempts: ['first failed', 'recovery aborted'] },
  {
    name: 'what a recovery repeats',
    first: breaking,
    second: (peer) => void peer.say(streamHead + piece(chunk('ha'))),
    requests: [1, 1],
    attempts: ['first failed', 'recovery aborted'],
  },
  {
    name: 'the wait before a retry of a recovery',
    first: breaking,
    second: failing,
    resilience: slow,
    requests: [1, 1],
    attempts: ['first failed', 'recovery failed'],
  },
];

async function reach({ first, second = silent, resilience = {}, others = 0, requests }: Phase) {
  const one = await hostileUpstream(first);
  const two = await hostileUpstream(second);
  const settlements: Settlement[] = [];
  const watching = definePlugin({
    name: 'watching',
    create: () => ({ onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) }),
  });
  const gateway = aiGateway({
    providers: [
      openaiCompatible({ name: 'one', baseUrl: `${one.url}/v1`, apiKey: 'sk-own' }),
      openaiCompatible({ name: 'two', baseUrl: `${two.url}/v1`, apiKey: 'sk-own' }),
    ],
    models: { chat: ['one/m', 'two/m'] },
    allowAnonymous: true,
    timeouts: { closeMs: 50 },
    resilience,
    plugins: [watching()],
    services: [provide(Logger, recordingLogger())],
  });
  onTestFinished(() => gateway.close());
  const { url } = await listening(express().use('/ai', gateway));
  const leave: (() => void)[] = [];
  const answers: Promise<string>[] = [];
  for (let call = 0; call <= others; call += 1) {
    const controller = new AbortController();
    leave.push(() => controller.abort());
    const body = JSON.stringify({ model: 'chat', stream: true, messages: [{ role: 'user', content: 'Hello' }] });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', connection: 'close' }, signal: controller.signal };
    answers.push(
      fetch(`${url}/ai/v1/chat/completions`, init)
        .then((response) => response.text())
        .catch(() => 'broken'),
    );
    if (call < others) await vi.waitFor(() => expect(one.requests).toHaveLength(call + 1));
  }
  const waiting = resilience.concurrency === undefined ? 0 : 1;
  await vi.waitFor(() => {
    expect([one.requests.length, two.requests.length]).toEqual(requests);
    expect(gateway.health().reduce((sum, target) => sum + target.waiting, 0)).toBe(waiting);
  });
  await new Promise((go) => setTimeout(go, 40)); // into the wait
  const left = () => gateway.health().map(({ inFlight, waiting: queued }) => inFlight + queued);
  const nothing = () => vi.waitFor(() => expect(left().every((count) => count === 0)).toBe(true), { timeout: 500 });
  return { one, two, gateway, settlements, leave, answers, nothing };
}

const attemptsOf = (settlement: Settlement | undefined) => settlement?.attempts.map(({ kind, outcome }) => `${kind} ${outcome}`);

describe.each(phases)('in $name', (phase) => {
  const { requests, attempts, others = 0 } = phase;

  it('a client leaves: nothing further is sent, and nothing is left', async () => {
    const { one, two, settlements, leave, answers, nothing } = await reach(phase);
    leave.at(-1)?.();
    await answers.at(-1);
    await vi.waitFor(() => expect(settlements).toHaveLength(1), { timeout: 500 });
    expect(attemptsOf(settlements[0])).toEqual(attempts);
    for (const go of leave) go();
    await nothing();
    await new Promise((go) => setTimeout(go, 60));
    expect([one.requests.length, two.requests.length]).toEqual(requests);
    expect(settlements).toHaveLength(1 + others);
  });

  it('the gateway closes: the client is told, nothing further is sent, and nothing is left', async () => {
    const { one, two, gateway, settlements, answers, nothing } = await reach(phase);
    await gateway.close();
    const texts = await Promise.all(answers);
    for (const text of texts) expect(text).not.toContain('[DONE]');
    expect([one.requests.length, two.requests.length]).toEqual(requests);
    expect(settlements).toHaveLength(1 + others);
    expect(settlements.map(({ attempts: all }) => all.length).sort()).toEqual(
      [...Array.from({ length: others }, () => 1), attempts.length].sort(),
    );
    await nothing();
  });
});
