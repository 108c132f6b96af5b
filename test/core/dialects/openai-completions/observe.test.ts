import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompletionsStreamObserver } from '../../../../core/src/dialects/openai-completions/observe.ts';
import { FrameSplitter } from '../../../../core/src/dialects/sse.ts';
import { growth } from '../../json/growth.ts';

/** A stream through splitter and observer, as an upstream body does it. */
function watch(text: string, stripUsage: boolean, cuts: readonly number[] = [], choices = 1) {
  const observer = new CompletionsStreamObserver(stripUsage, choices);
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
      if (verdict === 'cut') out += splitter.text.slice(start, observer.cutStart) + splitter.text.slice(observer.cutEnd, frameEnd);
      else if (verdict === 'keep') out += splitter.text.slice(start, frameEnd);
      start = frameEnd;
    }
  }
  return { observer, out: Buffer.from(out, 'latin1').toString('utf8') };
}

const frame = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const chunk = (text: string, more: object = {}, finish: string | null = null, index = 0): string =>
  frame({ id: 'c', object: 'text_completion', choices: [{ text, index, logprobs: null, finish_reason: finish }], ...more });
const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const usageChunk = frame({ id: 'c', object: 'text_completion', choices: [], usage });
const metered = `${chunk('Grüße "usage":null} 😀', { usage: null })}${chunk('', { usage: null }, 'length')}${usageChunk}data: [DONE]\n\n`;
const unmetered = metered.replace(usageChunk, '').replaceAll(/,"usage":null\}\n\n/g, '}\n\n');

describe('CompletionsStreamObserver', () => {
  it('sees usage, finish reason and end, and takes out what the gateway asked for, wherever the stream is cut', () => {
    expect(metered).not.toBe(unmetered);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), (cuts, end, strip) => {
        const { observer, out } = watch(metered.replaceAll('\n', end), strip, cuts);
        expect(out).toBe((strip ? unmetered : metered).replaceAll('\n', end));
        expect(observer.usage()).toMatchObject({ input: 7, output: 3, raw: usage });
        expect([observer.finishReason(), observer.done, observer.complete, observer.content, observer.error]).toEqual([
          'length',
          true,
          true,
          true,
          undefined,
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a text', chunk('a'), true],
    ['a finish reason', chunk('', {}, 'stop'), true],
    ['an empty text', chunk(''), false],
    ['a comment', ': wait\n\n', false],
    ['no choices', frame({ choices: [] }), false],
  ])('%s: is it content?', (_, text, expected) => {
    expect(watch(text, false).observer.content).toBe(expected);
  });

  it.each(['{"error":{"message":"no"}}', '{"error":"no","choices":[]}', '{"object":"error","message":"no"}'])(
    'sees the error %s',
    (json) => {
      for (const before of ['', chunk('a "error" b')])
        expect(watch(`${before}data: ${json}\n\n`, true).observer.error).toEqual(JSON.parse(json));
    },
  );

  it('an error that is null or mentioned is none', () => {
    expect(watch(chunk('"error"', { error: null }) + chunk('"error"'), false).observer.error).toBeUndefined();
  });

  it('is complete when each choice that was asked for has finished, though [DONE] is missing', () => {
    const two = chunk('', {}, 'stop', 1) + chunk('', {}, 'length', 0);
    expect(watch(two, false, [], 2).observer.complete).toBe(true);
    expect(watch(two, false, [], 3).observer.complete).toBe(false);
    expect(watch(two, false, [], 2).observer.finishReason()).toBe('length');
    expect(watch(chunk('a'), false).observer.complete).toBe(false);
  });

  it('usage on a chunk with text stays', () => {
    const text = chunk('hi', { usage });
    expect(watch(text, true).out).toBe(text);
  });

  it.each([
    ['data:[DONE]\r\n\r\n', true],
    ['data: "[DONE]"\n\n', false],
    [chunk('[DONE]'), false],
  ])('%j is the end: %s', (text, done) => {
    expect(watch(text, false).observer.done).toBe(done);
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
      '1',
      ':',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, strip) => {
        expect(watch(`${pieces.join('')}\n\n`, strip).out.length).toBeLessThanOrEqual(pieces.join('').length + 2);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is linear within one chunk of bytes', { retry: 3 }, () => {
    const ratio = growth((size) => {
      const text = chunk('word "usage" ', { usage: null }).repeat(size);
      return () => watch(text, true);
    }, 1_500);
    expect(ratio).toBeLessThan(3.2);
  });
});
