import { describe, expect, it } from 'vitest';
import { Canaries } from './canaries.ts';

describe('Canaries', () => {
  it('finds a planted word in every spelling it may come out in, and names it', () => {
    const canaries = new Canaries();
    const word = canaries.plant('key', 'sk-');
    canaries.plant('other');
    const spellings = [
      `said ${word}.`,
      word.toUpperCase(),
      Buffer.from(`x${word}y`).toString('base64'),
      Buffer.from(`xx${word}`).toString('base64'),
      Buffer.from(`xxx${word}yy`).toString('base64url'),
      Buffer.from(word).toString('hex'),
      [...word].map((letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).join(''),
      [...word].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join(''),
    ];
    for (const spelling of spellings) expect(canaries.foundIn(spelling), spelling).toEqual(['key']);
    expect(canaries.foundIn(Buffer.from(`\0${word}`))).toEqual(['key']);
  });

  it('finds nothing in a text without them', () => {
    const canaries = new Canaries();
    canaries.plant('key');
    expect(canaries.foundIn('canary-0123456789abcdef')).toEqual([]);
  });
});
