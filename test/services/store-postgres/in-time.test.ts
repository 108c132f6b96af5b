import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTime } from '../../../services/store-postgres/src/in-time.ts';

describe('inTime', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives what an action gives, value or error, and leaves no timer', async () => {
    await expect(inTime(Promise.resolve(7), 100, 'late')).resolves.toBe(7);
    await expect(inTime(Promise.reject(new Error('wrong')), 100, 'late')).rejects.toThrow('wrong');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects at its limit, and lets nothing of a later failure out', async () => {
    const late = inTime(new Promise((_, reject) => setTimeout(() => reject(new Error('later')), 200)), 100, 'late');
    const seen = expect(late).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(300);
    await seen;
  });
});
