import { describe, expect, it } from 'vitest';
import { patiently } from '../../../services/store-sqlite/src/patience.ts';

const failing = (errcode: number, times: number) => {
  let tries = 0;
  return {
    tries: () => tries,
    action: () => {
      tries += 1;
      if (tries <= times) throw Object.assign(new Error(`code ${errcode}`), { errcode });
      return 'done';
    },
  };
};

const [busy, busyRecovery, constraint] = [5, 261, 19];

describe('patiently', () => {
  it('tries again while another process is in the way, whyever it is', () => {
    for (const code of [busy, busyRecovery]) {
      const { action, tries } = failing(code, 10);
      expect(patiently(5_000, action)).toBe('done');
      expect(tries()).toBe(11);
    }
  });

  it('throws what SQLite says when its time is over', () => {
    const { action, tries } = failing(busy, Number.POSITIVE_INFINITY);
    const started = performance.now();
    expect(() => patiently(50, action)).toThrow('code 5');
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
    expect(tries()).toBeGreaterThan(1);
    const hasty = failing(busy, 1);
    expect(() => patiently(0, hasty.action)).toThrow('code 5');
  });

  it('throws at once what no patience helps against', () => {
    const { action, tries } = failing(constraint, 1);
    expect(() => patiently(5_000, action)).toThrow('code 19');
    expect(tries()).toBe(1);
  });
});
