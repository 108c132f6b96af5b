import type { JsonValue } from '../model/json.ts';

// Server-sent events as bytes. Streams are cut into frames (up to and with the blank line) and forwarded as they came;
// only frames that somebody looks at are parsed. https://html.spec.whatwg.org/multipage/server-sent-events.html

const LF = 0x0a;
const CR = 0x0d;

const noBytes = Buffer.alloc(0);

/** No frame ends within a chunk. (0 would be an end: before its first byte.) */
const none = -1;

/** Held parts of fewer bytes are joined with others. */
const smallPart = 4 * 1024;

/**
 * Cuts a stream of bytes into regions of whole frames, wherever the chunks were split. Linear: a byte is looked at once
 * as it arrives, and held bytes are joined once, when their frame is complete (small parts a few times before).
 */
export class FrameSplitter {
  /** The last region's bytes, and the same as latin1 text (one character per byte). */
  bytes: Buffer = noBytes;
  text = '';

  readonly #maxFrame: number;
  #held: Buffer[] = [];
  #heldLength = 0;
  /** Some servers end lines with CR; until one is seen, two LF are the only blank line to look for. */
  #sawCarriageReturn = false;
  #lineIsEmpty = true;
  #afterCarriageReturn = false;
  /** Lines end with CRLF: a CR at the end of a chunk has its LF still to come, which belongs to the same frame. */
  #pairs = false;
  #awaitsLineFeed = false;
  /** Ends of the region's frames, when carriage returns are about. */
  #ends: number[] = [];
  #endsGiven = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrame = maxFrameBytes;
  }

  /** Takes a chunk. True when `bytes` and `text` hold a new region of whole frames. Throws RangeError over the limit. */
  push(chunk: Buffer): boolean {
    if (chunk.length === 0) return false; // what is held must end with the last byte seen
    if (!this.#sawCarriageReturn && chunk.indexOf(CR) !== -1) this.#watchCarriageReturns();
    const end = this.#sawCarriageReturn ? this.#lastEndByLines(chunk) : this.#lastEnd(chunk);
    if (end === none) {
      this.#hold(chunk);
      return false;
    }
    const head = end === chunk.length ? chunk : chunk.subarray(0, end);
    const whole = this.#heldLength === 0 ? head : Buffer.concat([...this.#held, head]);
    this.#held = [];
    this.#heldLength = 0;
    this.bytes = whole;
    this.text = whole.toString('latin1');
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return true;
  }

  /** Where the frame that begins at `start` of the region ends; the region's length after the last. */
  frameEnd(start: number): number {
    if (this.#sawCarriageReturn) return this.#nextEnd();
    const at = this.text.indexOf('\n\n', start);
    return at === -1 ? this.text.length : at + 2;
  }

  #nextEnd(): number {
    const end = this.#ends[this.#endsGiven] ?? this.text.length;
    this.#endsGiven += 1;
    return end;
  }

  /** Whether the stream stopped within a frame. */
  get incomplete(): boolean {
    return this.#heldLength > 0;
  }

  /** What is held of an unfinished frame, as a last region of one frame; it is forgotten. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldLength = 0;
    this.bytes = rest;
    this.text = rest.toString('latin1');
    this.#ends = [];
    return rest;
  }

  /** Ends the last region, which lacked its blank line. */
  complete(lineEnd: string): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(lineEnd)]);
    this.text += lineEnd;
  }

  #hold(part: Buffer): void {
    this.#heldLength += part.length;
    if (this.#heldLength > this.#maxFrame) throw new RangeError(`A stream event is larger than ${this.#maxFrame} bytes.`);
    this.#held.push(part);
    this.#joinSmall();
  }

  /** A buffer per byte would cost a hundred times its bytes: neighbours of one size are joined until they are large. */
  #joinSmall(): void {
    for (let last = this.#held.at(-1); last !== undefined && last.length < smallPart; last = this.#held.at(-1)) {
      const before = this.#held.at(-2);
      if (before === undefined || before.length > last.length) return;
      this.#held.splice(-2, 2, Buffer.concat([before, last]));
    }
  }

  #lastEnd(chunk: Buffer): number {
    // Most chunks end with a frame; looking is much cheaper than searching.
    if (chunk[chunk.length - 1] === LF && chunk[chunk.length - 2] === LF) return chunk.length;
    const at = chunk.lastIndexOf('\n\n', undefined, 'latin1');
    if (at !== -1) return at + 2;
    return chunk[0] === LF && this.#held.at(-1)?.at(-1) === LF ? 1 : none;
  }

  /** From now on line by line. What is held had only LF; the state after it follows from its last byte. */
  #watchCarriageReturns(): void {
    this.#sawCarriageReturn = true;
    this.#lineIsEmpty = this.#heldLength === 0 || this.#held.at(-1)?.at(-1) === LF;
  }

  #lastEndByLines(chunk: Buffer): number {
    const before = this.#heldLength;
    const ends: number[] = [];
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (this.#awaitsLineFeed) {
        this.#awaitsLineFeed = false;
        ends.push(before + index);
      }
      if (this.#afterCarriageReturn) this.#pairs = byte === LF;
      if (byte === LF && this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false; // the second half of CRLF belongs to the line end before it
        if (ends.at(-1) === before + index) ends[ends.length - 1] = before + index + 1;
      } else if (byte === LF || byte === CR) {
        this.#afterCarriageReturn = byte === CR;
        if (this.#lineIsEmpty) ends.push(before + index + 1);
        this.#lineIsEmpty = true;
      } else {
        this.#afterCarriageReturn = false;
        this.#lineIsEmpty = false;
      }
    }
    if (this.#pairs && this.#afterCarriageReturn && ends.at(-1) === before + chunk.length) {
      this.#awaitsLineFeed = true;
      ends.pop();
    }
    this.#ends = ends;
    this.#endsGiven = 0;
    const last = ends.at(-1);
    return last === undefined ? none : last - before;
  }
}

/** The payload of a frame: its `data:` lines joined, as text. The frame is latin1 (one character per byte). */
export function frameData(frame: string): string {
  if (frame.startsWith('data: ') && frame.indexOf('\n') === frame.length - 2) return utf8(frame.slice(6, -2));
  return frameFields(utf8(frame)).data;
}

/** The payload parsed, or `undefined` when it is not JSON. */
export function parseFrameData(frame: string): JsonValue | undefined {
  const data = frameData(frame);
  if (data === '') return undefined;
  try {
    return JSON.parse(data) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Event name and joined data of a frame given as real text. */
export function frameFields(frame: string): { readonly name: string | undefined; readonly data: string } {
  return usualFields(frame) ?? fieldsByLines(frame);
}

/** Nearly every frame: one `data:` line, an `event:` line before it at most. `undefined` for others. */
function usualFields(frame: string): { readonly name: string | undefined; readonly data: string } | undefined {
  const start = frame.startsWith('event: ') ? frame.indexOf('\n') + 1 : 0;
  const end = frame.length - 2;
  if (!frame.startsWith('data: ', start) || frame.indexOf('\n', start) !== end || frame.includes('\r')) return undefined;
  return { name: start === 0 ? undefined : frame.slice('event: '.length, start - 1), data: frame.slice(start + 'data: '.length, end) };
}

function fieldsByLines(frame: string): { readonly name: string | undefined; readonly data: string } {
  let name: string | undefined;
  const data: string[] = [];
  for (const line of frame.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue; // a comment
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
  }
  return { name, data: data.join('\n') };
}

/** A frame with another payload where its first `data:` line stood; its other fields and its line ends stay. */
export function frameWithData(frame: string, data: string): string {
  let output = '';
  let written = false;
  for (const [line, text, end] of frame.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const prefix = /^\uFEFF?data(?:: ?|$)/.exec(text as string)?.[0];
    if (prefix === undefined) {
      output += line;
      continue;
    }
    if (written) continue;
    written = true;
    const field = prefix.includes(':') ? prefix : `${prefix}: `;
    output += data
      .split('\n')
      .map((part, index) => (index === 0 ? field : 'data: ') + part + (end || '\n'))
      .join('');
  }
  return output;
}

/** Bytes that were read as latin1, read as UTF-8. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
