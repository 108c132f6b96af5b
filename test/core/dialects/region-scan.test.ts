import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { CallDialect, FrameVerdict, StreamDialect, StreamObserver } from '../../../core/src/dialects/dialect.ts';
import { googleGenerateContent } from '../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiCompletions } from '../../../core/src/dialects/openai-completions/openai-completions.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import { RegionScan } from '../../../core/src/dialects/region-scan.ts';
import { FrameSplitter } from '../../../core/src/dialects/sse.ts';

/** What the scan lets through of bytes that come in these chunks. */
function scanned(observer: StreamObserver, chunks: readonly Buffer[]) {
  const splitter = new FrameSplitter(1_000_000);
  const counts: number[] = [];
  const scan = new RegionScan({ observer, splitter, dialect: openaiChat, onBadEvent: (count) => counts.push(count) });
  let text = '';
  for (const chunk of chunks) if (!scan.spoilt && splitter.push(chunk)) text += scan.push(splitter.bytes, splitter.text);
  return { text, counts, spoilt: scan.spoilt };
}

/** Notes each frame that it is shown. */
class NotingObserver implements StreamObserver {
  readonly cutStart = 0;
  readonly cutEnd = 0;
  readonly content = false;
  readonly done = false;
  readonly complete = false;
  readonly error = undefined;
  readonly frames: string[] = [];
  #text = '';

  chunk(text: string): void {
    this.#text = text;
  }

  frame(start: number, end: number): FrameVerdict {
    this.frames.push(this.#text.slice(start, end));
    return 'keep';
  }

  usage = (): undefined => undefined;
  finishReason = (): undefined => undefined;
}

const good = 'data: {"a":1}\n\n';
const bad = 'data: {"a":\n\n';

describe('RegionScan and events that are not JSON', () => {
  it('leaves them out, tells of each, and ends with the third; the observer sees none', () => {
    const observer = new NotingObserver();
    const { text, counts, spoilt } = scanned(observer, [
      Buffer.from(good + bad + good),
      Buffer.from(bad),
      Buffer.from(good + bad + good + bad),
    ]);
    expect(text).toBe(good + good + good);
    expect(observer.frames).toEqual([good, good, good]);
    expect([counts, spoilt]).toEqual([[1, 2, 3], true]);
  });

  it('leaves out events without data, and does not count them', () => {
    const { text, counts } = scanned(new NotingObserver(), [Buffer.from(`data:\n\n${good}event: ping\n\n`.repeat(5))]);
    expect([text, counts]).toEqual([good.repeat(5), []]);
  });

  it('lets through no bad event and loses no other, wherever the bytes are cut', () => {
    const frame = fc.constantFrom(good, 'data: {"b":"é界"}\n\n', ': ping\n\n', 'event: x\r\ndata: [1]\r\n\r\n', 'data: [DONE]\n\n');
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 2 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (frames, at, cuts) => {
          const mixed: string[] = [...frames];
          for (const place of at) mixed.splice(place % (mixed.length + 1), 0, bad);
          const bytes = Buffer.from(mixed.join(''));
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
          const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
          expect(scanned(new NotingObserver(), chunks).text).toBe(frames.join(''));
        },
      ),
    );
  });

  it.each([openaiChat, openaiCompletions, openaiResponses, anthropicMessages, googleGenerateContent] as CallDialect[])(
    '$id: a stream loses its bad event and is as whole as before',
    (dialect) => {
      const stream = dialect.stream as StreamDialect;
      const frames = stream.answerFrames({ id: 'a', model: 'm', text: 'Hi 🙂', usage: undefined, created: 1 }, true);
      for (let at = 0; at <= frames.length - 1; at += 1) {
        const observer = stream.observe({ stripUsage: false, request: {} });
        const { text, counts } = scanned(observer, [Buffer.from(frames.toSpliced(at, 0, bad).join(''))]);
        expect([text, counts, observer.complete, observer.error]).toEqual([frames.join(''), [1], true, undefined]);
      }
    },
  );

  it.each([
    ['Messages', anthropicMessages],
    ['Responses', openaiResponses],
  ] as [string, CallDialect][])('%s: what calls itself an error is one, although its words are not JSON', (_name, dialect) => {
    const observer = (dialect.stream as StreamDialect).observe({ stripUsage: false, request: {} });
    const { text, counts } = scanned(observer, [Buffer.from(`${good}event: error\ndata: overloaded\n\n${good}`)]);
    expect([text, counts, observer.error]).toEqual([good, [], 'overloaded']);
  });

  it('Chat: where an error has no name, such an event is a bad one', () => {
    const observer = (openaiChat.stream as StreamDialect).observe({ stripUsage: false, request: {} });
    const { text, counts } = scanned(observer, [Buffer.from(`event: error\ndata: overloaded\n\n${good}`)]);
    expect([text, counts, observer.error]).toEqual([good, [1], undefined]);
  });
});
