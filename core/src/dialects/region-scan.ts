import type { FrameVerdict, StreamObserver } from './dialect.ts';
import { FrameCheck } from './frame-check.ts';
import type { FrameSplitter } from './sse.ts';

/** So many events that are not JSON end a stream. */
const maxBadEvents = 3;

export interface RegionScanOptions {
  readonly observer: StreamObserver;
  /** The regions' frames. */
  readonly splitter: FrameSplitter;
  /** Checks frames; streams of the same dialect share what it learned. */
  readonly dialect: object;
  /** An event that is not JSON was left out: the so-manieth of this stream. */
  readonly onBadEvent: ((count: number) => void) | undefined;
}

/** Looks at each frame of one stream's regions, and leaves out what no client should read. */
export class RegionScan {
  readonly #observer: StreamObserver;
  readonly #splitter: FrameSplitter;
  readonly #check: FrameCheck;
  readonly #onBadEvent: ((count: number) => void) | undefined;
  #badEvents = 0;

  constructor({ observer, splitter, dialect, onBadEvent }: RegionScanOptions) {
    this.#observer = observer;
    this.#splitter = splitter;
    this.#check = new FrameCheck(dialect);
    this.#onBadEvent = onBadEvent;
  }

  /** Whether so many events were no JSON that the stream is given up. */
  get spoilt(): boolean {
    return this.#badEvents === maxBadEvents;
  }

  /** A region without dropped frames, cut parts, bad events, the upstream's error and what follows the last event. */
  push(bytes: Buffer, text: string): Buffer {
    const observer = this.#observer;
    observer.chunk(text);
    this.#check.chunk(bytes, text);
    let output: Buffer | undefined;
    let length = 0; // of what was copied to output
    let copied = 0; // up to where the region was dealt with
    const keepUntil = (end: number): void => {
      // Moved within one copy: a copy per frame would cost three times as much.
      output ??= Buffer.from(bytes);
      output.copyWithin(length, copied, end);
      length += end - copied;
    };
    let start = 0;
    while (start < text.length) {
      const end = this.#splitter.frameEnd(start);
      const verdict = this.#judge(start, end);
      if (observer.error !== undefined || verdict === 'drop') {
        keepUntil(start);
        copied = end;
        if (observer.error !== undefined) return (output as Buffer).subarray(0, length);
      } else if (verdict === 'cut') {
        keepUntil(observer.cutStart);
        copied = observer.cutEnd;
      }
      start = end;
      if (observer.done || this.spoilt) break;
    }
    if (output === undefined) return start === bytes.length ? bytes : bytes.subarray(0, start);
    keepUntil(start);
    return output.subarray(0, length);
  }

  /** The observer sees what a client can read, and what calls itself an error. */
  #judge(start: number, end: number): FrameVerdict {
    const soundness = this.#check.frame(start, end);
    if (soundness === 'sound') return this.#observer.frame(start, end);
    if (soundness === 'empty') return 'drop';
    if (soundness === 'bad-error') this.#observer.frame(start, end);
    if (this.#observer.error === undefined) {
      this.#badEvents += 1;
      this.#onBadEvent?.(this.#badEvents);
    }
    return 'drop';
  }
}
