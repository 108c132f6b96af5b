import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weakSecret } from '../../core/src/weak-secret.ts';

describe('weakSecret', () => {
  it.each([
    '',
    'sk-1234',
    'sk-1234567890abcdefghijklmnopqrstuv',
    'changeme',
    'change-me-change-me-change-me-please',
    'my-very-long-secret-of-many-characters',
    'PASSWORD-of-the-gateway-is-long-enough',
    '<random value of at least 32 characters>',
    'a'.repeat(64),
    'abcabcabcabcabcabcabcabcabcabcabcabc',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    '0123456789'.repeat(4),
    '12345678901234567890123456789012345',
    'Zq8'.repeat(12),
    randomBytes(15).toString('hex'),
    randomBytes(15).toString('base64url'),
  ])('AUTH-8: %s is one, and the words say what to do', (text) => {
    expect(weakSecret(text)).toMatch(/^at least 128 random bits/);
  });

  it('none of what a generator of at least 128 bits gives is one', () => {
    for (let count = 0; count < 2_000; count += 1)
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(weakSecret(randomBytes(16).toString(encoding)), encoding).toBeUndefined();
        expect(weakSecret(randomBytes(32).toString(encoding)), encoding).toBeUndefined();
      }
  });

  it('does not repeat what it was given', () => {
    expect(weakSecret('hunter2-is-short')).not.toContain('hunter2');
  });
});
