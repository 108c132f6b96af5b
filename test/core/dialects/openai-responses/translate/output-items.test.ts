import { describe, expect, it } from 'vitest';
import {
  callItem,
  contentPart,
  itemId,
  messageItem,
  reasoningItem,
} from '../../../../../core/src/dialects/openai-responses/translate/output-items.ts';

describe('ids', () => {
  it('OpenAI takes back: 64 characters, and its own first letters', () => {
    const exchange = 'f'.repeat(32);
    for (const [kind, prefix] of [
      ['message', 'msg_'],
      ['reasoning', 'rs_'],
      ['call', 'fc_'],
    ] as const) {
      const id = itemId(kind, exchange, 123_456);
      expect(id.startsWith(prefix)).toBe(true);
      expect(id.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('items', () => {
  it('have every key that strict clients look for', () => {
    expect(messageItem('m', 'completed', [contentPart('text', 'a'), contentPart('refusal', 'b')])).toEqual({
      id: 'm',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [
        { type: 'output_text', annotations: [], logprobs: [], text: 'a' },
        { type: 'refusal', refusal: 'b' },
      ],
    });
    expect(callItem({ id: 'f', callId: 'c', name: 'n' }, 'completed', '{}')).toEqual({
      id: 'f',
      type: 'function_call',
      status: 'completed',
      call_id: 'c',
      name: 'n',
      arguments: '{}',
    });
  });

  it('reasoning has a summary even where it says nothing, and an encrypted part only where there is one', () => {
    expect(reasoningItem('r', '', 'E')).toEqual({ id: 'r', type: 'reasoning', summary: [], encrypted_content: 'E' });
    expect(reasoningItem('r', 'a', undefined)).toEqual({ id: 'r', type: 'reasoning', summary: [{ type: 'summary_text', text: 'a' }] });
  });
});
