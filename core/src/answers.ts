import type { Answer } from './context.ts';
import type { GatewayAnswer } from './dialects/dialect.ts';
import { BytesBody } from './dialects/json-body.ts';
import { SseEvent } from './dialects/sse-event.ts';
import type { GatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { JsonObject } from './model/json.ts';
import type { GatewayResponse, ResponseSource } from './model/response.ts';

/** An error as an answer in the client's dialect. */
export function errorResponse(exchange: Exchange, error: GatewayError, source: ResponseSource = 'gateway'): GatewayResponse {
  exchange.error = error;
  const retry = error.retryable || 'x-should-retry' in error.headers ? {} : { 'x-should-retry': 'false' };
  return {
    status: error.status,
    headers: { ...retry, ...error.headers },
    source,
    body: new BytesBody(Buffer.from(exchange.dialect.errorBody(error, exchange.id))),
  };
}

/** An answer that a plugin or the gateway gives itself, in the client's dialect and the mode it asked for. */
export function answerResponse(exchange: Exchange, answer: Answer, source: ResponseSource): GatewayResponse {
  if ('error' in answer) return errorResponse(exchange, answer.error, source);
  const { call } = exchange;
  if ('json' in answer) {
    if (call?.stream) throw new TypeError('answer: expected a text for a client that asked for a stream, received json');
    return { status: 200, headers: {}, source, body: new BytesBody(Buffer.from(JSON.stringify(answer.json)), call?.format) };
  }
  if (call === undefined) throw new TypeError('answer: a text needs a call; answer with an error before the body is read');
  const made: GatewayAnswer = {
    id: exchange.id,
    model: call.model,
    text: answer.text,
    usage: answer.usage,
    created: Math.floor(exchange.clock.now() / 1000),
  };
  const usage = answer.usage === undefined ? {} : { usage: answer.usage };
  const { stream } = call.format;
  if (call.stream && stream !== undefined) {
    const frames = stream.answerFrames(made, stream.wantsUsage(call.document.value as JsonObject));
    const events = (async function* () {
      for (const frame of frames) yield new SseEvent(frame, stream);
    })();
    return { status: 200, headers: {}, source, ...usage, body: { kind: 'stream', events } };
  }
  const body = call.format.answerBody(made);
  if (body === undefined) throw new TypeError(`answer: ${call.dialect} has no text answers; give json`);
  return { status: 200, headers: {}, source, ...usage, body: new BytesBody(Buffer.from(body), call.format) };
}
