import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { Usage } from '../../model/usage.ts';
import { anthropicUsage, laterUsage } from '../anthropic-usage.ts';
import type { FrameVerdict, StreamObserver } from '../dialect.ts';
import { frameFields, utf8 } from '../sse.ts';
import { eventType } from './event-type.ts';
import { hasStopReason } from './finish.ts';
import { messageLeaves } from './leaves.ts';

/** How the frames begin that streams consist of; where a server leaves the name out, with the data. */
const deltaName = 'event: content_block_delta';
const deltaData = 'data: {"type":"content_block_delta"';

/**
 * Watches an Anthropic stream. Nearly all of its frames are deltas of content, which are told by how they begin and looked
 * at no further once content was seen; JSON is parsed for the few others. Nothing is asked for, so nothing is left out.
 */
export class MessagesStreamObserver implements StreamObserver {
  readonly cutStart = 0;
  readonly cutEnd = 0;
  content = false;
  done = false;
  error: JsonValue | undefined = undefined;

  #text = '';
  #reported: JsonObject | undefined = undefined;
  #usage: Usage | undefined = undefined;
  #finishReason: string | undefined = undefined;
  #leaves: string | undefined = undefined;

  /** Why it stopped comes last but for `message_stop`. */
  get complete(): boolean {
    return this.done || this.#finishReason !== undefined;
  }

  chunk(text: string): void {
    this.#text = text;
  }

  frame(start: number, end: number): FrameVerdict {
    const isDelta = this.#text.startsWith(deltaName, start) || this.#text.startsWith(deltaData, start);
    if (!this.content || !isDelta) this.#read(this.#text.slice(start, end));
    return 'keep';
  }

  /** Summed up when somebody asks: a stream may report it with every event. */
  usage(): Usage | undefined {
    if (this.#usage === undefined && this.#reported !== undefined) this.#usage = anthropicUsage({ usage: this.#reported });
    return this.#usage;
  }

  finishReason(): string | undefined {
    return this.#finishReason;
  }

  leaves(): string | undefined {
    return this.#leaves;
  }

  #read(frame: string): void {
    const { name, data } = frameFields(utf8(frame));
    const json = parsed(data);
    if (isError(name, json)) this.error = json ?? data;
    if (this.error !== undefined || !isJsonObject(json)) return;
    const type = eventType(json);
    if (isJsonObject(json.message)) this.#note(json.message, json.message);
    else this.#note(json, type === 'message_delta' ? json.delta : undefined);
    if (type === 'message_stop') this.done = true;
    if (!this.content) this.content = this.#finishReason !== undefined || hasContent(json);
  }

  /** `message`: the message, or what has changed of it. */
  #note(reporting: JsonObject, message: JsonValue | undefined): void {
    if (isJsonObject(reporting.usage)) {
      this.#reported = this.#reported === undefined ? reporting.usage : laterUsage(this.#reported, reporting.usage);
      this.#usage = undefined;
    }
    if (hasStopReason(message)) this.#finishReason = message.stop_reason;
    this.#leaves = messageLeaves(message) ?? this.#leaves;
  }
}

/** By its name the SDK throws whatever the data is; servers that are merely compatible may leave the name out. */
function isError(name: string | undefined, json: JsonValue | undefined): boolean {
  if (name === 'error' || eventType(json) === 'error') return true;
  return isJsonObject(json) && json.error !== undefined && json.error !== null;
}

/** Whether an event has something for the client: an empty text is nothing yet, the beginning of a tool's call is. */
function hasContent(event: JsonObject): boolean {
  const type = eventType(event);
  if (type === 'content_block_start') return !isEmptyBlock(event.content_block);
  if (type !== 'content_block_delta' || !isJsonObject(event.delta)) return false;
  return Object.entries(event.delta).some(([key, value]) => key !== 'type' && typeof value !== 'number' && value !== '' && value !== null);
}

function isEmptyBlock(block: JsonValue | undefined): boolean {
  if (!isJsonObject(block)) return true;
  if (block.type === 'text') return !isText(block.text);
  return block.type === 'thinking' && !isText(block.thinking) && !isText(block.signature);
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

function parsed(data: string): JsonValue | undefined {
  try {
    return JSON.parse(data) as JsonValue;
  } catch {
    return undefined;
  }
}
