import type { CallDialect, StreamDialect } from '../dialects/dialect.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import type { AnswerAbout, ChatTranslation, NeutralReader, NeutralWriter } from '../dialects/translation.ts';
import type { StreamEvent } from '../model/events.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import type { NeutralEvent } from '../model/neutral.ts';

/** A format whose streams can be joined. */
export interface JoinableFormat {
  readonly chat: ChatTranslation;
  readonly stream: StreamDialect;
}

export function joinable({ chat, stream }: CallDialect): JoinableFormat | undefined {
  return chat === undefined || stream === undefined ? undefined : { chat, stream };
}

/**
 * Joins a stream that broke off and the stream that answers again. What was delivered is read once more, and a writer of the same
 * format is brought to where the client is: its further frames go on with the first stream's id, model and places. Of the second
 * stream only what the client does not have yet is written. Both are in the client's format.
 */
export class Splice {
  /** The text that the client has. */
  readonly text: string;
  readonly #format: JoinableFormat;
  readonly #reader: NeutralReader;
  readonly #writer: NeutralWriter;
  readonly #patch: (frame: string) => string;
  /** What the second stream must still say again before it says something new. */
  #toRepeat: string;
  /** The client has the space before the next word already, where the second stream goes on after a prefill without it. */
  #spaced = '';

  private constructor(format: JoinableFormat, writer: NeutralWriter, text: string, patch: (frame: string) => string) {
    this.#format = format;
    this.#reader = format.chat.streamReader();
    this.#writer = writer;
    this.#patch = patch;
    this.text = text;
    this.#toRepeat = text;
  }

  /** `undefined` where it cannot be gone on from: there were tool calls or a refusal, or it was about to end. */
  static after(delivered: Buffer, format: JoinableFormat, about: AnswerAbout): Splice | undefined {
    const { chat, stream } = format;
    const events = eventsOf(delivered, stream);
    const first = events.find(({ json }) => json !== undefined)?.json;
    const reader = chat.streamReader();
    const writer = chat.streamWriter({ ...about, created: createdOf(first) ?? about.created });
    let text = '';
    let replayed = '';
    for (const { json, name } of events) {
      if (json === undefined) continue;
      if (isOneOfSeveral(json)) return undefined;
      for (const event of reader.read(json, name)) {
        if (!isJoinable(event)) return undefined;
        if (event.kind === 'text') text += event.text;
        replayed += writer.write(event);
      }
    }
    if (text === '' || reader.end().some(({ kind }) => kind === 'stop')) return undefined;
    const written = eventsOf(Buffer.from(replayed), stream);
    if (placesOf(written) !== placesOf(events)) return undefined;
    const patch = stream.rejoin?.(events, written) ?? ((frame: string) => frame);
    return new Splice(format, writer, text, patch);
  }

  /** The second stream goes on from `text`, which was sent along with the request, less the white space at its end. */
  continues(): void {
    this.#toRepeat = '';
    this.#spaced = this.text.slice(this.text.trimEnd().length);
  }

  /** The client's next frames. Throws `UnfitError` when the second stream says something else than the client has. */
  push(region: Buffer): Buffer {
    let frames = '';
    for (const { json, name } of eventsOf(region, this.#format.stream)) {
      if (json === undefined) continue;
      if (isOneOfSeveral(json)) throw new UnfitError();
      for (const event of this.#reader.read(json, name)) frames += this.#write(event);
    }
    return Buffer.from(this.#patch(frames));
  }

  /** The second stream ended well. */
  end(): Buffer {
    let frames = '';
    for (const event of this.#reader.end()) frames += this.#write(event);
    if (this.#toRepeat !== '') throw new UnfitError();
    return Buffer.from(this.#patch(frames + this.#writer.end()));
  }

  #write(event: NeutralEvent): string {
    switch (event.kind) {
      case 'start':
      case 'reasoning':
      case 'reasoningOpaque':
        return ''; // said once
      case 'text':
        return this.#writeText(event.text);
      case 'usage':
        return this.#writer.write(event);
      case 'partEnd':
        return this.#toRepeat === '' && event.call === undefined ? '' : this.#new(event);
      default:
        return this.#new(event);
    }
  }

  #new(event: NeutralEvent): string {
    if (this.#toRepeat !== '' && event.kind !== 'partEnd') throw new UnfitError();
    return this.#toRepeat === '' ? this.#writer.write(event) : '';
  }

  #writeText(text: string): string {
    let rest = text;
    if (this.#toRepeat !== '') {
      const repeated = Math.min(this.#toRepeat.length, rest.length);
      if (!this.#toRepeat.startsWith(rest.slice(0, repeated))) throw new UnfitError();
      this.#toRepeat = this.#toRepeat.slice(repeated);
      rest = rest.slice(repeated);
    }
    for (; this.#spaced !== '' && rest !== ''; rest = rest.slice(1)) {
      if (rest[0] !== this.#spaced[0]) {
        this.#spaced = '';
        break;
      }
      this.#spaced = this.#spaced.slice(1);
    }
    return rest === '' ? '' : this.#writer.write({ kind: 'text', text: rest });
  }
}

/** The second answer is another than the first. */
export class UnfitError extends Error {
  constructor() {
    super('the answer that was begun again does not fit what was sent');
    this.name = 'UnfitError';
  }
}

/** An event of an answer that is one of several, which readers would take for one (Chat's `n`, Gemini's `candidateCount`). */
function isOneOfSeveral(json: JsonValue): boolean {
  if (!isJsonObject(json)) return false;
  const answers = json.choices ?? json.candidates;
  return Array.isArray(answers) && answers.some((one) => isJsonObject(one) && typeof one.index === 'number' && one.index > 0);
}

/**
 * The places of a stream's blocks or items. Where the first has some that a writer would not make, such as those of a provider's
 * own tools, further frames would go to the wrong ones.
 */
function placesOf(events: readonly StreamEvent[]): string {
  const places = events.flatMap(({ json }) => (isJsonObject(json) ? [json.output_index ?? json.index] : []));
  return [...new Set(places)].filter((place) => typeof place === 'number').join();
}

/** Text and reasoning: what a second stream can say again, or go on with. */
function isJoinable({ kind }: NeutralEvent): boolean {
  return (
    kind === 'start' || kind === 'text' || kind === 'reasoning' || kind === 'reasoningOpaque' || kind === 'usage' || kind === 'partEnd'
  );
}

function createdOf(first: JsonValue | undefined): number | undefined {
  if (!isJsonObject(first)) return undefined;
  const created = isJsonObject(first.response) ? first.response.created_at : first.created;
  return typeof created === 'number' ? created : undefined;
}
