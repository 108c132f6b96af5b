import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ownSignature,
  readSignature,
  writeSignature,
} from '../../../../../core/src/dialects/google-generate-content/translate/signature.ts';

const own = (value: string) => ({ dialect: 'google-generate-content', value });

describe('readSignature', () => {
  it.each([undefined, null, '', 7, {}, ['x']])('%j is none', (value) => {
    expect(readSignature(value)).toBeUndefined();
  });

  it('takes what begins like a foreign one and is none for Google’s own', () => {
    const value = Buffer.from('gw1').toString('base64');
    expect(readSignature(value)).toEqual(own(value));
  });
});

describe('writeSignature', () => {
  it('litellm#16893, #25322: Google’s own comes back as it was, in whichever alphabet', () => {
    for (const value of ['CiQBEU0yD1hC/+==', 'Cv0EARFNMg-lgcC_jVSOOr']) {
      expect(writeSignature(own(value))).toBe(value);
      expect(readSignature(value)).toEqual(own(value));
    }
  });

  it('is base64 for another’s, for clients that decode the field', () => {
    const text = writeSignature({ dialect: 'anthropic-messages', value: 'not:base64 äö' });
    expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it('keeps any foreign value, even when a client wrote it in the alphabet for URLs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const opaque = { dialect: 'openai-responses', value };
        const text = writeSignature(opaque);
        expect(readSignature(text)).toEqual(opaque);
        expect(readSignature(text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))).toEqual(opaque);
      }),
    );
  });
});

describe('ownSignature', () => {
  it('is nothing for what another provider signed', () => {
    expect(ownSignature({ dialect: 'anthropic-messages', value: 'x' })).toBeUndefined();
    expect(ownSignature(undefined)).toBeUndefined();
    expect(ownSignature(own('x'))).toBe('x');
  });
});
