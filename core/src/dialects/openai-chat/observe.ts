import { topLevelKeySpan } from '../../json/span-of.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { Usage } from '../../model/usage.ts';
import type { FrameVerdict, StreamObserver } from '../dialect.ts';
import { openaiUsage } from '../openai-usage.ts';
import { frameData, parseFrameData } from '../sse.ts';
import { hasFinishReason } from './finish.ts';
import { eventTexts, indexOf } from './texts.ts';

/** What every chunk of a metered stream ends with: looked for at a fixed place instead of searched. */
const nullUsageTail = '"usage":null}\n\n';

/** The key of an error. A pattern, not a text: `indexOf` stops at every quote, and of those JSON is full. */
const errorKey = /"error["]/g;

/** Where a choice says that it is over; until then the value is null, on some servers `""`. */
const finish = /"finish_reason"\s*:\s*"[^"]/g;

/** Before a search: lower than any place, and not the -1 of a search in vain. */
const notSearched = -2;

/** `[DONE]` may have a comment or an event name before it; longer frames are not looked at for it. */
const longestDone = 80;

/**
 * Watches an OpenAI chat stream at about the price of finding its line ends. A few searches run per chunk of bytes, not
 * per event (`"error"`, a finish reason, and `"usage"` where it is not at its usual place); JSON is parsed for the first
 * events, until content was seen, and for the few that carry a finish reason, usage or an error.
 */
export class ChatStreamObserver implements StreamObserver {
  cutStart = 0;
  cutEnd = 0;
  content = false;
  done = false;
  error: JsonValue | undefined = undefined;

  readonly #stripUsage: boolean;
  #text = '';
  /** Finish reasons by choice. */
  readonly #finished = new Map<number, string>();
  readonly #choices: number;
  #errorAt = -1;
  #finishAt = -1;
  #usageAt = -1;
  #usage: Usage | undefined = undefined;

  /** `choices`: how many the client asked for. */
  constructor(stripUsage: boolean, choices = 1) {
    this.#stripUsage = stripUsage;
    this.#choices = choices;
  }

  get complete(): boolean {
    return this.done || this.#finished.size >= this.#choices;
  }

  chunk(text: string): void {
    this.#text = text;
    this.#errorAt = placeAfter(errorKey, text, 0);
    this.#finishAt = placeAfter(finish, text, 0);
    this.#usageAt = notSearched;
  }

  frame(start: number, end: number): FrameVerdict {
    if (!this.content) this.#lookForContent(start, end);
    if (this.#errorAt !== -1) this.#lookForError(start, end);
    if (this.#finishAt !== -1 && this.#finishAt < end) this.#readFinish(start, end);
    if (this.#text.startsWith(nullUsageTail, end - nullUsageTail.length)) return this.#cutTail(end);
    if (this.#usageAt < start && this.#usageAt !== -1) this.#usageAt = this.#text.indexOf('"usage"', start);
    if (this.#usageAt !== -1 && this.#usageAt < end) return this.#readUsage(start, end);
    if (end - start <= longestDone) this.#lookForDone(start, end);
    return 'keep';
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  /** The first choice's; the others' where it has none. */
  finishReason(): string | undefined {
    return this.#finished.get(0) ?? this.#finished.values().next().value;
  }

  #readFinish(start: number, end: number): void {
    const json = parseFrameData(this.#text.slice(start, end));
    const choices = isJsonObject(json) && Array.isArray(json.choices) ? (json.choices as readonly JsonValue[]) : [];
    for (const [position, choice] of choices.entries())
      if (isJsonObject(choice) && hasFinishReason(choice)) this.#finished.set(indexOf(choice, position), String(choice.finish_reason));
    this.#finishAt = placeAfter(finish, this.#text, end);
  }

  /** `,"usage":null}` closes the event, so the key is a member of the event itself. */
  #cutTail(end: number): FrameVerdict {
    if (!this.#stripUsage) return 'keep';
    this.cutEnd = end - 3;
    this.cutStart = this.cutEnd - ',"usage":null'.length;
    return this.#text.charCodeAt(this.cutStart) === 0x2c ? 'cut' : 'keep';
  }

  #readUsage(start: number, end: number): FrameVerdict {
    const json = parseFrameData(this.#text.slice(start, end));
    if (!isJsonObject(json)) return 'keep';
    this.#usage = openaiUsage(json) ?? this.#usage;
    if (!this.#stripUsage) return 'keep';
    const choices = json.choices;
    if (isJsonObject(json.usage)) return Array.isArray(choices) && choices.length === 0 ? 'drop' : 'keep';
    return json.usage === null ? this.#cutKey(start, end) : 'keep';
  }

  #cutKey(start: number, end: number): FrameVerdict {
    const span = topLevelKeySpan(this.#text.slice(start, end), 'usage');
    if (span === undefined) return 'keep';
    this.cutStart = start + span.start;
    this.cutEnd = start + span.end;
    return 'cut';
  }

  #lookForContent(start: number, end: number): void {
    const json = parseFrameData(this.#text.slice(start, end));
    if (!isJsonObject(json)) return;
    this.content = eventTexts(json).some((piece) => piece.text !== '' || piece.scope === 'toolInput') || hasFinish(json);
  }

  #lookForDone(start: number, end: number): void {
    const frame = this.#text.slice(start, end);
    if (frame.includes('[DONE]') && frameData(frame) === '[DONE]') this.done = true;
  }

  #lookForError(start: number, end: number): void {
    if (this.#errorAt < start) this.#errorAt = placeAfter(errorKey, this.#text, start);
    if (this.#errorAt === -1 || this.#errorAt >= end) return;
    const frame = this.#text.slice(start, end);
    const json = parseFrameData(frame);
    if (!isJsonObject(json)) return;
    // `{"error":{…}}`, OpenRouter's chunk with an `error` member, or Mistral's `{"object":"error",…}`; a mere mention in
    // a text is none of these.
    if ((json.error !== undefined && json.error !== null) || json.object === 'error') this.error = json;
  }
}

function hasFinish(json: Readonly<Record<string, JsonValue>>): boolean {
  const choices = json.choices;
  return Array.isArray(choices) && choices.some((choice: JsonValue) => isJsonObject(choice) && hasFinishReason(choice));
}

function placeAfter(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? -1;
}
