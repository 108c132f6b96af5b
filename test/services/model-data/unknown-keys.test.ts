import { describe, expect, it } from 'vitest';
import { unknownKeys } from '../../../services/model-data/src/unknown-keys.ts';

describe('unknownKeys', () => {
  it('lists the keys there are for one that is not among them, and says what else is expected', () => {
    const error = unknownKeys('an object', { one: 0, other: 0 });
    expect(error({ code: 'unrecognized_keys' })).toBe('no such key (there are: one, other)');
    expect(error({ code: 'invalid_type' })).toBe('an object');
  });
});
