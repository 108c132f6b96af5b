import { describe, expect, it } from 'vitest';
import { choiceCount, readCall } from '../../../../core/src/dialects/openai-completions/read-call.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const call = (rest: object): JsonObject => ({ model: 'm', prompt: 'hi', ...rest }) as JsonObject;

describe('readCall', () => {
  it.each([
    ['model', { model: undefined }],
    ['prompt', { prompt: 5 }],
    ['prompt', { prompt: {} }],
    ['stream', { stream: 'true' }],
    ['n', { n: 129 }],
    ['best_of', { best_of: 21 }],
    ['max_tokens', { max_tokens: -1 }],
    ['top_p', { top_p: Number.POSITIVE_INFINITY }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => readCall(call(rest))).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('reads what the gateway decides by', () => {
    expect(readCall(call({}))).toEqual({ model: 'm', stream: false, maxOutputTokens: undefined, tools: [] });
    expect(readCall(call({ stream: true, max_tokens: 7, n: 2, best_of: 3 }))).toEqual({
      model: 'm',
      stream: true,
      maxOutputTokens: 7,
      tools: [],
    });
    for (const prompt of [undefined, null, [], ['a'], [1], [[1]]]) expect(readCall(call({ prompt })).model).toBe('m');
  });
});

describe('choiceCount', () => {
  it.each([
    [{}, 1],
    [{ prompt: 'x', n: 3 }, 3],
    [{ prompt: ['a', 'b'] }, 2],
    [{ prompt: ['a', 'b'], n: 2 }, 4],
    [{ prompt: [1, 2, 3] }, 1],
    [{ prompt: [[1], [2]], n: null }, 2],
    [{ prompt: [] }, 1],
  ])('of %j is %s', (body, count) => {
    expect(choiceCount(body as JsonObject)).toBe(count);
  });
});
