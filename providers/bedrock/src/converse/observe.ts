import {
  type FrameVerdict,
  frameData,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseFrameData,
  type StreamObserver,
  textOf,
  type Usage,
} from '@express-ai-gateway/core/provider';
import { isClientsTool } from './decode-answer.ts';
import { objectOf } from './object-of.ts';
import { converseUsage } from './usage.ts';

/** How the frames begin that streams consist of. The framing writes them, so this is how they look. */
const delta = 'event: contentBlockDelta\n';

/**
 * Watches a stream of Converse. Nearly all of its frames are deltas, which are told by how they begin and looked at no further
 * once content was seen; JSON is parsed for the few others. The stream ends with `metadata`, which holds the usage.
 */
export class ConverseStreamObserver implements StreamObserver {
  readonly cutStart = 0;
  readonly cutEnd = 0;
  content = false;
  done = false;
  error: JsonValue | undefined = undefined;

  #text = '';
  #usage: Usage | undefined = undefined;
  #stopReason: string | undefined = undefined;

  get complete(): boolean {
    return this.done || this.#stopReason !== undefined;
  }

  chunk(text: string): void {
    this.#text = text;
  }

  frame(start: number, end: number): FrameVerdict {
    if (!this.content || !this.#text.startsWith(delta, start)) this.#read(this.#text.slice(start, end));
    return 'keep';
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  finishReason(): string | undefined {
    return this.#stopReason;
  }

  #read(frame: string): void {
    const name = /^event: ([\w.-]*)/.exec(frame)?.[1];
    const json = parseFrameData(frame);
    if (name === 'error') this.error = json ?? frameData(frame);
    if (!isJsonObject(json)) return;
    if (name === 'messageStop') this.#stopReason = textOf(json.stopReason) || undefined;
    if (name === 'metadata') {
      this.#usage = converseUsage(json);
      this.done = true;
    }
    if (!this.content) this.content = this.#stopReason !== undefined || hasContent(json);
  }
}

/** Whether an event has something for the client: an empty text is nothing yet, the beginning of its tool's call is. */
function hasContent(event: JsonObject): boolean {
  const { toolUse } = objectOf(event.start);
  if (isJsonObject(toolUse)) return isClientsTool(toolUse);
  return Object.values(objectOf(event.delta)).some((value) =>
    typeof value === 'string' ? value !== '' : Object.values(objectOf(value)).some((member) => typeof member === 'string' && member !== ''),
  );
}
