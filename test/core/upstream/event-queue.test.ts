import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { EventQueue } from '../../../core/src/upstream/event-queue.ts';
import type { RegionSink, RegionSource } from '../../../core/src/upstream/regions.ts';

/** An upstream that hands over its next frames at once, inside `resume`, as a socket with bytes in its buffer does. */
class EagerSource implements RegionSource {
  aborted = false;
  readonly #frames: number;
  readonly #perResume: number;
  #given = 0;
  #sink: RegionSink | undefined = undefined;

  constructor(frames: number, perResume: number) {
    this.#frames = frames;
    this.#perResume = perResume;
  }

  attach(sink: RegionSink): void {
    this.#sink = sink;
  }

  resume(): void {
    const last = Math.min(this.#frames, this.#given + this.#perResume);
    while (this.#given < last) {
      this.#given += 1;
      if (!this.#sink?.region(Buffer.from(`data: {"number":${this.#given}}\n\n`))) return;
    }
    if (this.#given === this.#frames) this.#sink?.end();
  }

  abort(): void {
    this.aborted = true;
  }
}

describe('EventQueue', () => {
  it.each([1, 63, 64, 200])('gives every event when a resumed source hands over %i of them at once', async (perResume) => {
    const source = new EagerSource(500, perResume);
    const numbers: unknown[] = [];
    for await (const event of new EventQueue(source, openaiChat.stream as StreamDialect))
      numbers.push((event.json as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(source.aborted).toBe(false);
  });

  it('closes the source when its reader leaves early', async () => {
    const source = new EagerSource(500, 1);
    for await (const _event of new EventQueue(source, openaiChat.stream as StreamDialect)) break;
    expect(source.aborted).toBe(true);
  });
});
