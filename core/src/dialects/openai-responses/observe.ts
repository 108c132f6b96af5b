import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { Usage } from '../../model/usage.ts';
import type { FrameVerdict, StreamObserver } from '../dialect.ts';
import { responsesUsage } from '../openai-responses-usage.ts';
import { frameData, frameFields, parseFrameData, utf8 } from '../sse.ts';
import { eventType, isBeginning } from './event-type.ts';
import { responsesFinish } from './finish.ts';
import { responsesLeaves } from './leaves.ts';

/**
 * What tells of an end or of an error, as a JSON string of its own: within a text it would have a backslash before its
 * second quote. One pattern for all, for it begins with a quote and a letter that are rare together in events: measured at
 * a third of what two simpler ones cost.
 */
const telling = /"error"(?!\s*:\s*null)|"response\.(?:completed|incomplete|failed)"/g;

/** An error may say so by its name alone. */
const errorName = /event: ?error[\r\n]/y;

/** The first events echo the request, tools and all, and say nothing more. */
const beginning = /event: response\.(?:created|queued|in_progress)[\r\n]/y;

/** Longer frames are not looked at for `[DONE]`. */
const longestDone = 80;

/** Watches a Responses stream: one search per chunk of bytes, and JSON parsed until content was seen and at the end. */
export class ResponsesStreamObserver implements StreamObserver {
  readonly cutStart = 0;
  readonly cutEnd = 0;
  content = false;
  done = false;
  error: JsonValue | undefined = undefined;

  #text = '';
  #tellingAt = -1;
  #usage: Usage | undefined = undefined;
  #finish: string | undefined = undefined;
  #leaves: string | undefined = undefined;

  get complete(): boolean {
    return this.done;
  }

  chunk(text: string): void {
    this.#text = text;
    this.#tellingAt = placeAfter(telling, text, 0);
  }

  frame(start: number, end: number): FrameVerdict {
    const tells = this.#tellingAt !== -1 && this.#tellingAt < end;
    if (tells || this.#begins(errorName, start) || (!this.content && !this.#begins(beginning, start))) this.#read(start, end);
    if (tells) this.#tellingAt = placeAfter(telling, this.#text, end);
    // Some compatible servers end like Chat does. A client would stop there, and take what follows, an error, for nothing.
    return end - start <= longestDone && this.#isDone(start, end) ? 'drop' : 'keep';
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  finishReason(): string | undefined {
    return this.#finish;
  }

  leaves(): string | undefined {
    return this.#leaves;
  }

  #read(start: number, end: number): void {
    const frame = this.#text.slice(start, end);
    const json = parseFrameData(frame);
    const type = eventType(json);
    if (type === 'response.failed') this.#fail(json as JsonObject);
    else if (isError(json, type) || this.#begins(errorName, start)) this.error = json ?? frameData(frame);
    else if (type === 'response.completed' || type === 'response.incomplete') this.#end(json as JsonObject, type);
    else if (type.startsWith('response.') && !isBeginning(type)) this.content = true;
  }

  #end(event: JsonObject, type: string): void {
    this.content = true;
    this.done = true;
    this.#usage = responsesUsage(event);
    this.#leaves = responsesLeaves(event.response);
    this.#finish = responsesFinish(event.response) ?? type.slice('response.'.length);
  }

  /** Without the request's echo: what is said there, of a rate limit perhaps, is not what went wrong. */
  #fail(event: JsonObject): void {
    const failed = isJsonObject(event.response) ? event.response : {};
    this.error = { type: 'response.failed', response: { status: failed.status ?? null, error: failed.error ?? null } };
    this.#usage = responsesUsage(event);
    this.#finish = 'failed';
  }

  #begins(pattern: RegExp, start: number): boolean {
    pattern.lastIndex = start;
    return pattern.test(this.#text);
  }

  #isDone(start: number, end: number): boolean {
    const frame = this.#text.slice(start, end);
    return frame.includes('[DONE]') && frameFields(utf8(frame)).data === '[DONE]';
  }
}

/** An event that is an error, or Chat's way of saying it; an item's failed call is neither. */
function isError(json: JsonValue | undefined, type: string): boolean {
  if (type === 'error') return true;
  return isJsonObject(json) && !type.startsWith('response.') && json.error !== undefined && json.error !== null;
}

function placeAfter(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? -1;
}
