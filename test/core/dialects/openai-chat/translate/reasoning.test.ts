import { describe, expect, it } from 'vitest';
import { readReasoning, thinkingText, writeDetails } from '../../../../../core/src/dialects/openai-chat/translate/reasoning.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const plain = (text: string) => ({ kind: 'reasoning', text, opaque: undefined }) as const;

describe('readReasoning', () => {
  it.each<JsonObject>([
    {},
    { reasoning_content: null, reasoning: 5, reasoning_details: 'x' },
    { reasoning_content: '', reasoning: '', reasoning_details: [null, {}, { text: '' }, { signature: '', data: null }] },
  ])('%j holds none', (holder) => {
    expect(readReasoning(holder)).toEqual([]);
  });

  it('litellm#29600: reads each provider’s own field', () => {
    expect(readReasoning({ reasoning_content: 'a' })).toEqual([plain('a')]);
    expect(readReasoning({ reasoning: 'a' })).toEqual([plain('a')]);
    expect(
      readReasoning({
        reasoning_details: [
          { type: 'reasoning.text', text: 'a' },
          { type: 'reasoning.summary', summary: 'b' },
        ],
      }),
    ).toEqual([plain('ab')]);
  });

  it('what a server says in several fields is read once', () => {
    expect(readReasoning({ reasoning_content: 'a', reasoning: 'a', reasoning_details: [{ text: 'a' }] })).toEqual([plain('a')]);
    expect(
      readReasoning({ reasoning: 'ab', reasoning_details: [{ text: 'a' }, { text: 'b', signature: 's' }] }).map(({ text }) => text),
    ).toEqual(['a', 'b']);
  });

  it('a signed text is still a text; only the rest is opaque', () => {
    const [part] = readReasoning({ reasoning_details: [{ type: 'reasoning.text', text: 'secret', signature: 's', index: 0 }] });
    expect(part?.text).toBe('secret');
    expect(part?.opaque?.dialect).toBe('openai-chat');
    expect(part?.opaque?.value).not.toContain('secret');
  });
});

describe('writeDetails', () => {
  it('gives back what was read, element by element', () => {
    const details = [
      { type: 'reasoning.text', text: 'thinking', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.summary', summary: 'in short', data: 'x', index: 1 },
      { type: 'reasoning.encrypted', data: 'ZW5j', id: 'rs_1', index: 2 },
    ];
    expect(writeDetails(readReasoning({ reasoning_details: details }))).toEqual(details);
  });

  it('has nothing to give where nothing was signed, or by others', () => {
    expect(writeDetails([plain('a')])).toBeUndefined();
    expect(writeDetails([{ kind: 'reasoning', text: 'a', opaque: { dialect: 'anthropic-messages', value: 's' } }])).toBeUndefined();
  });

  it.each(['{', '5', 'null', ''])('an opaque value of %j, which a client made up, is left out', (value) => {
    expect(writeDetails([plain('a'), { kind: 'reasoning', text: '', opaque: { dialect: 'openai-chat', value } }])).toEqual([
      { type: 'reasoning.text', text: 'a' },
    ]);
  });
});

describe('thinkingText', () => {
  it('is a text, or the texts of parts', () => {
    expect(thinkingText('a')).toBe('a');
    expect(thinkingText([{ type: 'text', text: 'a' }, null, { type: 'reference' }, { type: 'text', text: 'b' }])).toBe('ab');
    expect(thinkingText({ text: 'a' })).toBe('');
  });
});
