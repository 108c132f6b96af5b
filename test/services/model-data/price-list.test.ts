import { describe, expect, it } from 'vitest';
import { listFor, priceList, priceOf, scaled, type TokenKind, tokenKinds } from '../../../services/model-data/src/price-list.ts';

describe('priceList', () => {
  it('is in nano-dollars per million, of tokens and of calls', () => {
    expect(priceList({ input: 0.25, output: undefined, fees: { webSearch: 10, fileSearch: undefined } })).toEqual({
      tokens: { input: 250_000_000n },
      fees: { webSearch: 10_000_000_000_000n }, // a cent is 10,000,000 nano-dollars
    });
    expect(priceList({})).toEqual({ tokens: {}, fees: {} });
  });
});

describe('priceOf', () => {
  const plain = priceList({ input: 1, output: 5 });

  it('what is a part of the input or output, and never dearer, costs what that does', () => {
    const known = tokenKinds.filter((kind) => priceOf(plain, kind) !== undefined);
    expect(known).toEqual(['input', 'cacheRead', 'inputImage', 'inputVideo', 'cacheReadImage', 'output', 'reasoning']);
  });

  it.each<[TokenKind, bigint]>([
    ['cacheRead', 100_000_000n],
    ['cacheReadImage', 100_000_000n],
    ['cacheReadAudio', 32_000_000_000n],
    ['reasoning', 5_000_000_000n],
  ])('%s', (kind, price) => {
    expect(priceOf(priceList({ input: 1, cacheRead: 0.1, inputAudio: 32, output: 5 }), kind)).toBe(price);
  });

  it('a cached picture costs what a picture does where there is such a price', () => {
    expect(priceOf(priceList({ input: 1, cacheRead: 0.1, inputImage: 8 }), 'cacheReadImage')).toBe(8_000_000_000n);
  });

  it('a free price is a price', () => {
    expect(priceOf(priceList({ input: 1, cacheRead: 0 }), 'cacheRead')).toBe(0n);
  });
});

describe('scaled', () => {
  it('is rounded up, and leaves fees as they are', () => {
    const list = { tokens: { input: 3n, output: 10n }, fees: { webSearch: 7n } };
    expect(scaled(list, [1n, 2n])).toEqual({ tokens: { input: 2n, output: 5n }, fees: { webSearch: 7n } });
    expect(scaled(list, [11n, 10n])).toEqual({ tokens: { input: 4n, output: 11n }, fees: { webSearch: 7n } });
  });
});

describe('listFor', () => {
  const [base, longer] = [priceList({ input: 1 }), priceList({ input: 2 })];
  const steps = [
    { above: -1, list: base },
    { above: 200, list: longer },
  ];

  it.each([
    [0, base],
    [200, base],
    [201, longer],
    [1e9, longer],
  ])('an input of %d tokens', (input, list) => {
    expect(listFor(steps, input)).toBe(list);
  });

  it('there is none in no steps', () => {
    expect(listFor([], 1)).toBeUndefined();
  });
});
