import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAnswer, isClientsTool } from '../../../../providers/bedrock/src/converse/decode-answer.ts';

const answer = (content: unknown, more: object = {}) =>
  decodeAnswer({ output: { message: { role: 'assistant', content: content as never } }, ...more });

describe('a whole answer of Converse', () => {
  it('has texts, calls and reasoning in order', () => {
    const decoded = answer(
      [
        { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
        { text: 'Let me see.' },
        { toolUse: { toolUseId: 'tooluse_1', name: 'weather', input: { place: 'Bern', days: 2 } } },
      ],
      { stopReason: 'tool_use', usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, metrics: { latencyMs: 5 } },
    );
    expect(decoded).toEqual({
      id: '',
      model: '',
      parts: [
        { kind: 'reasoning', text: 'hm', opaque: { dialect: 'bedrock-converse', value: 's' } },
        { kind: 'text', text: 'Let me see.' },
        { kind: 'toolCall', id: 'tooluse_1', name: 'weather', arguments: '{"place":"Bern","days":2}', opaque: undefined },
      ],
      stop: { kind: 'toolCalls' },
      usage: expect.objectContaining({ input: 3, output: 4 }) as never,
    });
  });

  it('has stopped for its calls, also where it says that it just ended', () => {
    expect(answer([{ toolUse: { toolUseId: 'i', name: 'a', input: {} } }], { stopReason: 'end_turn' }).stop).toEqual({ kind: 'toolCalls' });
  });

  it("leaves out what AWS's own tools did, which the text tells of", () => {
    const { parts, stop } = answer(
      [
        { toolUse: { toolUseId: 't', name: 'nova_grounding', input: {}, type: 'server_tool_use' } },
        { toolResult: { toolUseId: 't', content: [{ text: 'found' }], type: 'nova_grounding_result' } },
        { text: 'It is so.' },
      ],
      { stopReason: 'end_turn' },
    );
    expect(parts).toEqual([{ kind: 'text', text: 'It is so.' }]);
    expect(stop).toEqual({ kind: 'end' });
  });

  it('has the texts that stand beside citations', () => {
    expect(answer([{ citationsContent: { content: [{ text: 'cited' }, { text: '' }], citations: [{}] } }]).parts).toEqual([
      { kind: 'text', text: 'cited' },
    ]);
  });

  it('has no empty part, and no call without a name', () => {
    expect(answer([{ text: '' }, { toolUse: { toolUseId: 'x' } }, { reasoningContent: {} }, {}, null, 'x', { image: {} }]).parts).toEqual(
      [],
    );
  });

  it('is read of anything without an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (content, message, output) => {
        answer(content);
        decodeAnswer({ output: { message: message as never } });
        decodeAnswer({ output: output as never, usage: message as never, stopReason: content as never });
      }),
    );
  });
});

describe('a call', () => {
  it.each([
    [undefined, '{}'],
    [null, '{}'],
    ['', '{}'],
    [[1], '{}'],
    ['{"a":', '{"a":'], // as it was streamed by somebody
  ])('with the input %j has the arguments %s', (input, text) => {
    expect(answer([{ toolUse: { toolUseId: 'i', name: 'a', input } }]).parts).toMatchObject([{ arguments: text }]);
  });

  it('nested deeper than can be written has no arguments', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;
    expect(answer([{ toolUse: { toolUseId: 'i', name: 'a', input: deep } }]).parts).toMatchObject([{ arguments: '{}' }]);
  });

  it("is the client's to carry out, or AWS's", () => {
    expect(isClientsTool({ name: 'a' })).toBe(true);
    expect(isClientsTool({ name: 'a', type: null })).toBe(true);
    expect(isClientsTool({ name: 'a', type: 'server_tool_use' })).toBe(false);
    expect(isClientsTool({ name: '' })).toBe(false);
  });
});
