import { describe, expect, it } from 'vitest';
import { readReasoning, reasoningBlocks, redactedOpaque, signatureOpaque } from '../../../../providers/bedrock/src/converse/reasoning.ts';

describe('reasoning of Converse', () => {
  it('comes back as it came: signed, or redacted', () => {
    for (const reasoningContent of [
      { reasoningText: { text: ' as it stood\n', signature: 'Ev8B/+==' } },
      { redactedContent: 'RXU4RU==' },
    ]) {
      const part = readReasoning(reasoningContent);
      expect(part).toBeDefined();
      if (part !== undefined) expect(reasoningBlocks(part)).toEqual([{ reasoningContent }]);
    }
  });

  it('is not brought back where nobody signed it, or somebody else did', () => {
    const part = readReasoning({ reasoningText: { text: 'aloud' } });
    expect(part).toEqual({ kind: 'reasoning', text: 'aloud', opaque: undefined });
    expect(reasoningBlocks({ kind: 'reasoning', text: 'aloud', opaque: undefined })).toEqual([]);
    expect(reasoningBlocks({ kind: 'reasoning', text: 'x', opaque: { dialect: 'google-generate-content', value: 's' } })).toEqual([]);
  });

  it('is signed alone, too', () => {
    expect(readReasoning({ reasoningText: { text: '', signature: 's' } })).toMatchObject({ text: '', opaque: { value: 's' } });
  });

  it.each([[{}], [{ reasoningText: null }], [{ reasoningText: { text: 7 } }], [{ redactedContent: '' }], [{ redactedContent: 7 }]])(
    'is nothing in %j',
    (content) => {
      expect(readReasoning(content)).toBeUndefined();
    },
  );

  it('has nothing opaque without a value', () => {
    expect(signatureOpaque('')).toBeUndefined();
    expect(redactedOpaque('')).toBeUndefined();
    expect(redactedOpaque('x')?.value).not.toBe(signatureOpaque('x')?.value);
  });
});
