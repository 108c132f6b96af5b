import { topLevelKeySpan } from '../../json/span-of.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { Usage } from '../../model/usage.ts';
import type { FrameVerdict, StreamObserver } from '../dialect.ts';
import { openaiUsage } from '../openai-usage.ts';
import { frameData, parseFrameData } from '../sse.ts';
import { channelOf, choicesOf, eventTexts, finishOf } from './texts.ts';

/** What a frame must hold to be worth parsing, once content was seen. */
const telling = /"usage"|"error"|"finish_reason"\s*:\s*"/;

/** `[DONE]` may have a comment or an event name before it; longer frames are not looked at for it. */
const longestDone = 80;

/** Watches a stream of legacy completions: simpler than Chat's, for it is not what anybody's traffic is made of. */
export class CompletionsStreamObserver implements StreamObserver {
  cutStart = 0;
  cutEnd = 0;
  content = false;
  done = false;
  error: JsonValue | undefined = undefined;

  readonly #stripUsage: boolean;
  readonly #choices: number;
  /** Finish reasons by choice. */
  readonly #finished = new Map<string, string>();
  #text = '';
  #usage: Usage | undefined = undefined;

  /** `choices`: how many the client asked for. */
  constructor(stripUsage: boolean, choices: number) {
    this.#stripUsage = stripUsage;
    this.#choices = choices;
  }

  get complete(): boolean {
    return this.done || this.#finished.size >= this.#choices;
  }

  chunk(text: string): void {
    this.#text = text;
  }

  frame(start: number, end: number): FrameVerdict {
    const frame = this.#text.slice(start, end);
    if (end - start <= longestDone && frame.includes('[DONE]') && frameData(frame) === '[DONE]') this.done = true;
    else if (!this.content || telling.test(frame)) {
      const json = parseFrameData(frame);
      if (isJsonObject(json)) return this.#read(json, frame, start);
    }
    return 'keep';
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  /** The first choice's; the others' where it has none. */
  finishReason(): string | undefined {
    return this.#finished.get('0:') ?? this.#finished.values().next().value;
  }

  #read(json: JsonObject, frame: string, start: number): FrameVerdict {
    if ((json.error !== undefined && json.error !== null) || json.object === 'error') this.error = json;
    for (const [position, choice] of choicesOf(json)) {
      const finish = finishOf(choice);
      if (finish !== undefined) this.#finished.set(channelOf(choice, position), finish);
    }
    this.content ||= this.#finished.size > 0 || eventTexts(json).some(({ text }) => text !== '');
    this.#usage = openaiUsage(json) ?? this.#usage;
    return this.#stripUsage ? this.#stripped(json, frame, start) : 'keep';
  }

  /** Without what the gateway asked for: the chunk with usage alone, and `usage: null` of all others. */
  #stripped(json: JsonObject, frame: string, start: number): FrameVerdict {
    if (isJsonObject(json.usage)) return Array.isArray(json.choices) && json.choices.length === 0 ? 'drop' : 'keep';
    const span = json.usage === null ? topLevelKeySpan(frame, 'usage') : undefined;
    if (span === undefined) return 'keep';
    this.cutStart = start + span.start;
    this.cutEnd = start + span.end;
    return 'cut';
  }
}
