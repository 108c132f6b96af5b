import { describe, expect, it } from 'vitest';
import { emptyPriceBook, PriceBook } from '../../../core/src/services/price-book.ts';

const target = { id: 'up/m', provider: 'up', model: 'm' };
const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, raw: {} };

describe('emptyPriceBook', () => {
  it('knows no price: unknown, not free — not even for no tokens at all', () => {
    const book = emptyPriceBook();
    expect(book.cost(target, { ...nothing, input: 1_000 })).toBeUndefined();
    expect(book.cost(target, nothing)).toBeUndefined();
    expect(book.worst(target, { inputTokens: 0, outputTokens: 0 })).toBeUndefined();
  });

  it('says why', () => {
    const figure = { nanoDollars: undefined, table: 'none', why: 'no price book is installed' };
    expect(emptyPriceBook().figure(target, nothing)).toEqual(figure);
    expect(emptyPriceBook().figure(target, { inputTokens: 0, outputTokens: 0 })).toEqual(figure);
  });

  it('says that it has no table', () => {
    expect(emptyPriceBook().table).toBe('none');
  });
});

describe('PriceBook', () => {
  it('is no book without an upper bound and reasons: who cannot price a call before it is made cannot hold money for it', () => {
    expect(PriceBook.methods).toEqual(['cost', 'worst', 'figure']);
  });
});
