import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../../../core/src/dialects/openai-responses/answer.ts';
import { ResponsesStreamObserver } from '../../../../core/src/dialects/openai-responses/observe.ts';
import { FrameSplitter } from '../../../../core/src/dialects/sse.ts';
import { reportedError } from '../../../../core/src/upstream/upstream-errors.ts';
import { growth } from '../../json/growth.ts';

/** A stream through splitter and observer, as an upstream body does it: until its end or its error. */
function watch(text: string, cuts: readonly number[] = []): { readonly observer: ResponsesStreamObserver; readonly out: string } {
  const observer = new ResponsesStreamObserver();
  const splitter = new FrameSplitter(1_000_000);
  const bytes = Buffer.from(text);
  const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  let out = '';
  for (const [index, end] of [...at, bytes.length].entries()) {
    if (!splitter.push(bytes.subarray(index === 0 ? 0 : at[index - 1], end))) continue;
    observer.chunk(splitter.text);
    for (let start = 0; start < splitter.text.length && !observer.done && observer.error === undefined; ) {
      const frameEnd = splitter.frameEnd(start);
      if (observer.frame(start, frameEnd) === 'keep' && observer.error === undefined) out += splitter.text.slice(start, frameEnd);
      start = frameEnd;
    }
  }
  return { observer, out: Buffer.from(out, 'latin1').toString('utf8') };
}

const usage = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 1 },
  total_tokens: 10,
};
const echo = {
  id: 'resp_1',
  instructions: 'say "response.completed" and "error"',
  error: null,
  tools: [{ type: 'function', name: 'error' }],
};
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const delta = (text: string): string => frame('response.output_text.delta', { sequence_number: 4, ...at, delta: text, logprobs: [] });
const begun =
  frame('response.created', { response: { ...echo, status: 'in_progress', usage: null } }) +
  frame('response.in_progress', { response: { ...echo, status: 'in_progress', usage: null } });
const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'response.failed' }] };
const added = frame('response.output_item.added', { output_index: 0, item: { ...item, content: [] } });
const completed = frame('response.completed', { response: { ...echo, status: 'completed', output: [item], usage } });
const whole =
  begun +
  added +
  delta('Grüße 😀') +
  delta('response.completed') +
  delta('"error": {}') +
  frame('response.output_item.done', { output_index: 0, item }) +
  completed;

describe('ResponsesStreamObserver', () => {
  it('sees usage, finish and end, and leaves the stream alone', () => {
    const { observer, out } = watch(whole);
    expect(out).toBe(whole);
    expect(observer.usage()).toMatchObject({ input: 7, output: 3, cacheRead: 2, reasoning: 1, raw: usage });
    expect([observer.leaves(), watch(whole.replace(completed, '')).observer.leaves()]).toEqual(['resp_1', undefined]);
    expect([observer.finishReason(), observer.done, observer.complete, observer.content, observer.error]).toEqual([
      'completed',
      true,
      true,
      true,
      undefined,
    ]);
  });

  it('does so wherever the stream is cut, and whatever its line ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\r'), (cuts, end) => {
        const text = whole.replaceAll('\n', end);
        const { observer, out } = watch(text, cuts);
        expect(out).toBe(text);
        expect(observer.usage()).toMatchObject({ input: 7, output: 3 });
        expect([observer.finishReason(), observer.done, observer.content, observer.error]).toEqual(['completed', true, true, undefined]);
      }),
      { numRuns: 1_000 },
    );
    for (let cut = 0; cut < Buffer.byteLength(whole); cut += 1) expect(watch(whole, [cut]).observer.done).toBe(true);
  });

  it('needs no event names: the type in the data says it, wherever it stands there', () => {
    const bare = whole
      .replaceAll(/^event: .*\n/gm, '')
      .replaceAll(/data: \{"type":("response\.[a-z_.]+"),(.*)\}\n/g, 'data: {$2,"type":$1}\n');
    expect(bare).not.toContain('event:');
    expect(bare).toContain(',"type":"response.completed"}');
    const { observer, out } = watch(bare);
    expect(out).toBe(bare);
    expect([observer.done, observer.content, observer.finishReason(), observer.error]).toEqual([true, true, 'completed', undefined]);
  });

  it('an incomplete answer is an end with its reason', () => {
    const response = { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage };
    const { observer } = watch(begun + frame('response.incomplete', { response }));
    expect([observer.done, observer.content, observer.finishReason()]).toEqual([true, true, 'max_output_tokens']);
    expect(observer.usage()).toMatchObject({ input: 7 });
  });

  it('an end without status or usage is an end; what is not said is unknown', () => {
    for (const response of [{}, null, 'x', { usage: null, status: 5 }, { usage: {} }]) {
      const { observer } = watch(begun + frame('response.completed', { response }));
      expect([observer.done, observer.finishReason(), observer.usage()]).toEqual([true, 'completed', undefined]);
    }
  });

  it.each([
    ['an item', added, true],
    ['a delta', delta('a'), true],
    ['a refusal', frame('response.refusal.delta', { ...at, delta: 'no' }), true],
    ['reasoning', frame('response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: 'hm' }), true],
    ['a search under way', frame('response.web_search_call.in_progress', { output_index: 0 }), true],
    ['the beginning', begun, false],
    ['the beginning without names', begun.replaceAll(/^event: .*\n/gm, ''), false],
    ['a queued answer', frame('response.queued', { response: echo }), false],
    ['a ping', 'event: ping\ndata: {"type":"ping"}\n\n', false],
    ['an empty object', 'data: {}\n\n', false],
    ['a comment', ': OPENROUTER PROCESSING\n\n', false],
    ['no JSON', 'data: {"type":"response.output\n\n', false],
  ])('%s: is it content?', (_, text, expected) => {
    expect(watch(text).observer.content).toBe(expected);
    expect(watch(text).observer.done).toBe(false);
  });
});

describe('an error', () => {
  it.each([
    ["OpenAI's event", 'event: error\ndata: {"type":"error","code":"server_error","message":"no","param":null,"sequence_number":3}\n\n'],
    ['the same, nested', 'event: error\ndata: {"type":"error","error":{"type":"x","code":"y","message":"no"},"sequence_number":3}\n\n'],
    ['without a name', 'data: {"type":"error","code":"server_error","message":"no"}\n\n'],
    ['by its name alone', 'event: error\ndata: {"code":500,"message":"no"}\n\n'],
    ['by its name alone, CRLF', 'event:error\r\ndata: {"code":500,"message":"no"}\r\n\r\n'],
    ["Chat's", 'data: {"error":{"message":"no","code":502}}\n\n'],
    ["xAI's", 'data: {"code":"invalid-argument","error":"no"}\n\n'],
  ])('litellm#4562, Portkey#741: %s is seen, before content and in the middle of a chunk of bytes', (_, error) => {
    for (const before of ['', begun, whole.replace(completed, '')]) {
      const { observer, out } = watch(before + error + completed);
      expect(observer.error).toEqual(JSON.parse(/data: (.*?)\r?\n/.exec(error)?.[1] ?? ''));
      expect(observer.done).toBe(false);
      expect(out).toBe(before);
    }
  });

  it('by its name, and no JSON', () => {
    expect(watch('event: error\ndata: overloaded\n\n').observer.error).toBe('overloaded');
  });

  it('bifrost#4970: a failed answer is an error and no content, so that another target may still be asked', () => {
    const failed = frame('response.failed', {
      response: { ...echo, status: 'failed', error: { code: 'server_error', message: 'no' }, usage },
    });
    const { observer, out } = watch(begun + failed);
    expect([observer.content, observer.done, observer.finishReason()]).toEqual([false, false, 'failed']);
    expect(observer.error).toEqual({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error', message: 'no' } },
    });
    expect(observer.usage()).toMatchObject({ input: 7 });
    expect(out).toBe(begun);
  });

  it('of a rate limit is told by its code, and not by what the request happened to say of rate limits', () => {
    const failed = (code: string): unknown => {
      const response = { ...echo, instructions: 'mind the rate_limit', status: 'failed', error: { code, message: 'no' } };
      return reportedError(watch(begun + frame('response.failed', { response })).observer.error ?? null).code;
    };
    expect(failed('rate_limit_exceeded')).toBe('GW_UPSTREAM_RATE_LIMITED');
    expect(failed('server_error')).toBe('GW_UPSTREAM_STREAM_ERROR');
  });

  it.each([null, 'x', {}])('a failed answer of %j is one as well', (response) => {
    expect(watch(frame('response.failed', { response })).observer.error).toEqual({
      type: 'response.failed',
      response: { status: null, error: null },
    });
  });

  it.each([
    ['mentioned in a text', delta('"type":"error"')],
    ['the whole of a text', delta('error')],
    ['null', frame('response.in_progress', { response: { error: null } })],
    [
      "a tool call's",
      frame('response.output_item.done', {
        output_index: 0,
        item: { type: 'mcp_call', error: { type: 'http_error', code: 500, message: 'x' } },
      }),
    ],
    ["a failed tool call's", frame('response.mcp_call.failed', { output_index: 0, error: 'x' })],
  ])('%s is none', (_, text) => {
    const { observer, out } = watch(delta('a') + text + completed);
    expect([observer.error, observer.done]).toEqual([undefined, true]);
    expect(out).toBe(delta('a') + text + completed);
  });
});

describe('[DONE]', () => {
  it('is not the end, and is kept from clients: they would stop there and miss the error that follows', () => {
    const cut = whole.replace(completed, '');
    for (const done of ['data: [DONE]\n\n', 'event: done\ndata: [DONE]\n\n', 'data:[DONE]\r\n\r\n']) {
      const { observer, out } = watch(cut + done);
      expect([observer.done, observer.complete]).toEqual([false, false]);
      expect(out).toBe(cut);
      expect(watch(whole + done).out).toBe(whole);
    }
  });

  it('in a text stays', () => {
    const text = frame('response.x.delta', { delta: '[DONE]' });
    expect(watch(text).out).toBe(text);
  });
});

describe('any stream', () => {
  it('never makes it throw', () => {
    const piece = fc.constantFrom(
      ...[
        'data: ',
        'event: error',
        'event: response.created',
        '"type":',
        '"response.completed"',
        '"response.failed"',
        '"error"',
        ':null',
        '{',
        '}',
      ],
      ...['"response":', '[', ']', ',', 'null', '\n', '\n\n', '[DONE]', '"', '\\', '1', ':'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { observer, out } = watch(`${pieces.join('')}\n\n`);
        observer.finishReason();
        observer.usage();
        expect(out.length).toBeLessThanOrEqual(pieces.join('').length + 2);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['deltas', delta('word ')],
    ['deltas that speak of ends and errors', delta('"response.completed" "error"')],
    ['deltas that are such words', delta('response.completed')],
  ])('is read in linear time: %s', { retry: 3 }, (_, unit) => {
    const ratio = growth((size) => {
      const text = unit.repeat(size);
      return () => watch(text);
    }, 1_500);
    expect(ratio).toBeLessThan(3.2);
  });
});
