// The mock provider, a process of its own: answers are made before they are asked for, so that it costs next to nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readRequest, type StreamShape, streamFrames, wholeAnswer } from './chat-wire.ts';
import { messageFrames, wholeMessage } from './messages-wire.ts';
import { type ProbeApi, serve } from './probe.ts';

export interface UpstreamApi extends ProbeApi {
  /** Streams that are being sent now, and when the last one ended (milliseconds since 1970). */
  streams: () => StreamCount;
}

export interface StreamCount {
  readonly open: number;
  readonly lastEndedAt: number;
}

// What OpenAI's API sends besides: every proxy has to read it, and some copy it.
const providerHeaders = [
  ...['access-control-expose-headers', 'X-Request-ID'],
  ...['openai-organization', 'bench-org'],
  ...['openai-processing-ms', '412'],
  ...['openai-project', 'proj_bench0123456789'],
  ...['openai-version', '2020-10-01'],
  ...['x-ratelimit-limit-requests', '10000'],
  ...['x-ratelimit-limit-tokens', '10000000'],
  ...['x-ratelimit-remaining-requests', '9999'],
  ...['x-ratelimit-remaining-tokens', '9999760'],
  ...['x-ratelimit-reset-requests', '6ms'],
  ...['x-ratelimit-reset-tokens', '1ms'],
  ...['x-request-id', 'req_bench0123456789abcdef0123456789'],
  ...['strict-transport-security', 'max-age=31536000; includeSubDomains; preload'],
  ...['cf-cache-status', 'DYNAMIC'],
  ...['set-cookie', '__cf_bm=bench0123456789abcdefghijklmnopqrstuvwxyz; path=/; HttpOnly; Secure; SameSite=None'],
  ...['x-content-type-options', 'nosniff'],
  ...['server', 'cloudflare'],
  ...['cf-ray', '0123456789abcdef-FRA'],
  ...['alt-svc', 'h3=":443"; ma=86400'],
];

/** What one API answers, made before it is asked for. */
interface Wire {
  readonly name: string;
  readonly whole: string;
  readonly head: string[];
  frames(events: number, withUsage: boolean): Buffer[];
}

function wire(name: string, whole: Buffer, frames: Wire['frames']): Wire {
  const head = ['content-type', 'application/json', 'content-length', String(whole.length), ...providerHeaders];
  return { name, whole: whole.toString('latin1'), head, frames };
}

const chat = wire('chat', wholeAnswer, streamFrames);
const messages = wire('messages', wholeMessage, messageFrames);
const streamHead = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache', ...providerHeaders];
const madeFrames = new Map<string, readonly Buffer[]>();
const madeBursts = new Map<string, Buffer>();
let open = 0;
let lastEndedAt = 0;

serve(
  createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => respond(req, res, parts));
  }),
  { streams: (): StreamCount => ({ open, lastEndedAt }) },
);

function respond(req: IncomingMessage, res: ServerResponse, parts: readonly Buffer[]): void {
  const spoken = req.url === '/v1/messages' ? messages : chat;
  const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  const { stream, withUsage } = readRequest(body.toString('latin1'));
  if (stream === undefined) {
    res.writeHead(200, spoken.head);
    res.end(spoken.whole, 'latin1'); // as text, head and body leave in one packet
    return;
  }
  res.writeHead(200, streamHead);
  if (stream.gapMs === 0) res.end(burst(spoken, stream, withUsage));
  else drip(res, frames(spoken, stream, withUsage), stream.gapMs);
}

/** One write per event. The role chunk leaves with the first text, as providers send it. */
function drip(res: ServerResponse, all: readonly Buffer[], gapMs: number): void {
  open += 1;
  let next = 2;
  res.write(Buffer.concat(all.slice(0, next)));
  const timer = setInterval(() => {
    res.write(all[next]);
    next += 1;
    if (next < all.length) return;
    clearInterval(timer);
    res.end();
  }, gapMs);
  res.once('close', () => {
    clearInterval(timer);
    open -= 1;
    lastEndedAt = performance.timeOrigin + performance.now();
  });
}

function frames(spoken: Wire, { events }: StreamShape, withUsage: boolean): readonly Buffer[] {
  return remembered(madeFrames, `${spoken.name} ${events} ${withUsage}`, () => spoken.frames(events, withUsage));
}

function burst(spoken: Wire, shape: StreamShape, withUsage: boolean): Buffer {
  return remembered(madeBursts, `${spoken.name} ${shape.events} ${withUsage}`, () => Buffer.concat(frames(spoken, shape, withUsage)));
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}
