import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefill } from '../../../../../core/src/dialects/openai-chat/translate/prefill.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const traits = { model: 'mistral-large', maxOutputTokens: undefined, quirks: { prefixMessages: true } };
const user = { role: 'user', content: 'Count to three' };

describe('prefill of Chat', () => {
  it('adds a last message of the assistant, marked as a prefix', () => {
    expect(prefill({ messages: [user] }, 'One, two', traits)).toEqual({
      path: ['messages'],
      value: [user, { role: 'assistant', content: 'One, two', prefix: true }],
    });
  });

  it('is nobody else’s: elsewhere it would be an earlier turn', () => {
    expect(prefill({ messages: [user] }, 'One', { ...traits, quirks: {} })).toBeUndefined();
    expect(prefill({ messages: [user] }, 'One', { ...traits, quirks: { prefixMessages: false } })).toBeUndefined();
  });

  it.each([
    ['the assistant spoke last', [user, { role: 'assistant', content: 'One' }]],
    ['a tool spoke last', [user, { role: 'tool', content: '1', tool_call_id: 'c' }]],
    ['nobody spoke', []],
  ])('leaves a conversation alone where %s', (_what, messages) => {
    expect(prefill({ messages }, 'One', traits)).toBeUndefined();
  });

  it('takes any request, and does not change it', () => {
    fc.assert(
      fc.property(fc.record({ messages: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) }, { requiredKeys: [] }), (body) => {
        const before = JSON.stringify(body);
        prefill(body as JsonObject, 'One', traits);
        expect(JSON.stringify(body)).toBe(before);
      }),
    );
  });
});
