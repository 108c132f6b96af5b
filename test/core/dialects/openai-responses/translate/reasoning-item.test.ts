import { describe, expect, it } from 'vitest';
import { readReasoningItem } from '../../../../../core/src/dialects/openai-responses/translate/reasoning-item.ts';

describe('readReasoningItem', () => {
  it('joins the parts of a summary as paragraphs', () => {
    const item = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'a' }, { type: 'summary_text', text: '' }, { text: 'b' }] };
    expect(readReasoningItem(item)).toEqual({ kind: 'reasoning', text: 'a\n\nb', opaque: undefined });
  });

  it('prefers what was thought to a summary of it', () => {
    expect(readReasoningItem({ content: [{ text: 'long' }], summary: [{ text: 'short' }] }).text).toBe('long');
    expect(readReasoningItem({ content: [], summary: [{ text: 'short' }] }).text).toBe('short');
  });

  it.each([[{}], [{ summary: null, content: 'x', encrypted_content: 7 }], [{ summary: [null, { text: 7 }] }]])(
    '%j says nothing',
    (item) => {
      expect(readReasoningItem(item)).toEqual({ kind: 'reasoning', text: '', opaque: undefined });
    },
  );
});
