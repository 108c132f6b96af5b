import { describe, expect, it, vi } from 'vitest';
import { type BudgetStore, memoryBudgetStore } from '../../../core/src/services/budget-store.ts';
import { Settlements } from '../../../plugins/budget/src/settlements.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

function made() {
  const clock = manualClock();
  const logger = recordingLogger();
  const own = memoryBudgetStore(clock);
  const state = { away: false, asked: 0 };
  const store: BudgetStore = {
    ...own,
    async settle(id, parts) {
      state.asked += 1;
      if (state.away) throw new Error('away');
      return own.settle(id, parts);
    },
  };
  return { clock, logger, own, state, settlements: new Settlements({ store, clock, logger }) };
}

const parts = [{ account: 'a', amount: 5 }];
const read = async (own: BudgetStore): Promise<number | undefined> => (await own.read(['a']))[0]?.spent;

describe('Settlements', () => {
  it('MONEY-8: tries again until the store is back, and books once', async () => {
    const { clock, own, state, settlements, logger } = made();
    state.away = true;
    const settled = Array.from({ length: 50 }, (_, at) => settlements.settle(String(at), parts));
    await vi.waitFor(() => expect(settlements.pending).toBe(50));
    state.asked = 0;
    for (let at = 0; at < 5; at += 1) {
      clock.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(state.asked).toBeLessThanOrEqual(5); // one try a time, not fifty
    expect(logger.texts('error').length).toBeGreaterThan(0);
    state.away = false;
    await vi.waitFor(() => {
      clock.advance(5_000);
      expect(settlements.pending).toBe(0);
    });
    expect((await Promise.all(settled)).every((outcome) => outcome?.repeated === false)).toBe(true);
    expect(await read(own)).toBe(250);
    await settlements.close();
    expect(clock.armed).toBe(0);
  });

  it('ends with the process: tries once more, and says what stays held', async () => {
    const { clock, own, state, settlements, logger } = made();
    state.away = true;
    const one = settlements.settle('1', parts);
    await vi.waitFor(() => expect(settlements.pending).toBe(1));
    await settlements.close();
    expect(await one).toBeUndefined();
    expect(JSON.stringify(logger.lines)).toContain('stays held');
    expect(clock.armed).toBe(0);
    expect(await read(own)).toBe(0);
    state.away = false;
    expect((await settlements.settle('2', parts))?.repeated).toBe(false);
  });

  it('waits at its end for what is under way', async () => {
    const { own, settlements } = made();
    const one = settlements.settle('1', parts);
    await settlements.close();
    expect((await one)?.states).toEqual([{ spent: 5, held: 0 }]);
    expect(await read(own)).toBe(5);
  });
});
