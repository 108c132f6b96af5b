import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { EventQueue } from '../../../core/src/upstream/event-queue.ts';
import type { RegionSink, RegionSource } from '../../../core/src/upstream/regions.ts';

/** An upstream that hands over its next frames at once, inside `resume`, as a socket with bytes in its buffer does. */
class EagerSource implements RegionSource {
  aborted = false;
  readonly #frames: number;
  readonly #perResume: number;
  readonly #padding: string;
  given = 0;
  #sink: RegionSink | undefined = undefined;

  constructor(frames: number, perResume: number, padding = '') {
    this.#frames = frames;
    this.#perResume = perResume;
    this.#padding = padding;
  }

  attach(sink: RegionSink): void {
    this.#sink = sink;
  }

  resume(): void {
    const last = Math.min(this.#frames, this.given + this.#perResume);
    while (this.given < last) {
      this.given += 1;
      if (!this.#sink?.region(Buffer.from(`data: {"number":${this.given}${this.#padding}}\n\n`))) return;
    }
    if (this.given === this.#frames) this.#sink?.end();
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

  it.each([
    ['small', '', 64],
    ['large', `,"padding":"${'x'.repeat(16 * 1024)}"`, 4],
    ['huge', `,"padding":"${'x'.repeat(1024 * 1024)}"`, 1],
  ])('keeps a bounded number of %s events ahead of a reader that is busy with the first', async (_size, padding, ahead) => {
    const source = new EagerSource(500, 500, padding);
    const events = new EventQueue(source, openaiChat.stream as StreamDialect)[Symbol.asyncIterator]();
    await events.next();
    expect(source.given).toBeLessThanOrEqual(ahead);
    source.resume(); // what is read from the queue makes room in it once
    expect(source.given).toBeLessThanOrEqual(2 * ahead);
    let read = 1;
    while (!(await events.next()).done) read += 1;
    expect(read).toBe(500);
  });

  it('can be read once: a second reader would take events from the first', async () => {
    const events = new EventQueue(new EagerSource(5, 5), openaiChat.stream as StreamDialect);
    for await (const _event of events);
    await expect(events[Symbol.asyncIterator]().next()).rejects.toThrow(/read once/);
  });

  it('fails with the error of its source, after the events that came before it', async () => {
    const source = new EagerSource(5, 5);
    const queue = new EventQueue(source, openaiChat.stream as StreamDialect);
    source.resume = () => {
      queue.region(Buffer.from('data: 1\n\ndata: 2\n\n'));
      queue.fail(gatewayError('GW_UPSTREAM_TRUNCATED'));
    };
    const read: unknown[] = [];
    const reading = (async () => {
      for await (const event of queue) read.push(event.json);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
    expect(read).toEqual([1, 2]);
    expect(source.aborted).toBe(false);
  });

  it('closes the source when its reader leaves early', async () => {
    const source = new EagerSource(500, 1);
    for await (const _event of new EventQueue(source, openaiChat.stream as StreamDialect)) break;
    expect(source.aborted).toBe(true);
  });
});
