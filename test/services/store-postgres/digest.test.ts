import { describe, expect, it } from 'vitest';
import { digest } from '../../../services/store-postgres/src/digest.ts';

describe('digest', () => {
  it('is of one length, and another for another name', () => {
    const names = ['', 'a', 'a\u0000', 'é', 'x'.repeat(100_000)];
    expect(new Set(names.map((name) => digest(name).toString('hex'))).size).toBe(names.length);
    expect(new Set(names.map((name) => digest(name).length))).toEqual(new Set([32]));
  });
});
