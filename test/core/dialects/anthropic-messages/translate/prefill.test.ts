import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefill } from '../../../../../core/src/dialects/anthropic-messages/translate/prefill.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const traits = { model: 'claude-sonnet-4-5', maxOutputTokens: undefined, quirks: {} };
const user = { role: 'user', content: 'Count to three' };

describe('prefill of Messages', () => {
  it('adds a last turn of the assistant', () => {
    expect(prefill({ messages: [user] }, 'One, two', traits)).toEqual({
      path: ['messages'],
      value: [user, { role: 'assistant', content: 'One, two' }],
    });
    expect(prefill({ messages: [user], thinking: { type: 'disabled' } }, 'One', traits)).toBeDefined();
  });

  it('vercel/ai#12296: newer models refuse it with a 400, and are not asked', () => {
    expect(prefill({ messages: [user] }, 'One', { ...traits, model: 'claude-opus-4-6' })).toBeUndefined();
  });

  it.each([
    ['thinking, which would come first', { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
    ['adaptive thinking', { thinking: { type: 'adaptive' } }],
    ['a schema, which holds for the answer as a whole', { output_config: { format: { type: 'json_schema', schema: {} } } }],
    ['an assistant that spoke last', { messages: [user, { role: 'assistant', content: 'One' }] }],
    ['no conversation', { messages: [] }],
  ])('does nothing with %s', (_what, more: JsonObject) => {
    expect(prefill({ messages: [user], ...more }, 'One', traits)).toBeUndefined();
  });

  it("does nothing for other vendors' models behind this format", () => {
    expect(prefill({ messages: [user] }, 'One', { ...traits, model: 'kimi-k2' })).toBeUndefined();
  });

  it('takes any request, and does not change it', () => {
    const odd = fc.record({ messages: fc.jsonValue(), thinking: fc.jsonValue(), output_config: fc.jsonValue() }, { requiredKeys: [] });
    fc.assert(
      fc.property(odd, (body) => {
        const before = JSON.stringify(body);
        prefill(body as JsonObject, 'One', traits);
        expect(JSON.stringify(body)).toBe(before);
      }),
    );
  });
});
