import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { Usage } from '../../model/usage.ts';
import type { FrameVerdict, StreamObserver } from '../dialect.ts';
import { fieldOf, objectElements } from '../google-fields.ts';
import { googleUsage } from '../google-usage.ts';
import { parseFrameData, utf8 } from '../sse.ts';
import { blockOf, finishOf } from './finish.ts';
import { candidates, silentKeys } from './texts.ts';

/** The key of an error. A pattern, not a text: `indexOf` stops at every quote, and of those JSON is full. */
const errorKey = /"error["]/g;

/** Where a candidate says that it is over, or the prompt that it was blocked. Within a text the quote would be escaped. */
const reasonKey = /Reason["]\s*:\s*(?:"[^"]|[1-9])/g;

/** What every usage object has. */
const usageKey = 'TokenCount"';

/**
 * Watches a stream of Gemini's. A few searches run per chunk of bytes, not per event; JSON is parsed for the first events,
 * until content was seen, and for the few that carry a reason to end or an error. Every event has usage so far: the last
 * one counts, so it is kept as it came and parsed when somebody asks.
 */
export class GenerateContentObserver implements StreamObserver {
  readonly cutStart = 0;
  readonly cutEnd = 0;
  content = false;
  /** No event is the last: the stream ends with its body, and what follows a finish reason may still be grounding or usage. */
  readonly done = false;
  error: JsonValue | undefined = undefined;

  readonly #candidates: number;
  /** Finish reasons by candidate. */
  readonly #finished = new Map<number, string>();
  #blocked: string | undefined = undefined;
  #text = '';
  #errorAt = -1;
  #reasonAt = -1;
  #usageAt = -1;
  #usage: Usage | undefined = undefined;
  /** The last frame with usage that was not parsed. */
  #usageFrame = '';

  /** `asked`: how many candidates the client asked for. */
  constructor(asked = 1) {
    this.#candidates = asked;
  }

  get complete(): boolean {
    return this.#blocked !== undefined || this.#finished.size >= this.#candidates;
  }

  chunk(text: string): void {
    this.#text = text;
    this.#errorAt = placeAfter(errorKey, text, 0);
    this.#reasonAt = placeAfter(reasonKey, text, 0);
    this.#usageAt = text.lastIndexOf(usageKey);
  }

  frame(start: number, end: number): FrameVerdict {
    const mayBeError = this.#errorAt !== -1 && this.#errorAt < end;
    const mayBeOver = this.#reasonAt !== -1 && this.#reasonAt < end;
    if (!this.content || mayBeError || mayBeOver) {
      if (mayBeError) this.#errorAt = placeAfter(errorKey, this.#text, end);
      if (mayBeOver) this.#reasonAt = placeAfter(reasonKey, this.#text, end);
      this.#read(this.#text.slice(start, end));
    } else if (this.#usageAt >= start && this.#usageAt < end) this.#usageFrame = this.#text.slice(start, end);
    return 'keep';
  }

  usage(): Usage | undefined {
    if (this.#usageFrame !== '') this.#noteUsage(parseFrameData(this.#usageFrame) ?? null);
    this.#usageFrame = '';
    return this.#usage;
  }

  /** The first candidate's; the others' where it has none, or why the prompt was blocked. */
  finishReason(): string | undefined {
    return this.#finished.get(0) ?? this.#finished.values().next().value ?? this.#blocked;
  }

  #read(frame: string): void {
    const json = parseFrameData(frame) ?? bareJson(frame);
    const error = errorIn(json);
    if (error !== undefined) this.error = error;
    if (error !== undefined || !isJsonObject(json)) return;
    for (const [candidate, index] of candidates(json)) {
      const finish = finishOf(candidate);
      if (finish !== undefined) this.#finished.set(index, finish);
    }
    this.#blocked = blockOf(json) ?? this.#blocked;
    if (!this.content) this.content = this.#blocked !== undefined || this.#finished.size > 0 || hasContent(json);
    this.#noteUsage(json);
  }

  #noteUsage(json: JsonValue): void {
    const usage = googleUsage(json);
    if (usage === undefined) return;
    this.#usage = usage;
    this.#usageFrame = '';
  }
}

/** An error as the only member that matters; some of Google's servers put it into an array. */
function errorIn(json: JsonValue | undefined): JsonValue | undefined {
  const first: JsonValue | undefined = Array.isArray(json) ? (json[0] as JsonValue | undefined) : json;
  return isJsonObject(first) && first.error !== undefined && first.error !== null ? first : undefined;
}

/** Google's servers may write an error between events as it is, without `data:`; its own SDK reads it there too. */
function bareJson(frame: string): JsonValue | undefined {
  const first = /\S/.exec(frame)?.[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(utf8(frame)) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Whether an event has something for the client: a text, a call, an image; an empty text or a signature alone is nothing yet. */
function hasContent(json: JsonObject): boolean {
  for (const [candidate] of candidates(json)) {
    const content = fieldOf(candidate, 'content');
    if (!isJsonObject(content)) continue;
    for (const [part] of objectElements(content, 'parts', []))
      for (const key of Object.keys(part)) if (!silentKeys.has(key) && part[key] !== '' && part[key] !== null) return true;
  }
  return false;
}

function placeAfter(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? -1;
}
