import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDefaults, backoffMs, clientRetries, retriesLeft, toldMs } from '../../../core/src/resilience/backoff.ts';

const most = (): number => 1 - Number.EPSILON;
const least = (): number => 0;

describe('the wait before a retry', () => {
  it('is none where the provider asks for too long a one: others are asked instead (F-16)', () => {
    expect(backoffMs({ retries: 0, toldMs: 10_001 }, least)).toBeUndefined();
    expect(backoffMs({ retries: 0, toldMs: 10_000 }, least)).toBe(10_000);
  });

  it('is none where it would outlast the exchange', () => {
    expect(backoffMs({ retries: 0, toldMs: 2_000, leftMs: 2_000 }, least)).toBeUndefined();
    expect(backoffMs({ retries: 0, toldMs: 2_000, leftMs: 2_001 }, least)).toBe(2_000);
    expect(backoffMs({ retries: 0, leftMs: 0 }, least)).toBeUndefined();
  });

  it('is what the provider asks for and no less, and not the same for all (row 1)', () => {
    expect(backoffMs({ retries: 0, toldMs: 2_000 }, least)).toBe(2_000);
    expect(backoffMs({ retries: 5, toldMs: 2_000, clientRetries: 3 }, () => 0.5)).toBe(2_100);
    expect(backoffMs({ retries: 0, toldMs: 0 }, most)).toBe(0);
  });

  it('doubles, with full jitter, up to a cap', () => {
    const longest = [0, 1, 2, 3, 4, 5, 2_000].map((retries) => Math.round(backoffMs({ retries }, most) ?? Number.NaN));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(backoffMs({ retries: 3 }, least)).toBe(0);
  });

  it('is longer while the client is retrying itself', () => {
    expect(backoffMs({ retries: 0, clientRetries: 2 }, () => 0.5)).toBe(1_000);
  });

  it('row 2: three attempts without a word of the provider stay within its bounds of four in 3 s', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const waits = [0, 1].map((retries) => backoffMs({ retries }, () => random) ?? Number.NaN);
        expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(1_500);
      }),
    );
  });

  it('property: is within its caps, whatever it is given', () => {
    const failed = fc.record({
      retries: fc.nat(5_000),
      clientRetries: fc.nat(999),
      toldMs: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
      leftMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(failed, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (one, random) => {
        const ms = backoffMs(one, () => random);
        if (ms === undefined) return;
        expect(ms).toBeGreaterThanOrEqual(one.toldMs ?? 0);
        expect(ms).toBeLessThan(one.leftMs);
        expect(ms).toBeLessThanOrEqual(one.toldMs === undefined ? backoffDefaults.capMs : backoffDefaults.toldCapMs * 1.1);
      }),
    );
  });
});

describe('what a provider told', () => {
  it('is read from either header, the exact one first', () => {
    expect(toldMs({})).toBeUndefined();
    expect(toldMs({ 'retry-after': '2' })).toBe(2_000);
    expect(toldMs({ 'retry-after': '1', 'retry-after-ms': '850.5' })).toBe(850.5);
    expect(toldMs({ 'retry-after': '2', 'retry-after-ms': 'soon' })).toBe(2_000);
  });

  it.each(['', ' 5', '-1', '1e9', 'Infinity', 'Wed, 21 Oct 2015 07:28:00 GMT', '9'.repeat(400)])('is nothing in %j', (value) => {
    expect(toldMs({ 'retry-after': value })).toBeUndefined();
  });
});

describe('retries of the client', () => {
  it.each([
    ['0', 0],
    ['2', 2],
    ['999', 999],
    [undefined, 0],
    ['', 0],
    ['-1', 0],
    ['2.5', 0],
    ['1000', 0],
    ['0x10', 0],
  ])('are read from %j as %d', (header, retries) => {
    expect(clientRetries(header)).toBe(retries);
  });

  it('take the place of the gateway’s', () => {
    expect([0, 1, 2, 3].map((byClient) => retriesLeft(2, 0, byClient))).toEqual([2, 1, 0, 0]);
    expect(retriesLeft(2, 1, 0)).toBe(1);
    expect(retriesLeft(2, 2, 0)).toBe(0);
  });
});
