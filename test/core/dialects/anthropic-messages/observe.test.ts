import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessagesStreamObserver } from '../../../../core/src/dialects/anthropic-messages/observe.ts';
import { FrameSplitter } from '../../../../core/src/dialects/sse.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import { growth } from '../../json/growth.ts';
import { blocks, close, delta, finish, frame, open, ping, say, start, stop, streamOf } from './streams.ts';

/** A stream through splitter and observer, as an upstream body does it. */
function watch(text: string, cuts: readonly number[] = []): MessagesStreamObserver {
  const observer = new MessagesStreamObserver();
  const splitter = new FrameSplitter(1_000_000);
  const bytes = Buffer.from(text);
  const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  for (const [index, end] of [...at, bytes.length].entries()) {
    if (!splitter.push(bytes.subarray(index === 0 ? 0 : at[index - 1], end))) continue;
    observer.chunk(splitter.text);
    for (let from = 0; from < splitter.text.length; ) {
      const frameEnd = splitter.frameEnd(from);
      expect(observer.frame(from, frameEnd)).toBe('keep');
      from = frameEnd;
    }
  }
  return observer;
}

const seen = (observer: MessagesStreamObserver): unknown => ({
  content: observer.content,
  done: observer.done,
  complete: observer.complete,
  error: observer.error,
  usage: observer.usage(),
  finish: observer.finishReason(),
});

const text = { type: 'text', text: '' };
const whole = [start(), open(text), ping, say('Grüße "usage" 😀'), say(' "type":"error"'), close(), finish('end_turn'), stop].join('');

describe('MessagesStreamObserver', () => {
  it('sees content, usage, why it stopped, and the end', () => {
    expect(seen(watch(whole))).toEqual({
      content: true,
      done: true,
      complete: true,
      error: undefined,
      usage: {
        input: 4,
        output: 9,
        cacheRead: undefined,
        cacheWrite: undefined,
        reasoning: undefined,
        raw: { input_tokens: 4, output_tokens: 9 },
      },
      finish: 'end_turn',
    });
  });

  it('sees the same wherever the stream is cut, whatever its line ends, with or without names', () => {
    const usage = fc.dictionary(
      fc.constantFrom('input_tokens', 'output_tokens', 'cache_read_input_tokens'),
      fc.nat(),
    ) as fc.Arbitrary<JsonObject>;
    const reason = fc.constantFrom('end_turn', 'tool_use', 'refusal');
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(
        blocks,
        reason,
        usage,
        fc.array(fc.nat(5_000), { maxLength: 6 }),
        lineEnd,
        fc.boolean(),
        (made, why, used, cuts, end, names) => {
          const stream = streamOf(made, why, used).join('');
          const uncut = seen(watch(stream));
          expect(uncut).toMatchObject({ content: true, done: true, finish: why });
          const other = (names ? stream : stream.replaceAll(/^event: .*\n/gm, '')).replaceAll('\n', end);
          expect(seen(watch(other, cuts))).toEqual(uncut);
        },
      ),
      { numRuns: 500 },
    );
    const { length } = Buffer.from(whole);
    const uncut = seen(watch(whole));
    for (let at = 0; at < length; at += 1) expect(seen(watch(whole, [at]))).toEqual(uncut);
  });

  it('bifrost#5354: the totals of message_delta take the place of those of message_start', () => {
    const stream = start({ input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 }) + open(text) + say('a');
    const totals = { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 40 };
    expect(watch(stream + finish('end_turn', totals)).usage()).toMatchObject({ input: 110, cacheRead: 100, output: 40 });
    expect(watch(stream + finish(null, totals) + finish('end_turn', { output_tokens: 41 })).usage()).toMatchObject({
      input: 110,
      output: 41,
    });
  });

  it('litellm#9812, #11364: cached tokens are counted once', () => {
    const cached = { input_tokens: 4, cache_creation_input_tokens: 0, cache_read_input_tokens: 1167, output_tokens: 1 };
    expect(watch(start(cached) + finish('end_turn', { output_tokens: 256 })).usage()).toMatchObject({
      input: 1171,
      cacheRead: 1167,
      cacheWrite: 0,
      output: 256,
    });
  });

  it('the cache may be reported at the end alone', () => {
    const observer = watch(start() + finish('end_turn', { output_tokens: 2, cache_read_input_tokens: 7 }));
    expect(observer.usage()).toMatchObject({ input: 11, cacheRead: 7, output: 2 });
  });

  it('litellm#17364: what was used before it broke off is known', () => {
    expect(watch(start({ input_tokens: 25, output_tokens: 1 }) + open(text) + say('a')).usage()).toMatchObject({ input: 25, output: 1 });
  });

  it('no usage is unknown', () => {
    const bare = frame({ type: 'message_start', message: { content: [] } });
    expect(watch(bare + open(text) + say('a') + finish('end_turn', {}) + stop).usage()).toBeUndefined();
  });

  it.each([
    ['text', say('a'), true],
    ['a text that stands in the start', open({ type: 'text', text: 'a' }), true],
    ['thinking', delta({ type: 'thinking_delta', thinking: 'a' }), true],
    ['a signature alone', delta({ type: 'signature_delta', signature: 'a' }), true],
    ['thinking that nobody may read', open({ type: 'redacted_thinking', data: 'a' }), true],
    ['the start of a tool call', open({ type: 'tool_use', id: 't', name: 'f', input: {} }), true],
    ['input of a tool', delta({ type: 'input_json_delta', partial_json: '{' }), true],
    ['a citation', delta({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'a' } }), true],
    ['a block of a kind not known', open({ type: 'hologram' }), true],
    ['why it stopped', finish('refusal'), true],
    ['the start of the message', start(), false],
    ['the start of a text', open(text), false],
    ['the start of thinking', open({ type: 'thinking', thinking: '', signature: '' }), false],
    ['an empty text', say(''), false],
    ['an estimate alone', delta({ type: 'thinking_delta', thinking: '', estimated_tokens: 5 }), false],
    ['the end of a block', close(), false],
    ['totals before the end', finish(null), false],
    ['pings and comments', `${ping}: keep-alive\n\nevent: ping\ndata: {}\n\n`, false],
  ])('%s: is it content?', (_, stream, expected) => {
    expect(watch(stream).content).toBe(expected);
  });

  it.each([
    ['Anthropic’s', 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'],
    ['one without a name', 'data: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n'],
    ['one in other words', 'data: {"error":{"message":"x"}}\n\n'],
    ['one that has the name alone', 'event: error\ndata: {}\n\n'],
  ])('litellm#4562, Portkey#741: an error in the stream is seen: %s', (_, error) => {
    for (const before of ['', start(), start() + open(text) + say('an "error"')]) {
      const observer = watch(before + error);
      expect(observer.error).toEqual(JSON.parse(/data: (.*)/.exec(error)?.[1] ?? ''));
      expect([observer.done, observer.complete]).toEqual([false, false]);
    }
  });

  it('an error whose data is no JSON, or that has none, is one', () => {
    expect(watch('event: error\ndata: overloaded\n\n').error).toBe('overloaded');
    expect(watch('event: error\n\n').error).toBe('');
  });

  it.each([say('{"type":"error","error":{}}'), frame({ type: 'ping', error: null }), delta({ type: 'text_delta', text: 'event: error' })])(
    'a mention of errors is none: %j',
    (stream) => {
      expect(watch(start() + stream + stream).error).toBeUndefined();
    },
  );

  it('is complete once it said why it stopped, though its last event is missing; before that it is not', () => {
    const body = start() + open(text) + say('a') + close();
    expect(watch(body).complete).toBe(false);
    expect(watch(body + finish(null)).complete).toBe(false);
    expect([watch(body + finish('max_tokens')).complete, watch(body + finish('max_tokens')).done]).toEqual([true, false]);
    expect(watch(body + stop).complete).toBe(true);
  });

  it('why it stopped is said by the message alone', () => {
    const advice = { type: 'advisor_tool_result', content: { type: 'advisor_result', text: 'a', stop_reason: 'end_turn' } };
    for (const other of [open(advice), delta({ type: 'new_delta', stop_reason: 'x' })]) expect(watch(other).finishReason()).toBeUndefined();
    expect(watch(finish('')).finishReason()).toBeUndefined();
    expect(watch(finish('tool_use') + finish(null)).finishReason()).toBe('tool_use');
  });

  it('knows what the answer leaves with its provider, whichever event says it', () => {
    const container = { id: 'container_1', expires_at: '2026-11-25T00:00:00Z' };
    const delta = frame({ type: 'message_delta', delta: { stop_reason: 'end_turn', container }, usage: { output_tokens: 1 } });
    expect(watch(start() + delta + stop).leaves()).toBe('container_1');
    expect(watch(frame({ type: 'message_start', message: { container } }) + finish('end_turn')).leaves()).toBe('container_1');
    expect(watch(whole).leaves()).toBeUndefined();
  });

  it('no frame makes it throw', () => {
    const piece = fc.constantFrom(
      ...[
        'event: ',
        'data: ',
        'error',
        'message_delta',
        'message_start',
        '"type":',
        '"message":',
        '"delta":',
        '"usage":',
        '"message_stop"',
      ],
      ...['{', '}', '[', ']', ',', 'null', '1', '"', '\n', '\n\n', ':', '\\'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        const observer = watch(`${parts.join('')}\n\n`);
        expect(['string', 'undefined']).toContain(typeof observer.finishReason());
        observer.usage();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['texts', say('word ')],
    ['texts without names', say('word ').replace(/^event.*\n/, '')],
    ['pings', ping],
    ['texts that speak of errors', say('"type":"error" "usage"')],
  ])('is linear in %s within one chunk of bytes', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const stream = unit.repeat(size);
      return () => watch(stream);
    }, 1_500);
    expect(ratio).toBeLessThan(3.2);
  });

  it('parses no delta once content was seen', () => {
    const observer = new MessagesStreamObserver();
    const broken = 'event: content_block_delta\ndata: {"type":"error"}\n\n';
    for (const chunk of [say('a'), broken]) {
      observer.chunk(chunk);
      observer.frame(0, chunk.length);
    }
    expect(observer.error).toBeUndefined();
  });
});
