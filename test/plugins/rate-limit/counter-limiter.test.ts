import { describe, expect, it } from 'vitest';
import { type CounterStore, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import { Counted, CounterLimiter } from '../../../plugins/rate-limit/src/counter-limiter.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

function built({ block = false, points = 2, windowMs = 1_000 } = {}) {
  const clock = manualClock();
  const memory = memoryCounterStore(clock);
  const state = { away: false, asked: 0 };
  const failures: unknown[] = [];
  const counters: CounterStore = {
    ...memory,
    async add(key, amount, ttlMs) {
      state.asked += 1;
      if (state.away) throw new Error('away');
      return memory.add(key, amount, ttlMs);
    },
  };
  const spare = memoryCounterStore(clock);
  const common = { clock, keyPrefix: 'limit:x', windowMs, block };
  const insurance = new CounterLimiter({ ...common, counters: spare, points: 1 });
  const limiter = new CounterLimiter({ ...common, counters, points, insurance, failed: (error) => failures.push(error) });
  const value = async (store: CounterStore = memory) => (await store.add('limit:x:ann', 0, windowMs)).value;
  return { clock, limiter, insurance, state, failures, value, spare };
}

describe('CounterLimiter', () => {
  it('lets in its points in a window, and says how it stands', async () => {
    const { limiter, clock } = built();
    expect(await limiter.consume('ann')).toMatchObject({ remainingPoints: 1, msBeforeNext: 1_000, isFirstInDuration: true });
    clock.advance(300);
    expect(await limiter.consume('ann')).toMatchObject({ remainingPoints: 0, msBeforeNext: 700, isFirstInDuration: false });
    await expect(limiter.consume('ann')).rejects.toMatchObject({ remainingPoints: 0, msBeforeNext: 700, consumedPoints: 3 });
    clock.advance(700);
    expect(await limiter.consume('ann')).toBeInstanceOf(Counted);
  });

  it('where it blocks, asks the store no more until the window ends; and then does', async () => {
    const { limiter, clock, state } = built({ block: true });
    for (let at = 0; at < 10; at += 1) await limiter.consume('ann').catch(() => {});
    expect(state.asked).toBe(3);
    await expect(limiter.consume('ann')).rejects.not.toBeInstanceOf(Counted);
    clock.advance(1_000);
    expect(await limiter.consume('ann')).toMatchObject({ remainingPoints: 1 });
  });

  it('counts by its insurance while the store is away, tells of it, and names who counted', async () => {
    const { limiter, insurance, state, failures } = built();
    state.away = true;
    expect(((await limiter.consume('ann')) as Counted).limiter).toBe(insurance);
    await expect(limiter.consume('ann')).rejects.toBeInstanceOf(Counted);
    state.away = false;
    expect(((await limiter.consume('ann')) as Counted).limiter).toBe(limiter);
    expect(failures).toHaveLength(2);
  });
});

describe('CounterLimiter.giveBack', () => {
  it('frees what was taken', async () => {
    const { limiter, value } = built();
    const { endsAt } = (await limiter.consume('ann', 2)) as Counted;
    await limiter.giveBack('ann', 2, endsAt);
    expect(await value()).toBe(0);
  });

  it('gives nothing to the insurance, which took nothing', async () => {
    const { limiter, state, value, spare } = built();
    const { endsAt } = (await limiter.consume('ann', 2)) as Counted;
    state.away = true;
    await expect(limiter.giveBack('ann', 2, endsAt)).rejects.toThrow('away');
    expect([await value(), await value(spare)]).toEqual([2, 0]);
  });

  it('gives nothing to a window that began meanwhile', async () => {
    const { limiter, clock, value } = built();
    const { endsAt } = (await limiter.consume('ann', 2)) as Counted;
    clock.advance(950); // near the end: it may come too late
    await limiter.giveBack('ann', 2, endsAt);
    expect(await value()).toBe(2);
    clock.advance(50);
    await limiter.giveBack('ann', 2, endsAt);
    expect(await value()).toBe(0);
  });

  it('takes back from the next window what the way to the store made too late', async () => {
    const { limiter, clock, value } = built();
    const { endsAt } = (await limiter.consume('ann', 2)) as Counted;
    clock.advance(1_000); // at the store, whose window has ended while the message was on its way
    const behind = endsAt + 500;
    await limiter.giveBack('ann', 2, behind - 100);
    expect(await value()).toBe(0);
    await limiter.consume('ann', 1);
    await limiter.giveBack('ann', 2, behind - 100);
    expect(await value()).toBe(1);
  });
});
