import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import type { JsonValue } from '../../core/src/model/json.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { anthropic } from '../../core/src/providers/anthropic/anthropic.ts';
import { google } from '../../core/src/providers/google/google.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { Provider } from '../../core/src/providers/provider.ts';
import { provide } from '../../core/src/services/container.ts';
import { Logger } from '../../core/src/services/logger.ts';
import { recordingLogger } from '../core/harness/recording-logger.ts';
import type { Recording } from './corpus.ts';
import { checkError } from './error-answers.ts';
import { dataOf, parsedAnswer, type Reading, readingOf } from './readings.ts';
import { type Received, replayingUpstream, withoutAddition } from './replaying-upstream.ts';
import type { Tally } from './tally.ts';
import { type ProviderSeat, type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** The key that upstreams must get and clients must never read. */
export const operatorKey = 'sk-operators-own-0123456789';

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly broken: boolean;
}

/** Every recording through a real gateway, in its own format: what goes up, what comes down, and what is booked. */
export async function passThrough(recordings: readonly Recording[], tally: Tally): Promise<void> {
  const ways = recordings.flatMap((recording) => wayOf(recording) ?? []);
  tally.count('pass-through: recordings without a route', recordings.length - ways.length);
  const upstream = await replayingUpstream();
  const seats = [...new Map(ways.map(({ provider }) => [provider.name, provider])).values()];
  const settled: Settlement[] = [];
  const logger = recordingLogger();
  const gateway = aiGateway({
    providers: seats.map((seat) => providerAt(seat, upstream.url)),
    allowAnonymous: true,
    plugins: [
      definePlugin({
        name: 'books',
        opaque: true,
        create: () => ({ onRequest: (context) => context.onSettled((end) => void settled.push(end)) }),
      })(),
    ],
    services: [provide(Logger, logger)],
  });
  const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`;
  try {
    for (const way of ways) {
      upstream.offer(way);
      const answer = await asked(`${origin}${way.route}`, way);
      await settlement(settled);
      checkWay(way, answer, upstream.received(), settled.pop(), tally);
    }
    for (const line of logger.texts('error')) tally.problem('logged an error', '', line);
  } finally {
    server.close();
    server.closeAllConnections();
    await gateway.close();
    await upstream.close();
  }
}

function providerAt({ name, kind, base }: ProviderSeat, origin: string): Provider {
  const baseUrl = `${origin}${base}`;
  if (kind === 'anthropic') return anthropic({ name, baseUrl, apiKey: operatorKey });
  if (kind === 'google') return google({ name, baseUrl, apiKey: operatorKey });
  const serves = [
    'openai-chat',
    'openai-responses',
    'openai-input-tokens',
    'openai-completions',
    'openai-embeddings',
    'openai-moderations',
  ];
  return openaiCompatible({ name, baseUrl, apiKey: operatorKey, serves });
}

function asked(url: string, way: Way): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...way.headers };
    const request = http.request(url, { method: 'POST', agent: false, headers }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', () => {}); // the close tells
      res.on('close', () =>
        resolve({ status: res.statusCode as number, headers: res.headers, text: Buffer.concat(parts).toString(), broken: !res.complete }),
      );
    });
    request.on('error', reject);
    request.end(way.body);
  });
}

/** Settled a moment after the answer's last byte. */
async function settlement(settled: readonly Settlement[]): Promise<void> {
  for (let waits = 0; settled.length === 0 && waits < 1_000; waits += 1) await new Promise((go) => setImmediate(go));
}

function checkWay(way: Way, answer: Answered, received: readonly Received[], settled: Settlement | undefined, tally: Tally): void {
  const { recording, dialect } = way;
  const { id, status } = recording;
  const problem = (what: string, detail: string): void => tally.problem(`${what} (${dialect})`, `${id} ${recording.provider}`, detail);
  if (way.refused === undefined) tally.count(`pass-through ${dialect}: ${status >= 400 ? 'errors' : way.stream ? 'streams' : 'whole'}`);
  if (way.refused !== undefined) {
    tally.count(`pass-through ${dialect}: refused for ${way.refused}`);
    if (received.length > 0 || answer.status !== 400 || !answer.text.includes(way.refused)) problem('not refused', answer.text);
    return;
  }
  if (received.length !== 1) {
    problem('requests upstream', `${received.length}; answered ${answer.status} ${answer.text.slice(0, 300)}`);
    return;
  }
  const [sent] = received as [Received];
  checkRequest(way, sent, problem);
  if (JSON.stringify(answer).includes(operatorKey)) problem('a secret in the answer', answer.text);
  if (status >= 400) checkError(recording, dialect, answer, settled, tally);
  else checkAnswer(way, answer, sent, settled, tally);
}

function checkAnswer(way: Way, answer: Answered, sent: Received, settled: Settlement | undefined, tally: Tally): void {
  const { recording, dialect } = way;
  const problem = (what: string, detail: string): void =>
    tally.problem(`${what} (${dialect})`, `${recording.id} ${recording.provider}`, detail);
  const recorded = answerText(recording) as string;
  const events = isStream(recording) ? dataOf(recorded) : ([parsedAnswer(recorded)] as JsonValue[]);
  if (events.some((event) => hasError(event))) {
    checkInBandError(way, answer, settled, tally);
    return;
  }
  if (answer.status !== 200 || answer.broken) {
    problem('not delivered', `${answer.status}${answer.broken ? ', broken' : ''} ${settled?.error} ${answer.text.slice(-200)}`);
    return;
  }
  const stripped = way.stream && sent.body !== way.upstreamBody;
  const expected = stripped ? withoutUsage(recorded) : recorded;
  if (answer.text !== expected) problem('answer bytes', firstDifference(expected, answer.text));
  if (settled?.outcome !== 'completed') problem('outcome', `${settled?.outcome} ${settled?.error}`);
  checkBooks(way, readingOf(dialect, events), settled, tally);
}

function checkRequest(way: Way, sent: Received, problem: (what: string, detail: string) => void): void {
  if (sent.path !== way.upstreamPath) problem('upstream path', `${sent.path}, expected ${way.upstreamPath}`);
  const mayAdd = way.stream && /^openai-(chat|completions)$/.test(way.dialect) && !/"include_usage":\s*true/.test(way.upstreamBody);
  const body = mayAdd ? withoutAddition(sent.body) : sent.body;
  if (body !== way.upstreamBody) problem('request bytes', firstDifference(way.upstreamBody, body));
  if (mayAdd && body === sent.body) problem('usage not asked for', sent.body.slice(-200));
  const shown = [sent.headers.authorization, sent.headers['x-api-key'], sent.headers['x-goog-api-key']].filter(
    (value) => value !== undefined,
  );
  if (shown.length !== 1 || !String(shown[0]).includes(operatorKey)) problem('credentials upstream', JSON.stringify(shown));
  for (const [name, value] of Object.entries(way.headers))
    if (name.startsWith('anthropic-') && sent.headers[name] !== value)
      problem('header lost', `${name}: ${value} became ${String(sent.headers[name])}`);
}

function hasError(event: JsonValue | undefined): boolean {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return false;
  const { error, type } = event as { readonly error?: JsonValue; readonly type?: JsonValue };
  return (error !== undefined && error !== null) || type === 'error';
}

/** Providers that report an error inside an answer of status 200. */
function checkInBandError(way: Way, answer: Answered, settled: Settlement | undefined, tally: Tally): void {
  tally.count(`pass-through ${way.dialect}: errors within 200`);
  const told = answer.status >= 400 || (answer.broken && /error/.test(answer.text));
  if (!told || settled?.error === undefined)
    tally.problem(`an error within 200 was not told (${way.dialect})`, way.recording.id, answer.text.slice(-300));
}

/** What clients that did not ask for usage must not see, taken out by another reading than the gateway's. */
function withoutUsage(recorded: string): string {
  return recorded
    .split(/(?<=\n\n|\r\n\r\n)/)
    .flatMap((frame) => {
      const json = dataOf(frame)[0] as { readonly usage?: JsonValue; readonly choices?: readonly JsonValue[] } | undefined;
      if (json === undefined || json.usage === undefined) return [frame];
      if (json.usage !== null) return json.choices?.length === 0 ? [] : [frame];
      return [frame.replace(/,\s*"usage":\s*null(?=\s*[,}])/, '')];
    })
    .join('');
}

function checkBooks(way: Way, reading: Reading | undefined, settled: Settlement | undefined, tally: Tally): void {
  if (reading === undefined) return;
  const { finish, ...counts } = reading;
  const usage = settled?.usage;
  const known = Object.values(counts).some((value) => value !== undefined);
  tally.count(`usage ${way.dialect}: ${known ? 'known' : 'not said'}`);
  for (const [name, value] of Object.entries(counts)) {
    const booked = usage?.[name as keyof typeof counts];
    if (booked !== value)
      tally.problem(
        `usage.${name} (${way.dialect})`,
        `${way.recording.id} ${way.recording.provider}`,
        `booked ${booked}, said ${value}: ${JSON.stringify(usage?.raw)}`,
      );
  }
  if (settled?.finishReason !== finish)
    tally.problem(
      `finish reason (${way.dialect})`,
      `${way.recording.id} ${way.recording.provider}`,
      `booked ${settled?.finishReason}, said ${finish}`,
    );
}

export function firstDifference(expected: string, received: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `at ${at} of ${expected.length}/${received.length}: expected …${JSON.stringify(expected.slice(from, at + 120))} received …${JSON.stringify(received.slice(from, at + 120))}`;
}
