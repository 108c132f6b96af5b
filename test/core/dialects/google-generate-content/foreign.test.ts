import { describe, expect, it } from 'vitest';
import { dropForeignSignatures } from '../../../../core/src/dialects/google-generate-content/foreign.ts';
import { writeSignature } from '../../../../core/src/dialects/google-generate-content/translate/signature.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

const foreign = writeSignature({ dialect: 'anthropic-messages', value: 'ErUB' });
const own = 'CiQBveiN4g==';

function dropped(parts: readonly object[]): { parts: unknown; told: readonly string[]; edited: boolean } {
  const document = JsonDocument.lenient(JSON.stringify({ contents: [{ role: 'model', parts }] }));
  const told = dropForeignSignatures(document);
  const body = JSON.parse(document.toText()) as { contents: { parts: unknown }[] };
  return { parts: body.contents[0]?.parts, told, edited: document.edited };
}

describe('dropForeignSignatures', () => {
  it('leaves Google’s own alone, byte for byte', () => {
    const parts = [{ text: 'a', thoughtSignature: own }, { functionCall: { name: 'n', args: {} }, thought_signature: own }, { text: 'b' }];
    expect(dropped(parts)).toMatchObject({ told: [], edited: false });
  });

  it('takes another provider’s out of a text, in either spelling', () => {
    expect(
      dropped([
        { text: 'a', thoughtSignature: foreign },
        { text: 'b', thought: true, thought_signature: foreign },
      ]),
    ).toMatchObject({
      parts: [{ text: 'a' }, { text: 'b', thought: true }],
      told: ['contents.thoughtSignature'],
    });
  });

  it('leaves a call the placeholder that Gemini takes for a lost one', () => {
    const functionCall = { name: 'n', args: {} };
    expect(dropped([{ functionCall, thoughtSignature: foreign }]).parts).toEqual([
      { functionCall, thoughtSignature: 'skip_thought_signature_validator' },
    ]);
  });

  it.each([{}, { contents: 'x' }, { contents: [null, { parts: [null, 'x', { thoughtSignature: 5 }] }] }])('%j: nothing to do', (body) => {
    const document = JsonDocument.lenient(JSON.stringify(body));
    expect(dropForeignSignatures(document)).toEqual([]);
  });
});
