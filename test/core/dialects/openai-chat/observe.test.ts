import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatStreamObserver } from '../../../../core/src/dialects/openai-chat/observe.ts';
import { FrameSplitter } from '../../../../core/src/dialects/sse.ts';
import { growth } from '../../json/growth.ts';

interface Watched {
  readonly observer: ChatStreamObserver;
  /** What is passed on. */
  readonly out: string;
}

/** A stream through splitter and observer, as an upstream body does it. */
function watch(text: string, stripUsage: boolean, cuts: readonly number[] = []): Watched {
  const observer = new ChatStreamObserver(stripUsage);
  const splitter = new FrameSplitter(1_000_000);
  const bytes = Buffer.from(text);
  const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  let out = '';
  for (const [index, end] of [...at, bytes.length].entries()) {
    if (!splitter.push(bytes.subarray(index === 0 ? 0 : at[index - 1], end))) continue;
    observer.chunk(splitter.text);
    for (let start = 0; start < splitter.text.length; ) {
      const frameEnd = splitter.frameEnd(start);
      const verdict = observer.frame(start, frameEnd);
      if (verdict === 'cut') {
        expect(observer.cutStart).toBeGreaterThanOrEqual(start);
        expect(observer.cutEnd).toBeLessThanOrEqual(frameEnd);
        out += splitter.text.slice(start, observer.cutStart) + splitter.text.slice(observer.cutEnd, frameEnd);
      } else if (verdict === 'keep') out += splitter.text.slice(start, frameEnd);
      start = frameEnd;
    }
  }
  return { observer, out: Buffer.from(out, 'latin1').toString('utf8') };
}

const frame = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const delta = (content: string, more: object = {}, finish: string | null = null): string =>
  frame({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: finish }], ...more });
const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const metered = [
  frame({ id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }], usage: null }),
  delta('Grüße "usage":null} 😀', { usage: null }),
  delta('', { usage: null }, 'stop'),
  frame({ id: 'c', choices: [], usage }),
  'data: [DONE]\n\n',
].join('');
const unmetered = metered.replace(frame({ id: 'c', choices: [], usage }), '').replaceAll(/,"usage":null\}\n\n/g, '}\n\n');

describe('ChatStreamObserver', () => {
  it('sees usage, finish reason and end, and leaves the stream alone for who asked', () => {
    const { observer, out } = watch(metered, false);
    expect(out).toBe(metered);
    expect(observer.usage()).toMatchObject({ input: 7, output: 3, raw: usage });
    expect([observer.finishReason(), observer.done, observer.content, observer.error]).toEqual(['stop', true, true, undefined]);
  });

  it('takes the injected usage out for who did not ask, byte by byte what the upstream would have sent', () => {
    expect(metered).not.toBe(unmetered);
    expect(unmetered).toContain('\\"usage\\":null}');
    const { observer, out } = watch(metered, true);
    expect(out).toBe(unmetered);
    expect(observer.usage()).toMatchObject({ input: 7 });
  });

  it('does so wherever the stream is cut, and whatever its line ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), (cuts, end, strip) => {
        const { observer, out } = watch(metered.replaceAll('\n', end), strip, cuts);
        expect(out).toBe((strip ? unmetered : metered).replaceAll('\n', end));
        expect(observer.usage()).toMatchObject({ input: 7, output: 3 });
        expect([observer.finishReason(), observer.done, observer.content]).toEqual(['stop', true, true]);
      }),
      { numRuns: 1_000 },
    );
    for (let at = 0; at < Buffer.byteLength(metered); at += 1) expect(watch(metered, true, [at]).out).toBe(unmetered);
  });

  it.each([
    ['first', 'data: {"usage":null,"choices":[{"delta":{"content":"a"}}]}\n\n', 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'],
    ['spaced', 'data: {"choices": [], "usage": null, "x": 1}\n\n', 'data: {"choices": [], "x": 1}\n\n'],
    ['last, spaced', 'data: { "choices": [], "usage" : null }\n\n', 'data: { "choices": [] }\n\n'],
    ['no space after data', 'data:{"choices":[],"usage":null}\n\n', 'data:{"choices":[]}\n\n'],
    ['alone', 'data: {"usage":null}\n\n', 'data: {"usage":null}\n\n'],
    ['inside a choice', 'data: {"choices":[{"usage":null}]}\n\n', 'data: {"choices":[{"usage":null}]}\n\n'],
    ['a mention', delta('"usage":null}'), delta('"usage":null}')],
  ])('usage: null that stands %s', (_, before, after) => {
    expect(watch(before, true).out).toBe(after);
    expect(watch(before, false).out).toBe(before);
  });

  it('usage on a chunk with content stays: nothing that the client shall read is dropped', () => {
    const text =
      delta('hi', { usage }) + frame({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { ...usage, completion_tokens: 4 } });
    const { observer, out } = watch(text, true);
    expect(out).toBe(text);
    expect(observer.usage()).toMatchObject({ output: 4 }); // cumulative: the last counts
  });

  it("Groq's usage counts where only x_groq has it", () => {
    expect(watch(delta('a') + frame({ choices: [], x_groq: { id: 'r', usage } }), false).observer.usage()).toMatchObject({ input: 7 });
  });

  it('no usage is unknown', () => {
    expect(watch(delta('a') + delta('', { usage: null }, 'stop'), false).observer.usage()).toBeUndefined();
  });

  it.each([
    ['text', { delta: { content: 'a' } }, true],
    ['a refusal', { delta: { refusal: 'a' } }, true],
    ['reasoning', { delta: { reasoning_content: 'a' } }, true],
    ['the start of a tool call', { delta: { tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '' } }] } }, true],
    ['a finish reason', { delta: {}, finish_reason: 'content_filter' }, true],
    ['the role alone', { delta: { role: 'assistant', content: '' }, finish_reason: null }, false],
    ['an empty finish reason', { delta: { role: 'assistant' }, finish_reason: '' }, false],
    ['nothing', {}, false],
  ])('%s: is it content?', (_, choice, expected) => {
    expect(watch(frame({ choices: [choice] }), false).observer.content).toBe(expected);
  });

  it('comments, pings and filter results are no content', () => {
    expect(watch(`: wait\n\ndata: {}\n\n${frame({ choices: [], prompt_filter_results: [] })}`, false).observer.content).toBe(false);
  });

  it.each([
    ['an error object', '{"error":{"message":"no","code":"server_error"}}'],
    [
      'an error in a chunk',
      '{"id":"g","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"x"}}',
    ],
    ['an error as text', '{"error":"no"}'],
    ["Mistral's", '{"object":"error","message":"no","type":"server"}'],
  ])('sees %s, in the middle of a chunk of bytes too', (_, json) => {
    for (const before of ['', delta('an "error" is mentioned'), delta('a').repeat(3)]) {
      const { observer } = watch(`${before}event: error\ndata: ${json}\n\n`, true);
      expect(observer.error).toEqual(JSON.parse(json));
      expect(observer.done).toBe(false);
    }
  });

  it.each([
    '{"choices":[{"delta":{"content":"\\"error\\""}}],"error":null}',
    '{"choices":[{"delta":{"content":"error"}}]}',
    '{"choices":[{"error":{}}]}',
  ])('%s is no error', (json) => {
    expect(watch(`data: ${json}\n\n`, false).observer.error).toBeUndefined();
  });

  it.each([
    ['data: [DONE]\n\n', true],
    ['data:[DONE]\n\n', true],
    ['data: [DONE]\r\n\r\n', true],
    [': bye\ndata: [DONE]\n\n', true],
    ['event: done\nid: 12345\ndata: [DONE]\n\n', true],
    ['data: "[DONE]"\n\n', false],
    [': [DONE]\n\n', false],
    [delta('[DONE]'), false],
  ])('%j is the end: %s', (text, done) => {
    expect(watch(text, false).observer.done).toBe(done);
  });

  it('the finish reason is the last that was given, and never one that a text mentions', () => {
    expect(watch(delta('a', {}, 'length') + frame({ choices: [], usage }), false).observer.finishReason()).toBe('length');
    expect(watch(delta('"finish_reason":"stop"'), false).observer.finishReason()).toBeUndefined();
    expect(watch('data: {"choices":[{"finish_reason" : "tool-calls"}]}\n\n', false).observer.finishReason()).toBe('tool-calls');
    expect(watch(delta('a', {}, ''), false).observer.finishReason()).toBeUndefined();
  });

  it('no frame makes it throw', () => {
    const piece = fc.constantFrom(
      'data: ',
      '"usage"',
      '"error"',
      ':null}',
      '{',
      '}',
      '"choices":[',
      ']',
      ',',
      'null',
      '\n',
      '\n\n',
      '[DONE]',
      '"',
      '\\',
      '1',
      ':',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, strip) => {
        const { observer, out } = watch(`${pieces.join('')}\n\n`, strip);
        observer.finishReason();
        expect(out.length).toBeLessThanOrEqual(pieces.join('').length + 2);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['plain chunks', delta('word ')],
    ['metered chunks', delta('word ', { usage: null })],
    ['chunks that speak of usage and errors', delta('"usage" "error"', { usage: null, error: null })],
  ])('is linear in %s within one chunk of bytes', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const text = unit.repeat(size);
      return () => watch(text, true);
    }, 1_500);
    expect(ratio).toBeLessThan(3.2);
  });
});
