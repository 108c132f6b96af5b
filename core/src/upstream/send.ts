import type { CallDialect, StreamDialect } from '../dialects/dialect.ts';
import { BytesBody } from '../dialects/json-body.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { ResponseHeaders } from '../model/headers.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Attempt } from './attempt.ts';
import type { TimeLimits } from './deadline.ts';
import { FramedReply } from './framed-reply.ts';
import { responseHeaders } from './headers.ts';
import type { KeptItems } from './kept-items.ts';
import { outgoing } from './outgoing.ts';
import { Reply } from './reply.ts';
import { SseBody } from './sse-body.ts';
import { keepItems, streamTranslation, translatedBody } from './translated-answer.ts';
import type { Transport, UpstreamHeaders } from './transport.ts';
import { refusal, reportedError } from './upstream-errors.ts';

export interface SendOptions {
  readonly transport: Transport;
  readonly limits: TimeLimits;
  /** Bytes of a whole answer. */
  readonly responseBytes: number;
  /** Bytes of one stream event. */
  readonly eventBytes: number;
  readonly items: KeptItems;
}

/** A stream that ended like this did not fail: nobody wanted the rest. */
const notWanted: ReadonlySet<string> = new Set(['GW_CLIENT_CLOSED', 'GW_HEDGE_LOST', 'GW_RECOVERY_UNFIT']);

/** Bytes of an error answer that are read before it is judged by its status alone. */
const maxErrorBytes = 64 * 1024;

/** Milliseconds for an error answer's body. */
const errorBodyMs = 1_000;

/** Sends one attempt to its target: build, open, judge the head, take the body. */
export async function send(attempt: Attempt, options: SendOptions): Promise<GatewayResponse> {
  const { exchange, scope } = attempt;
  if (scope.stopped !== undefined) throw scope.stopped;
  const { stream } = exchange.requireCall();
  const made = outgoing(attempt);
  const request = made instanceof Promise ? await made : made;
  if (scope.stopped !== undefined) throw scope.stopped;

  let stopWatching = (): void => {};
  const opener = exchange.carrier?.opener(attempt.target, attempt.credential) ?? options.transport;
  const reply = new Reply(opener, request, limitsOf(attempt, options.limits), stream, exchange.clock, () => stopWatching());
  attempt.sending = reply;
  if (!reply.over) stopWatching = scope.onAbort((reason) => reply.abort(reason));
  await reply.received;
  attempt.status = reply.status;
  const judged = judge(reply, attempt);
  const problem = judged instanceof Promise ? await judged : judged;
  if (problem !== undefined) throw problem;
  return stream ? streamed(attempt, reply, request.stripUsage, options) : whole(attempt, reply, options);
}

/**
 * The gateway's limits, or shorter ones where another target may be asked instead. Once there was content that is so only
 * while somebody could go on with it. What earlier attempts took of the exchange's time is gone.
 */
function limitsOf(attempt: Attempt, shared: TimeLimits): TimeLimits {
  const { limits, exchange } = attempt;
  if (limits === undefined && exchange.attemptCount === 1) return shared;
  const totalMs = Math.max(1, shared.totalMs - (exchange.clock.monotonic() - exchange.startedAt));
  if (limits === undefined) return { ...shared, totalMs };
  return {
    firstByteMs: Math.min(limits.firstTokenMs, shared.firstByteMs),
    idleMs: Math.min(limits.silenceMs, shared.idleMs),
    totalMs,
    patience: { idleMs: shared.idleMs, when: () => attempt.answering && exchange.recovering?.recoverable !== true },
  };
}

/** What is wrong with a head, if anything. */
function judge(reply: Reply, attempt: Attempt): Promise<GatewayError> | GatewayError | undefined {
  const { status, headers } = reply;
  if (status >= 200 && status < 300) {
    const streamType = attempt.target.provider.framing?.contentType ?? 'text/event-stream';
    const problem = badHead(headers, attempt.exchange.requireCall().stream ? streamType : undefined);
    if (problem !== undefined) reply.abort(problem);
    return problem;
  }
  if (status < 400) {
    const problem = gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: `a redirect (status ${status})` } });
    reply.abort(problem);
    return problem;
  }
  return refused(reply, attempt);
}

/** An error status as an error: the status says most of it, nobody waits long for the words. */
async function refused(reply: Reply, attempt: Attempt): Promise<GatewayError> {
  const timer = attempt.exchange.clock.after(errorBodyMs, () => reply.abort(gatewayError('GW_UPSTREAM_TRUNCATED')));
  const body = await reply.collect(maxErrorBytes).catch(() => Buffer.alloc(0));
  timer.cancel();
  return (
    attempt.scope.stopped ??
    refusal(reply.status, reply.headers, body, attempt.target, {
      translated: attempt.translated !== undefined,
      shown: attempt.shown,
    })
  );
}

/** `streamType`: the content type of a stream, where one was asked for. */
function badHead(headers: UpstreamHeaders, streamType: string | undefined): GatewayError | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return gatewayError('GW_UPSTREAM_ENCODING');
  const type = contentType(headers);
  const isStream = type === (streamType ?? 'text/event-stream');
  const isJson = type === 'application/json' || type.endsWith('+json');
  if (streamType !== undefined ? isStream : isJson) return undefined;
  const what =
    streamType !== undefined && isJson ? 'a whole body' : isStream ? 'a stream' : type === '' ? 'no content type' : 'another content type';
  return gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what } });
}

function contentType(headers: UpstreamHeaders): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? (value.split(';', 1)[0] as string).trim().toLowerCase() : '';
}

/**
 * What is wrong with a whole answer, if anything. Looks at its ends and for an error before it parses: a parse of each
 * answer would cost more than the rest of its way. What ended with its connection may have been cut anywhere.
 */
function badBody(received: BytesBody, bytes: Buffer, headers: UpstreamHeaders): GatewayError | undefined {
  const framed = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const object = bytes[firstInk(bytes)] === 0x7b && bytes[lastInk(bytes)] === 0x7d;
  if (object && framed && !bytes.includes('"error"')) return undefined;
  const json = object ? received.parsed : undefined;
  if (!isJsonObject(json)) return gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'a body that is not a JSON object' } });
  return json.error === undefined || json.error === null ? undefined : reportedError(json);
}

function firstInk(bytes: Buffer): number {
  let at = 0;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function lastInk(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (isSpace(bytes[at])) at -= 1;
  return at;
}

/** Of JSON. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

async function whole(attempt: Attempt, reply: Reply, options: SendOptions): Promise<GatewayResponse> {
  const { exchange } = attempt;
  const bytes = await reply.collect(options.responseBytes);
  const received = new BytesBody(bytes, attempt.target.dialect);
  const problem = badBody(received, bytes, reply.headers);
  if (problem !== undefined) throw problem;
  const body = attempt.translated === undefined ? received : translatedBody(attempt, received);
  if (attempt.translated !== undefined) keepItems(attempt, body.parsed, options.items);
  exchange.answeredBy(received, attempt.credential.name);
  attempt.settle('completed', () => exchange.usage);
  return answerOf(attempt, responseHeaders(reply.headers), body);
}

async function streamed(attempt: Attempt, reply: Reply, stripUsage: boolean, options: SendOptions): Promise<GatewayResponse> {
  const { exchange } = attempt;
  const { dialect, provider } = attempt.target;
  const headers = responseHeaders(reply.headers);
  reply.headers = {}; // some twenty texts that nobody needs while the answer streams
  const source = provider.framing === undefined ? reply : new FramedReply(reply, provider.framing.decoder(dialect.id));
  const body = new SseBody(source, {
    dialect: streamOf(dialect),
    translation: attempt.translated === undefined ? undefined : streamTranslation(attempt, options.items, options.responseBytes),
    stripUsage,
    request: attempt.translated?.body ?? (exchange.requireCall().document.value as JsonObject),
    maxEventBytes: options.eventBytes,
    now: () => exchange.clock.monotonic(),
    onBadEvent: (count) => {
      const fields = { exchange: exchange.id, target: attempt.target.target.id, count };
      exchange.logger.log('warn', 'A stream event that is not JSON was left out.', fields);
    },
    onOver: (error) => {
      const left = exchange.aborted !== undefined || (error !== undefined && notWanted.has(error.code));
      const outcome = error === undefined ? 'completed' : left ? 'aborted' : 'failed';
      attempt.settle(outcome, () => body.observer.usage(), error);
    },
  });
  for (const tap of attempt.taps) body.tap(exchange.guarded(tap));
  body.open();
  await contentInTime(attempt, body);
  attempt.answering = true;
  exchange.answeredBy(body, attempt.credential.name);
  return answerOf(attempt, headers, body);
}

/** Content in time, where the attempt has a limit of its own for it: events that say nothing do not count. */
async function contentInTime(attempt: Attempt, body: SseBody): Promise<void> {
  const { limits, exchange } = attempt;
  if (limits === undefined || body.observer.content) return body.content();
  const { firstTokenMs: limit } = limits;
  const left = limit - attempt.elapsedMs;
  const timer = exchange.clock.after(Math.max(0, left), () =>
    body.abort(gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what: 'begin its answer', limit } })),
  );
  try {
    await body.content();
  } finally {
    timer.cancel();
  }
}

function answerOf(attempt: Attempt, headers: ResponseHeaders, body: BytesBody | SseBody): GatewayResponse {
  if (attempt.dropped.length > 0) headers['x-gateway-dropped'] = attempt.dropped.join(', ');
  return { status: attempt.status as number, headers, source: 'upstream', target: attempt.target.target, body };
}

/** A call that streams was only let through to dialects that do. */
function streamOf(dialect: CallDialect): StreamDialect {
  if (dialect.stream === undefined) throw new TypeError(`The dialect ${dialect.id} does not stream.`);
  return dialect.stream;
}
