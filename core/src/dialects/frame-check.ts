import { isUtf8 } from 'node:buffer';
import { isJson, type JsonShape, JsonShapes } from '../json/shapes.ts';
import { frameFields, utf8 } from './sse.ts';

/**
 * What a frame is for clients. `empty`: an event without data, which the standard does not dispatch, but of which OpenAI's
 * clients parse the nothing, and throw. `bad`: its data is not JSON. `bad-error`: one of these, but by its name it tells of an error.
 */
export type FrameSoundness = 'sound' | 'empty' | 'bad' | 'bad-error';

const LF = 0x0a;

const none = -1;

/** Up to the data of nearly every frame: one `data:` line, and one that has none before it at most. */
const lead = /(?:(?:event|id):[^\r\n]*\r?\n)?data: ?/y;

/** From the end of one frame's data to the next one's. */
const between = String.raw`(?:\n\n|\r\n\r\n)${lead.source}`;

/** What makes a frame more than a comment. */
const eventField = /(?:^\uFEFF?|[\r\n])(?:data|event)(?:[:\r\n]|$)/;

/** Frames of one stream that teach their shapes; a stream whose frames are all different costs a parse each and no more. */
const maxLessons = 64;

/** What one dialect's streams look like, whoever's they are: keys, no values. */
const shapesOf = new WeakMap<object, JsonShapes>();

/**
 * Looks whether the events of one stream are JSON: an SDK throws away the whole answer over one that is not. Bytes that
 * are not UTF-8 are no JSON either (RFC 8259, 8.1): clients in Python decode strictly, and throw like over broken JSON. Called once
 * per event on the hot path, so it parses only what it does not know by its shape.
 */
export class FrameCheck {
  readonly #shapes: JsonShapes;
  /** The shape that matched last: mostly that of the next frame, too. */
  #last: JsonShape | undefined = undefined;
  #lessons = maxLessons;
  #bytes: Buffer | undefined = undefined;
  #text = '';
  #isUtf8 = true;
  /** Frames up to here are known to be sound: those that are alike are looked at in one go. */
  #soundUntil = 0;

  /** `dialect`: streams of the same one look alike. */
  constructor(dialect: object) {
    let shapes = shapesOf.get(dialect);
    if (shapes === undefined) {
      shapes = new JsonShapes(between);
      shapesOf.set(dialect, shapes);
    }
    this.#shapes = shapes;
  }

  /** A new chunk begins: bytes, and the same as latin1. */
  chunk(bytes: Buffer, text: string): void {
    this.#bytes = bytes;
    this.#text = text;
    this.#isUtf8 = isUtf8(bytes);
    this.#soundUntil = 0;
  }

  /** One frame of the chunk, from `start` to `end` (blank line included). */
  frame(start: number, end: number): FrameSoundness {
    if (end <= this.#soundUntil) return 'sound';
    if (!this.#isUtf8 && !isUtf8((this.#bytes as Buffer).subarray(start, end))) return this.#bad(start, end);
    const text = this.#text;
    const from = text.startsWith('data: ', start) ? start + 6 : this.#dataStart(start);
    const to = this.#dataEnd(end);
    if (from === none || to <= from) return this.#read(start, end);
    const known = this.#last?.reaches(text, from, to) ? this.#last : this.#shapes.find(text, from, to);
    if (known === undefined) return this.#learn(from, to) ? 'sound' : this.#read(start, end);
    this.#last = known;
    if (this.#isUtf8) this.#soundUntil = this.#frameEnd(known.end);
    return 'sound';
  }

  /** Where a frame ends whose data ends here; the same place where more of it follows. */
  #frameEnd(dataEnd: number): number {
    const text = this.#text;
    if (text.charCodeAt(dataEnd) === LF && text.charCodeAt(dataEnd + 1) === LF) return dataEnd + 2;
    return text.startsWith('\r\n\r\n', dataEnd) ? dataEnd + 4 : dataEnd;
  }

  #dataStart(start: number): number {
    lead.lastIndex = start;
    return lead.test(this.#text) ? lead.lastIndex : none;
  }

  /** Where the data of a frame ends that is followed by a blank line. */
  #dataEnd(end: number): number {
    const text = this.#text;
    if (text.charCodeAt(end - 1) === LF && text.charCodeAt(end - 2) === LF) return end - 2;
    return text.startsWith('\r\n\r\n', end - 4) ? end - 4 : none;
  }

  #learn(from: number, to: number): boolean {
    const data = this.#text.slice(from, to);
    // What JSON takes for space ends a line here: what follows is not of the data.
    if (this.#lessons === 0 || /[\r\n]/.test(data)) return false;
    this.#lessons -= 1;
    return this.#shapes.learn(data);
  }

  /** Any frame, by all the rules. */
  #read(start: number, end: number): FrameSoundness {
    const frame = utf8(this.#text.slice(start, end));
    const { name, data } = frameFields(frame);
    if (data === '' ? !eventField.test(frame) : data === '[DONE]' || isJson(data)) return 'sound';
    if (name === 'error') return 'bad-error';
    return data === '' ? 'empty' : 'bad';
  }

  /** Bytes that are no text. Clients in Python decode strictly, comments too; a comment is no loss. */
  #bad(start: number, end: number): FrameSoundness {
    const frame = utf8(this.#text.slice(start, end));
    const { name, data } = frameFields(frame);
    if (name === 'error') return 'bad-error';
    return data === '' ? 'empty' : 'bad';
  }
}
