import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeaderValue } from '../../core/src/header-text.ts';
import { isModelName } from '../../core/src/model-name.ts';

describe('isModelName', () => {
  it.each([
    'gpt-5-mini',
    'meta-llama/Llama-3.3-70B-Instruct',
    'llama3.2:3b',
    'anthropic.claude-haiku-4-5-20251001-v1:0',
    'publishers/google/models/gemini-2.5-pro@001',
    'ft:gpt-4o-mini:my org:name:id',
    'x'.repeat(256),
  ])('%s could be a model', (name) => {
    expect(isModelName(name)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['more than 256 characters', 'x'.repeat(257)],
    ['a line break', 'm\nx'],
    ['a line break at its end', 'm\n'],
    ['a tab', 'm\tx'],
    ['an escape sequence', 'm\u001b[2J'],
    ['a NUL', 'm\u0000'],
    ['a DEL', 'm\u007f'],
    ['a C1 control', 'm\u009b2J'],
    ['letters beyond ASCII', '漢'],
    ['letters that look like ASCII', 'gpt-\u0430'],
    ['a space that does not break', 'm\u00a0x'],
    ['a mark that turns text around', 'm\u202ex'],
    ['half a surrogate pair', 'm\ud800'],
  ])('%s could not', (_what, name) => {
    expect(isModelName(name)).toBe(false);
  });

  it('whatever could be one can stand in a header', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (name) => !isModelName(name) || isHeaderValue(name)));
    expect(isHeaderValue(String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)))).toBe(true);
  });
});
