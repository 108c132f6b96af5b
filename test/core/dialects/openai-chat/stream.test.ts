import { describe, expect, it } from 'vitest';
import { chatStream } from '../../../../core/src/dialects/openai-chat/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

describe('wantsUsage', () => {
  it('is true of who asked', () => {
    const asks = [{ stream_options: { include_usage: true } }, { stream_options: { include_usage: false } }, { stream_options: null }, {}];
    expect(asks.map((body) => chatStream.wantsUsage(body))).toEqual([true, false, false, false]);
  });
});

describe('requestUsage', () => {
  it.each([
    ['{"model":"m" ,"n":1.0}', '{"model":"m" ,"n":1.0,"stream_options":{"include_usage":true}}'],
    ['{"stream_options":null,"n":1}', '{"stream_options":{"include_usage":true},"n":1}'],
    ['{"stream_options":{},"n":1}', '{"stream_options":{"include_usage":true},"n":1}'],
    ['{"stream_options":{"include_obfuscation":false}}', '{"stream_options":{"include_obfuscation":false,"include_usage":true}}'],
    ['{"stream_options":{"include_usage":false}}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options":{"include_usage":null}}', '{"stream_options":{"include_usage":true}}'],
  ])('turns %s into %s', (before, after) => {
    const document = new JsonDocument(before);
    expect(chatStream.requestUsage(document)).toBe(true);
    expect(document.toText()).toBe(after);
  });

  it('leaves a request alone that asks already', () => {
    const document = new JsonDocument('{"stream_options":{"include_usage":true}}');
    expect(chatStream.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
  });

  it('looks at what plugins made of the request', () => {
    const removed = new JsonDocument('{"stream_options":{"include_usage":true},"n":1}');
    removed.removeKey(['stream_options']);
    expect(chatStream.requestUsage(removed)).toBe(true);
    expect(JSON.parse(removed.toText())).toEqual({ n: 1, stream_options: { include_usage: true } });
    const inserted = new JsonDocument('{"n":1}');
    inserted.insertKey([], 'stream_options', '{"include_obfuscation":true}');
    expect(chatStream.requestUsage(inserted)).toBe(true);
    expect(JSON.parse(inserted.toText())).toEqual({ n: 1, stream_options: { include_obfuscation: true, include_usage: true } });
    const replaced = new JsonDocument('{"stream_options":null}');
    replaced.replaceValue(['stream_options'], '{"include_usage":true}');
    expect(chatStream.requestUsage(replaced)).toBe(false);
  });
});

describe('ends', () => {
  it.each([
    [{ choices: [{ index: 0, finish_reason: null }] }, []],
    [{ choices: [{ index: 0, finish_reason: '' }] }, []],
    [{ choices: [{ index: 2, finish_reason: 'stop' }, { index: 1 }, { index: 0, finish_reason: 'length' }] }, ['2:', '0:']],
    [{ choices: [{}, { finish_reason: 'stop' }] }, ['1:']],
    [{ choices: [], usage: {} }, []],
    [{ choices: null }, []],
    [{ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: { a: 'b' } } }] } }] }, ['0:']],
    [{ choices: [{ index: 1, delta: { function_call: { arguments: {} } } }] }, ['1:']],
    [{ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }, null] } }] }, []],
    [undefined, []],
  ])('%j ends %j', (json, ended) => {
    expect(chatStream.ends(json, JSON.stringify(json) ?? '')).toEqual(ended);
  });

  it('[DONE] ends all', () => {
    expect(chatStream.ends(undefined, '[DONE]')).toEqual(['']);
  });
});

describe('errorFrame', () => {
  it('is one event that the SDK throws, and no clean end', () => {
    const frame = chatStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r');
    expect(frame).toMatch(/^data: [^\n]+\n\n$/);
    expect(frame).not.toContain('[DONE]');
    expect(parseFrameData(frame)).toMatchObject({ error: { code: 'GW_UPSTREAM_TRUNCATED' } });
  });
});

describe('heartbeat', () => {
  it('is a comment, a frame of its own', () => {
    expect(chatStream.heartbeat).toMatch(/^:[^\n]*\n\n$/);
  });
});
