import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOwn,
  readCallOpaque,
  readEncrypted,
  writeCallOpaque,
  writeEncrypted,
} from '../../../../../core/src/dialects/openai-responses/translate/encrypted-content.ts';

const opaque = fc.record({
  dialect: fc.constantFrom('openai-responses', 'anthropic-messages', 'google-generate-content'),
  value: fc.base64String({ minLength: 4 }),
});

describe('encrypted_content', () => {
  it('comes back as what it was, and whose', () => {
    fc.assert(
      fc.property(opaque, (one) => {
        expect(readEncrypted({ type: 'reasoning', encrypted_content: writeEncrypted(one) })).toEqual(one);
        expect(isOwn(one)).toBe(one.dialect === 'openai-responses');
      }),
    );
  });

  it('is OpenAI’s own as it stands', () => {
    expect(writeEncrypted({ dialect: 'openai-responses', value: 'gAAA' })).toBe('gAAA');
  });

  it.each([[undefined], [null], [''], [7]])('%j is none', (value) => {
    expect(readEncrypted({ type: 'reasoning', ...(value !== undefined && { encrypted_content: value }) })).toBeUndefined();
  });
});

describe('a signature of a call', () => {
  it('BerriAI/litellm#16893: comes back with its call, and is never taken for reasoning', () => {
    fc.assert(
      fc.property(opaque, (one) => {
        expect(readCallOpaque({ type: 'reasoning', encrypted_content: writeCallOpaque(one) })).toEqual(one);
        expect(readCallOpaque({ type: 'reasoning', encrypted_content: writeEncrypted(one) })).toBeUndefined();
      }),
    );
  });

  it('stands in reasoning items alone', () => {
    expect(readCallOpaque({ type: 'message', encrypted_content: writeCallOpaque({ dialect: 'x', value: 'y' }) })).toBeUndefined();
    expect(readCallOpaque({ type: 'reasoning', encrypted_content: null })).toBeUndefined();
  });
});
