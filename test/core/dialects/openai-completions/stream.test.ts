import { describe, expect, it } from 'vitest';
import { completionsStream } from '../../../../core/src/dialects/openai-completions/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

describe('usage', () => {
  it.each([
    ['{"model":"m" ,"n":1.0}', '{"model":"m" ,"n":1.0,"stream_options":{"include_usage":true}}'],
    ['{"stream_options":null,"n":1}', '{"stream_options":{"include_usage":true},"n":1}'],
    ['{"stream_options":{"x":1}}', '{"stream_options":{"x":1,"include_usage":true}}'],
    ['{"stream_options":{"include_usage":false}}', '{"stream_options":{"include_usage":true}}'],
  ])('is asked for: %s becomes %s', (before, after) => {
    const document = new JsonDocument(before);
    expect(completionsStream.requestUsage(document)).toBe(true);
    expect(document.toText()).toBe(after);
    expect(completionsStream.wantsUsage(JSON.parse(before))).toBe(false);
  });

  it('is not asked for twice', () => {
    const document = new JsonDocument('{"stream_options":{"include_usage":true}}');
    expect(completionsStream.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
    expect(completionsStream.wantsUsage({ stream_options: { include_usage: true } })).toBe(true);
  });
});

describe('observe', () => {
  it('waits for as many choices as were asked for', () => {
    const observer = completionsStream.observe({ stripUsage: false, request: { prompt: ['a', 'b'] } });
    const finished = (index: number): boolean => {
      const text = `data: {"choices":[{"index":${index},"text":"","finish_reason":"stop"}]}\n\n`;
      observer.chunk(text);
      observer.frame(0, text.length);
      return observer.complete;
    };
    expect([finished(0), finished(1)]).toEqual([false, true]);
  });
});

describe('ends', () => {
  it('a text ends with its finish reason, all with [DONE]', () => {
    expect(completionsStream.ends({ choices: [{ index: 2, finish_reason: 'stop' }, { finish_reason: null }] }, '')).toEqual(['2:']);
    expect(completionsStream.ends(undefined, '[DONE]')).toEqual(['']);
    expect(completionsStream.ends({ choices: null }, '')).toEqual([]);
  });
});

describe('saidOnce', () => {
  it('is what a chunk says besides its text', () => {
    const chunk = { id: 'c', usage: {}, choices: [{ index: 0, text: 'x', finish_reason: 'stop', logprobs: {} }] };
    const document = new JsonDocument(JSON.stringify(chunk));
    for (const path of completionsStream.saidOnce(chunk)) document.removeKey(path);
    expect(JSON.parse(document.toText())).toEqual({ id: 'c', choices: [{ index: 0, text: 'x' }] });
    expect(completionsStream.saidOnce(null)).toEqual([]);
    expect(completionsStream.saidOnce({ usage: null, choices: [{ finish_reason: null }] })).toEqual([]);
  });
});

describe('errorFrame', () => {
  it('is one event that the SDK throws, and no clean end', () => {
    const frame = completionsStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r');
    expect(frame).toMatch(/^data: [^\n]+\n\n$/);
    expect(parseFrameData(frame)).toMatchObject({ error: { code: 'GW_UPSTREAM_TRUNCATED' } });
  });
});

describe('heartbeat', () => {
  it('is a comment, a frame of its own', () => {
    expect(completionsStream.heartbeat).toMatch(/^:[^\n]*\n\n$/);
  });
});
