import { describe, expect, it } from 'vitest';
import { emptyPriceBook } from '../../../core/src/services/price-book.ts';

const target = { id: 'up/m', provider: 'up', model: 'm' };
const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, raw: {} };

describe('emptyPriceBook', () => {
  it('knows no price: unknown, not free — not even for no tokens at all', () => {
    const book = emptyPriceBook();
    expect(book.cost(target, { ...nothing, input: 1_000 })).toBeUndefined();
    expect(book.cost(target, nothing)).toBeUndefined();
  });

  it('says that it has no table', () => {
    expect(emptyPriceBook().table).toBe('none');
  });
});
