import { describe, expect, it } from 'vitest';
import { type CounterStore, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import type { Taken } from '../../../plugins/rate-limit/src/meter.ts';
import { placeMeter } from '../../../plugins/rate-limit/src/place-meter.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

function built(more: Partial<CounterStore> = {}, instances = 2) {
  const clock = manualClock();
  const failures: unknown[] = [];
  const counters = { ...memoryCounterStore(clock), ...more };
  const failed = (error: unknown) => failures.push(error);
  return {
    clock,
    failures,
    meter: placeMeter({ name: 'x', limit: 4, leaseMs: 1_000, instances, counters, spare: memoryCounterStore(clock), failed }),
  };
}

const away = { lease: () => Promise.reject(new Error('away')) };

describe('placeMeter', () => {
  it('gives as many places as there are, to each subject, and a place that was given back once more, once', async () => {
    const { meter } = built();
    const taken = [];
    for (let at = 0; at < 4; at += 1) taken.push(await meter.take('ann', 1));
    expect(taken.map(({ kind }) => kind)).toEqual(['taken', 'taken', 'taken', 'taken']);
    expect(await meter.take('ann', 1)).toEqual({ kind: 'refused', reading: { limit: 4, remaining: 0, resetsInMs: 1_000 } });
    expect((await meter.take('bob', 1)).kind).toBe('taken');
    for (let at = 0; at < 3; at += 1) await (taken[0] as Taken).giveBack();
    expect((await meter.take('ann', 1)).kind).toBe('taken');
    expect((await meter.take('ann', 1)).kind).toBe('refused');
  });

  it('takes a place back when its time is over, even if nobody gives it', async () => {
    const { meter, clock } = built();
    for (let at = 0; at < 4; at += 1) await meter.take('ann', 1);
    clock.advance(1_000);
    expect((await meter.take('ann', 1)).kind).toBe('taken');
  });

  it('gives this process’s share while the store is away, one at least, and tells of it', async () => {
    const { meter, failures } = built(away);
    expect([(await meter.take('ann', 1)).kind, (await meter.take('ann', 1)).kind, (await meter.take('ann', 1)).kind]).toEqual([
      'taken',
      'taken',
      'refused',
    ]);
    expect(failures).toHaveLength(3);
    const many = built(away, 100).meter;
    expect([(await many.take('ann', 1)).kind, (await many.take('ann', 1)).kind]).toEqual(['taken', 'refused']);
  });

  it('gives a place back to whoever gave it, and does not fail where that one is gone', async () => {
    const { meter, failures } = built({ lease: async () => ({ release: () => Promise.reject(new Error('gone')) }) });
    await ((await meter.take('ann', 1)) as Taken).giveBack();
    expect(failures).toEqual([new Error('gone')]);
    const spare = built(away).meter;
    await ((await spare.take('ann', 1)) as Taken).giveBack();
    expect([(await spare.take('ann', 1)).kind, (await spare.take('ann', 1)).kind]).toEqual(['taken', 'taken']);
  });
});
