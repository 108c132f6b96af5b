import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer } from '../../../../../core/src/dialects/google-generate-content/translate/decode-answer.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const partsOf = (...parts: JsonObject[]) => decodeAnswer({ candidates: [{ content: { role: 'model', parts } }] }).parts;
const own = (value: string) => ({ dialect: 'google-generate-content', value });

describe('odd answers', () => {
  it('any document is an answer', () => {
    const key = fc.constantFrom(
      'candidates',
      'content',
      'parts',
      'text',
      'functionCall',
      'args',
      'name',
      'usageMetadata',
      'finishReason',
      'thought',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('STOP', '', 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(key, value), (body) => {
        expect(decodeAnswer(body as JsonObject).parts).toBeInstanceOf(Array);
      }),
      { numRuns: 500 },
    );
  });

  it('a blocked prompt is a filtered answer without parts', () => {
    expect(decodeAnswer({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, responseId: 'r', modelVersion: 'm' })).toEqual({
      id: 'r',
      model: 'm',
      parts: [],
      stop: { kind: 'filtered' },
      usage: undefined,
    });
  });

  it('what is broken keeps its word, and what was said before', () => {
    const body = { candidates: [{ content: { parts: [{ text: 'I will' }] }, finishReason: 'MALFORMED_FUNCTION_CALL' }] };
    expect(decodeAnswer(body)).toMatchObject({ parts: [{ text: 'I will' }], stop: { kind: 'unknown', word: 'MALFORMED_FUNCTION_CALL' } });
  });

  it('leaves out what no other format has, and nothing else', () => {
    expect(
      partsOf(
        { inlineData: { mimeType: 'image/png', data: 'A' } },
        { executableCode: { code: '1' } },
        { text: 'a' },
        { text: '' },
        {},
        { thought: true },
      ),
    ).toEqual([{ kind: 'text', text: 'a' }]);
    expect(partsOf({ functionCall: {} }, { functionCall: { args: { a: 1 } } })).toEqual([
      { kind: 'toolCall', id: '', name: '', arguments: '{"a":1}', opaque: undefined },
    ]);
  });
});

describe('decodeAnswer', () => {
  it('claude-code-router#160: calls stop it, with their signature and without an id', () => {
    const body = {
      candidates: [
        {
          content: {
            parts: [{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' }, { functionCall: { name: 'g', id: 'x' } }],
          },
          finishReason: 'STOP',
        },
      ],
    };
    expect(decodeAnswer(body)).toMatchObject({
      parts: [
        { kind: 'toolCall', id: '', name: 'f', arguments: '{"a":1}', opaque: own('sig') },
        { kind: 'toolCall', id: 'x', name: 'g', arguments: '{}', opaque: undefined },
      ],
      stop: { kind: 'toolCalls' },
    });
  });

  it('litellm#20433: thoughts are reasoning, signatures stay with them', () => {
    expect(
      partsOf(
        { text: 'hm', thought: true, thoughtSignature: 'a' },
        { text: 'hi', thoughtSignature: 'b' },
        { text: '', thoughtSignature: 'c' },
      ),
    ).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: own('a') },
      { kind: 'text', text: 'hi' },
      { kind: 'reasoning', text: '', opaque: own('b') },
      { kind: 'reasoning', text: '', opaque: own('c') },
    ]);
  });

  it('CLIProxyAPI#1643: thoughts are output, cached tokens are input', () => {
    const usageMetadata = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 20,
      totalTokenCount: 35,
    };
    expect(decodeAnswer({ candidates: [], usageMetadata }).usage).toMatchObject({ input: 10, cacheRead: 4, output: 25, reasoning: 20 });
  });
});
