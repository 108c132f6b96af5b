import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatCallId } from '../../../../../core/src/dialects/openai-chat/translate/tool-ids.ts';

describe('chatCallId', () => {
  it('vercel/ai#8132, Portkey#1062: an id longer than 40 characters would be refused', () => {
    expect(chatCallId('a'.repeat(40), '0:0')).toBe('a'.repeat(40));
    expect(chatCallId('a'.repeat(41), '0:0')).toMatch(/^call_[0-9a-f]{24}$/);
  });

  it('vercel/ai#19319: an empty id could not be answered', () => {
    expect(chatCallId('', '1:0')).toMatch(/^call_[0-9a-f]{24}$/);
    expect(chatCallId('', '1:0')).not.toBe(chatCallId('', '1:1'));
  });

  it('the same id is the same each turn, wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (id) => {
        const short = chatCallId(id, '0:0');
        expect(short.length).toBeLessThanOrEqual(40);
        expect(chatCallId(id, '9:9')).toBe(short);
        expect(chatCallId(short, '1:1')).toBe(short);
      }),
    );
  });
});
