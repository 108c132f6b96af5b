import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GenerateContentObserver } from '../../../../core/src/dialects/google-generate-content/observe.ts';
import { FrameSplitter } from '../../../../core/src/dialects/sse.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import { growth } from '../../json/growth.ts';

/** A stream through splitter and observer, as an upstream body does it. */
function watch(text: string, cuts: readonly number[] = [], asked = 1): GenerateContentObserver {
  const observer = new GenerateContentObserver(asked);
  const splitter = new FrameSplitter(10_000_000);
  const bytes = Buffer.from(text);
  const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  for (const [index, end] of [...at, bytes.length].entries()) {
    if (!splitter.push(bytes.subarray(index === 0 ? 0 : at[index - 1], end))) continue;
    observer.chunk(splitter.text);
    for (let start = 0; start < splitter.text.length; ) {
      const frameEnd = splitter.frameEnd(start);
      expect(observer.frame(start, frameEnd)).toBe('keep');
      start = frameEnd;
    }
  }
  return observer;
}

const frame = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const counts = (output: number): JsonObject => ({ promptTokenCount: 7, candidatesTokenCount: output, totalTokenCount: 7 + output });
const said = (text: string, output: number, more: object = {}): string =>
  frame({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
    usageMetadata: counts(output),
    modelVersion: 'gemini-x',
    responseId: 'r',
  });
const stream = said('Grüße', 1) + said(' "finishReason":"STOP" "error" 😀', 4) + said('!', 6, { finishReason: 'STOP' });

describe('GenerateContentObserver', () => {
  it('sees usage, finish reason and content; no event is the last', () => {
    const observer = watch(stream);
    expect(observer.usage()).toMatchObject({ input: 7, output: 6, raw: counts(6) });
    expect([observer.finishReason(), observer.complete, observer.done, observer.content, observer.error]).toEqual([
      'STOP',
      true,
      false,
      true,
      undefined,
    ]);
  });

  it('does so wherever the stream is cut, and whatever its line ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\r'), (cuts, end) => {
        const observer = watch(stream.replaceAll('\n', end), cuts);
        expect(observer.usage()).toMatchObject({ input: 7, output: 6 });
        expect([observer.finishReason(), observer.complete, observer.content]).toEqual(['STOP', true, true]);
      }),
      { numRuns: 1_000 },
    );
    for (let at = 0; at < Buffer.byteLength(stream); at += 1) expect(watch(stream, [at]).complete).toBe(true);
  });

  it('usage is cumulative: the last counts, once, even of a stream that broke off', () => {
    const cut = watch(said('a', 1) + said('b', 2) + said('c', 3));
    expect(cut.complete).toBe(false);
    expect(cut.usage()).toMatchObject({ input: 7, output: 3 });
    expect(cut.usage()).toMatchObject({ input: 7, output: 3 });
    expect(watch(said('a', 1) + said('b', 2, { finishReason: 'STOP' }) + frame({ usageMetadata: counts(9) })).usage()).toMatchObject({
      output: 9,
    });
  });

  it('litellm#10667: cached tokens of a stream are known', () => {
    const usageMetadata = { ...counts(2), cachedContentTokenCount: 5 };
    expect(watch(said('a', 1) + frame({ candidates: [{ finishReason: 'STOP' }], usageMetadata })).usage()).toMatchObject({ cacheRead: 5 });
  });

  it('an event that knows nothing of usage takes nothing away', () => {
    const idle = frame({ candidates: [{ content: { parts: [{ text: 'b' }] } }], usageMetadata: { trafficType: 'ON_DEMAND' } });
    expect(watch(said('a', 1) + idle).usage()).toMatchObject({ output: 1 });
    expect(watch(said('a', 1) + said('b', 2) + idle).usage()).toMatchObject({ output: 2 });
    expect(watch(said('a', 1) + frame({ candidates: [{ finishReason: 'STOP' }] })).usage()).toMatchObject({ output: 1 });
    const misleading = frame({ candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: { TokenCount: 1 } } }] } }] });
    const observer = watch(said('a', 1) + said('b', 2, { finishReason: 'STOP' }) + misleading);
    expect(observer.usage()).toMatchObject({ output: 2 });
    expect(watch(frame({ candidates: [{ finishReason: 'STOP' }] })).usage()).toBeUndefined();
  });

  it.each([
    ['text', { text: 'a' }, true],
    ['a thought', { text: 'a', thought: true }, true],
    ['a call', { functionCall: { name: 'f', args: {} } }, true],
    ['an image', { inlineData: { mimeType: 'image/png', data: 'AA' } }, true],
    ['a call of a tool of Google’s', { toolCall: { id: 't' } }, true],
    ['an empty text', { text: '' }, false],
    ['a signature alone', { text: '', thoughtSignature: 'c2ln' }, false],
    ['an empty thought', { text: '', thought: true }, false],
    ['nothing', {}, false],
  ])('%s: is it content?', (_, part, expected) => {
    expect(watch(frame({ candidates: [{ content: { parts: [part], role: 'model' } }] })).content).toBe(expected);
  });

  it('comments, roles and usage are no content; a finish reason and a block are', () => {
    expect(watch(`: wait\n\n${frame({ candidates: [{ content: { role: 'model' } }], usageMetadata: counts(0) })}`).content).toBe(false);
    expect(watch(frame({ candidates: [{ finishReason: 'SAFETY' }] })).content).toBe(true);
    expect(watch(frame({ promptFeedback: { blockReason: 'SAFETY' } })).content).toBe(true);
  });

  it('a blocked prompt is complete: there will be no candidate', () => {
    const observer = watch(
      frame({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } }),
    );
    expect([observer.complete, observer.finishReason(), observer.usage()?.output]).toEqual([true, 'PROHIBITED_CONTENT', 0]);
  });

  it('is complete once every candidate that was asked for is over', () => {
    const one = said('a', 1) + frame({ candidates: [{ finishReason: 'MAX_TOKENS', index: 1 }] });
    expect([watch(one, [], 2).complete, watch(one, [], 2).finishReason()]).toEqual([false, 'MAX_TOKENS']);
    const both = watch(one + frame({ candidates: [{ finishReason: 'STOP' }] }), [], 2);
    expect([both.complete, both.finishReason()]).toEqual([true, 'STOP']);
    expect(watch(frame({ candidates: [{ finishReason: 'STOP' }, { finishReason: 'STOP', index: 1 }] }), [], 2).complete).toBe(true);
  });

  it.each([
    ['data: {"candidates":[{"finishReason" : "STOP"}]}\n\n', 'STOP'],
    ['data: {"candidates":[{"finishReason":1}]}\n\n', '1'],
    ['data: {"candidates":[{"finishReason":0}]}\n\n', undefined],
    ['data: {"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]}\n\n', undefined],
    ['data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"finishReason":"STOP"}}}]}}]}\n\n', undefined],
  ])('%j: the finish reason is %s', (text, reason) => {
    for (const before of ['', said('a', 1)]) expect(watch(before + text).finishReason()).toBe(reason);
  });

  const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
  it.each([
    ['an event', frame(error), error],
    ['an event with a name', `event: error\n${frame(error)}`, error],
    ['a list', frame([error]), error],
    ['bare JSON, as Google’s servers may write it', `${JSON.stringify(error, null, 2)}\n\n`, error],
    ['a bare list', `[${JSON.stringify(error)}]\n\n`, error],
    ['a text', frame({ error: 'no' }), { error: 'no' }],
  ])('sees an error that is %s, in the middle of a chunk of bytes too', (_, text, expected) => {
    for (const before of ['', said('an "error" is mentioned', 1), said('a', 1).repeat(3)]) {
      const observer = watch(before + text);
      expect(observer.error).toEqual(expected);
      expect(observer.complete).toBe(false);
    }
  });

  it.each([
    said('"error"', 1),
    frame({ candidates: [], error: null }),
    frame({ candidates: [{ content: { parts: [{ functionCall: { args: { error: 'x' } } }] } }] }),
    '{"error"\n\n',
  ])('%j is no error', (text) => {
    for (const before of ['', said('a', 1)]) expect(watch(before + text).error).toBeUndefined();
  });

  it('parses few events, however many there are', () => {
    const text = said('word ', 1).repeat(500) + said('', 2, { finishReason: 'STOP' });
    const parse = vi.spyOn(JSON, 'parse');
    const observer = watch(
      text,
      Array.from({ length: 50 }, (_, index) => (index + 1) * 1_500),
    );
    expect(observer.usage()).toMatchObject({ output: 2 });
    expect(parse.mock.calls.length).toBe(2); // the first, for content; the last, for its finish reason
  });

  it('no frame makes it throw', () => {
    const piece = fc.constantFrom(
      ...['data: ', '"usageMetadata"', '"promptTokenCount"', '"error"', '"finishReason"', '"blockReason"', '"promptFeedback"'],
      ...[':null}', '{', '}', '"candidates":[', '"parts":', ']', ',', 'null', '\n', '\n\n', '"', '\\', '1', ':', '"STOP"'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const observer = watch(`${pieces.join('')}\n\n`);
        observer.finishReason();
        observer.usage();
      }),
      { numRuns: 3_000 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const observer = watch(
          frame({ candidates: json, promptFeedback: json, usageMetadata: json, error: null, finishReason: 1 }) + frame(json),
        );
        observer.finishReason();
        observer.usage();
      }),
    );
  });

  it.each([
    ['plain events', said('word ', 1)],
    ['events that speak of usage and errors', said('"usageMetadata" "error" "finishReason"', 1)],
    ['events without usage', frame({ candidates: [{ content: { parts: [{ text: 'word' }] } }] })],
    ['events with an error key', frame({ candidates: [{ content: { parts: [{ text: 'word' }] } }], error: null })],
  ])('is linear in %s within one chunk of bytes', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const text = unit.repeat(size);
      return () => {
        const observer = new GenerateContentObserver();
        observer.chunk(text);
        for (let start = 0; start < text.length; start += unit.length) observer.frame(start, start + unit.length);
      };
    }, 2_000);
    expect(ratio).toBeLessThan(3.2);
  });
});
