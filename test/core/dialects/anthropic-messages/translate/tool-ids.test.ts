import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesCallId } from '../../../../../core/src/dialects/anthropic-messages/translate/tool-ids.ts';

describe('messagesCallId', () => {
  it("Responses' ids, of 450 characters and with a bar, would be refused", () => {
    expect(messagesCallId(`call_1|fc_${'a'.repeat(440)}`, '0')).toMatch(/^toolu_[0-9a-f]{24}$/);
    expect(messagesCallId('a'.repeat(64), '0')).toBe('a'.repeat(64));
    expect(messagesCallId('a'.repeat(65), '0')).toMatch(/^toolu_/);
  });

  it('vercel/ai#19319: an empty id could not be answered', () => {
    expect(messagesCallId('', '1')).toMatch(/^toolu_[0-9a-f]{24}$/);
    expect(messagesCallId('', '1')).not.toBe(messagesCallId('', '2'));
  });

  it('the same id is the same each turn, wherever it stands, and always one that Anthropic takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (id) => {
        const made = messagesCallId(id, '0');
        expect(made).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(messagesCallId(id, '9')).toBe(made);
        expect(messagesCallId(made, '1')).toBe(made);
      }),
    );
  });
});
