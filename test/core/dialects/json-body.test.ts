import { describe, expect, it } from 'vitest';
import { BytesBody } from '../../../core/src/dialects/json-body.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';

const answer = '{ "id":"1", "choices":[{"index":0,"message":{"role":"assistant","content":"h\\u0069"}}], "n":1.0 }';

describe('BytesBody', () => {
  it('gives back the very bytes it got, looked at or not', () => {
    const bytes = Buffer.from(answer);
    const body = new BytesBody(bytes, openaiChat);
    expect(body.bytes()).toBe(bytes);
    expect(body.json).toEqual(JSON.parse(answer));
    expect(body.texts().map(({ text }) => text)).toEqual(['hi']);
    expect(body.bytes()).toBe(bytes);
  });

  it('splices edits into the bytes', () => {
    const body = new BytesBody(Buffer.from(answer), openaiChat);
    body.texts()[0]?.replace('hé');
    expect(body.bytes().toString()).toBe(answer.replace('"h\\u0069"', '"hé"'));
    expect(body.texts()[0]?.text).toBe('hé');
    expect(body.json).toEqual(JSON.parse(answer));
  });

  it.each(['not json', '', '{"choices":[', '\u0000'])(
    '%j is no JSON: it passes, but nobody may take it for an answer without texts',
    (text) => {
      const body = new BytesBody(Buffer.from(text), openaiChat);
      expect(body.json).toBeUndefined();
      expect(() => body.texts()).toThrow(expect.objectContaining({ code: 'GW_UPSTREAM_BAD_RESPONSE' }));
      expect(body.bytes().toString()).toBe(text);
    },
  );

  it('without a dialect it has no texts, JSON or not', () => {
    expect(new BytesBody(Buffer.from(answer)).texts()).toEqual([]);
    expect(new BytesBody(Buffer.from('<html>')).texts()).toEqual([]);
  });

  it('reads answers that no client might send as a request', () => {
    const message = (inner: string): string => `{"choices":[{"message":{"content":"a","x":${inner}}}]}`;
    for (const inner of ['"\\ud83d"', `${'['.repeat(80)}${']'.repeat(80)}`, '{"k":1,"k":2}'])
      expect(new BytesBody(Buffer.from(message(inner)), openaiChat).texts().map(({ text }) => text)).toEqual(['a']);
  });

  it('writes a key once that came twice, when edited: no parser finds the text that nobody saw', () => {
    const body = new BytesBody(Buffer.from('{"choices":[{"message":{"content":"unseen","content":"seen"}}]}'), openaiChat);
    body.texts()[0]?.replace('edited');
    expect(body.bytes().toString()).toBe('{"choices":[{"message":{"content":"edited"}}]}');
  });

  it('finds texts in tool arguments that are sloppy JSON', () => {
    const call = (args: string): string => JSON.stringify({ choices: [{ message: { tool_calls: [{ function: { arguments: args } }] } }] });
    const texts = (args: string): string[] => new BytesBody(Buffer.from(call(args)), openaiChat).texts().map(({ text }) => text);
    expect(texts('{"a":"1","a":"2"}')).toEqual(['2']);
    expect(texts('{"a":"\\ud83d"}')).toEqual(['\ud83d']);
    expect(texts('{"a":"cut')).toEqual(['{"a":"cut']);
  });
});
