import { type DialectId, type FrameDecoder, type Framing, isJsonObject, type JsonValue } from '@express-ai-gateway/core/provider';
import { MessageSplitter, type StreamMessage } from './event-stream.ts';
import { anthropicException, converseException } from './exceptions.ts';

/** AWS's event streams as server-sent events of the dialect that is streamed in them. */
export const eventStreamFraming: Framing = {
  contentType: 'application/vnd.amazon.eventstream',
  decoder: (dialect: DialectId) => new EventStreamDecoder(dialect === 'anthropic-messages' ? anthropicFrame : converseFrame),
};

class EventStreamDecoder implements FrameDecoder {
  readonly #splitter = new MessageSplitter();
  readonly #frameOf: (message: StreamMessage) => string;

  constructor(frameOf: (message: StreamMessage) => string) {
    this.#frameOf = frameOf;
  }

  get incomplete(): boolean {
    return this.#splitter.incomplete;
  }

  push(chunk: Buffer): Buffer {
    let frames = '';
    for (const message of this.#splitter.push(chunk)) frames += this.#frameOf(message);
    return Buffer.from(frames);
  }
}

/** Converse's events have their name in a header, and themselves as payload. */
function converseFrame(message: StreamMessage): string {
  const exception = exceptionOf(message);
  if (exception !== undefined) return frame('error', JSON.stringify(converseException(exception.type, exception.payload)));
  return frame(header(message, ':event-type'), message.payload.toString('utf8'));
}

/**
 * Invoke's events are called `chunk` and hold one of the model's own events in base64, whatever format that is; Anthropic's
 * needs its name before it, for clients drop an event without one. An exception becomes an error of Anthropic's: swallowed,
 * the stream would only have stopped (Portkey-AI/gateway#1143, #1142).
 */
function anthropicFrame(message: StreamMessage): string {
  const exception = exceptionOf(message);
  if (exception !== undefined) return frame('error', JSON.stringify(anthropicException(exception.type, exception.payload)));
  if (header(message, ':event-type') !== 'chunk') return '';
  const event = chunkEvent(message.payload.toString('utf8'));
  return frame(eventName(event), event);
}

interface Exception {
  readonly type: string;
  readonly payload: string;
}

/** `exception`: one that the API knows. `error`: one of AWS's plumbing, told in headers. */
function exceptionOf({ headers, payload }: StreamMessage): Exception | undefined {
  const type = headers.get(':message-type');
  if (type === 'exception') return { type: headers.get(':exception-type') ?? 'exception', payload: payload.toString('utf8') };
  if (type !== 'error') return undefined;
  return { type: headers.get(':error-code') ?? 'error', payload: headers.get(':error-message') ?? payload.toString('utf8') };
}

/** A line break in a name would begin another field. */
function header({ headers }: StreamMessage, name: string): string {
  const value = headers.get(name);
  if (value === undefined || !/^[\w.-]{1,64}$/.test(value)) throw new TypeError(`A message has no usable ${name}.`);
  return value;
}

/** `{"bytes":"…","p":"…"}`: `p` is padding, so that nobody reads a text off the lengths of its pieces. */
function chunkEvent(payload: string): string {
  const json = JSON.parse(payload) as JsonValue;
  if (!isJsonObject(json) || typeof json.bytes !== 'string') throw new TypeError('A chunk has no bytes.');
  return Buffer.from(json.bytes, 'base64').toString('utf8');
}

/** Anthropic's events begin with their type; only what does not is parsed. */
const typeFirst = /^\{"type":"([a-z_]{1,64})"/;

function eventName(event: string): string {
  const name = typeFirst.exec(event)?.[1];
  if (name !== undefined) return name;
  const json = JSON.parse(event) as JsonValue;
  const type = isJsonObject(json) ? json.type : undefined;
  return typeof type === 'string' && /^[\w.-]{1,64}$/.test(type) ? type : 'message';
}

function frame(name: string, data: string): string {
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return `event: ${name}\ndata: ${lines}\n\n`;
}
