import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIdOf, decodeAnswer, readContent } from '../../../../../core/src/dialects/openai-responses/translate/decode-answer.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

describe('decodeAnswer', () => {
  it('reads texts, refusals, reasoning and calls in their order', () => {
    const body = {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: 'gpt-5-mini',
      output: [
        { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAA' },
        {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'a' },
            { type: 'refusal', refusal: 'b' },
          ],
        },
        { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a": 1.0}' },
      ],
      usage: {
        input_tokens: 7,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens: 3,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 10,
      },
    };
    expect(decodeAnswer(body)).toEqual({
      id: 'resp_1',
      model: 'gpt-5-mini',
      parts: [
        { kind: 'reasoning', text: 'Hm.', opaque: { dialect: 'openai-responses', value: 'gAAA' } },
        { kind: 'text', text: 'a' },
        { kind: 'refusal', text: 'b' },
        { kind: 'toolCall', id: 'call_1', name: 'f', arguments: '{"a": 1.0}', opaque: undefined },
      ],
      stop: { kind: 'toolCalls' },
      usage: { input: 7, output: 3, cacheRead: 2, cacheWrite: undefined, reasoning: 1, raw: body.usage },
    });
  });

  it('has nothing made up where the provider said nothing', () => {
    const nothing = { id: '', model: '', parts: [], stop: undefined, usage: undefined };
    expect([decodeAnswer({}), decodeAnswer({ output: null, usage: null, status: null })]).toEqual([nothing, nothing]);
  });

  it('passes over items that only the provider’s own tools write, and empty ones', () => {
    const output = [
      { type: 'web_search_call', status: 'completed' },
      { type: 'message', content: [{ type: 'output_text', text: '' }, { type: 'unheard_of' }] },
      { type: 'reasoning', summary: [] },
      { type: 'function_call', call_id: 'x', name: '' },
      { type: 'message', content: [{ type: 'output_text', text: 'a', annotations: [{}] }] },
    ];
    expect(decodeAnswer({ status: 'completed', output })).toMatchObject({ parts: [{ kind: 'text', text: 'a' }], stop: { kind: 'end' } });
  });

  it('never throws, whatever it is given', () => {
    const odd = fc.jsonValue();
    const item = fc.record({
      type: fc.constantFrom('message', 'reasoning', 'function_call'),
      content: odd,
      summary: odd,
      name: odd,
      arguments: odd,
      encrypted_content: odd,
    });
    const body = fc.record({
      output: fc.oneof(fc.array(fc.oneof(item, odd)), odd),
      status: odd,
      incomplete_details: odd,
      usage: odd,
      id: odd,
    });
    fc.assert(
      fc.property(body, (given) => {
        const { parts } = decodeAnswer(given as JsonObject);
        for (const part of parts) expect(typeof (part.kind === 'toolCall' ? part.arguments : part.text)).toBe('string');
      }),
    );
  });
});

describe('callIdOf', () => {
  it('is the item’s own id where a server gives that alone', () => {
    expect([{ call_id: 'a', id: 'b' }, { id: 'b' }, { call_id: null }].map(callIdOf)).toEqual(['a', 'b', '']);
  });
});

describe('readContent', () => {
  it('is the texts that say something', () => {
    expect(
      readContent({
        content: [{ type: 'output_text', text: 'a' }, null, { type: 'refusal', refusal: '' }, { type: 'refusal', text: 'b' }],
      }),
    ).toEqual([{ kind: 'text', text: 'a' }]);
  });
});
