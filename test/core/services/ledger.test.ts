import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LedgerRow, memoryLedger } from '../../../core/src/services/ledger.ts';

function row(attempt: number): LedgerRow {
  return {
    attempt: String(attempt),
    exchange: 'e',
    at: attempt,
    principal: 'p',
    tenant: undefined,
    target: 'up/m',
    purpose: 'answer',
    outcome: 'completed',
    usage: undefined,
    cost: 9_007_199_254_740_993n,
  };
}

async function attempts(ledger: ReturnType<typeof memoryLedger>, limit: number): Promise<string[]> {
  return (await ledger.recent(limit)).map(({ attempt }) => attempt);
}

describe('memoryLedger', () => {
  it('tells the newest rows first', async () => {
    const ledger = memoryLedger();
    for (const number of [1, 2, 3]) await ledger.append(row(number));
    expect(await attempts(ledger, 2)).toEqual(['3', '2']);
    expect(await attempts(ledger, 10)).toEqual(['3', '2', '1']);
  });

  it('is empty at first', async () => {
    expect(await memoryLedger().recent(10)).toEqual([]);
  });

  it.each([0, -1, Number.NaN])('asked for %d rows it gives none', async (limit) => {
    const ledger = memoryLedger();
    await ledger.append(row(1));
    expect(await ledger.recent(limit)).toEqual([]);
  });

  it('keeps every digit of a cost', async () => {
    const ledger = memoryLedger();
    await ledger.append(row(1));
    expect((await ledger.recent(1))[0]?.cost).toBe(9_007_199_254_740_993n);
  });

  it('keeps a row as it was booked: nobody changes it later', async () => {
    const ledger = memoryLedger();
    const mine = { ...row(1), cost: 5n };
    await ledger.append(mine);
    mine.cost = 0n;
    const [booked] = (await ledger.recent(1)) as unknown as [{ cost: bigint }];
    expect(booked.cost).toBe(5n);
    expect(() => {
      booked.cost = 0n;
    }).toThrow(TypeError);
  });

  it('is a ring: it holds the last rows up to its capacity, whatever was appended before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(30), fc.nat(12), async (capacity, appended, limit) => {
        const ledger = memoryLedger(capacity);
        for (let number = 1; number <= appended; number += 1) await ledger.append(row(number));
        const all = Array.from({ length: appended }, (_, index) => String(appended - index));
        expect(await attempts(ledger, limit)).toEqual(all.slice(0, Math.min(capacity, limit)));
      }),
    );
  });

  it('holds 10,000 rows when not told otherwise', async () => {
    const ledger = memoryLedger();
    for (let number = 1; number <= 10_001; number += 1) await ledger.append(row(number));
    const all = await attempts(ledger, 20_000);
    expect(all).toHaveLength(10_000);
    expect([all[0], all.at(-1)]).toEqual(['10001', '2']);
  });
});
