import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isPromiseLike, within } from '../../core/src/within.ts';

/** Work that ends when the test says so. */
function work<T>(): { readonly promise: Promise<T>; readonly done: (value: T) => void; readonly failed: (error: unknown) => void } {
  let done: (value: T) => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  return { promise, done, failed };
}

/** A query that some libraries give: it is run by who awaits it. */
function thenable<T>(value: T): PromiseLike<T> {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
  return { then: (resolve) => Promise.resolve(value).then(resolve) };
}

describe('within', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('gives what the work gives, and leaves no timer', async () => {
    const { promise, done } = work<string>();
    const waited = within(1_000, promise);
    await vi.advanceTimersByTimeAsync(999);
    done('result');
    expect(await waited).toBe('result');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails at the limit with the words that it is given, at once where nothing is left of it', async () => {
    const late = expect(within(100, work().promise, 'the store did not answer')).rejects.toThrow('the store did not answer');
    const past = expect(within(-5, work().promise)).rejects.toThrow('not done within -5 ms');
    await vi.advanceTimersByTimeAsync(100);
    await late;
    await past;
  });

  it('fails as the work fails, and leaves no timer', async () => {
    const { promise, failed } = work<string>();
    const waited = within(1_000, promise);
    failed(new RangeError('its own reason'));
    await expect(waited).rejects.toThrow(new RangeError('its own reason'));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails at the limit, not before, and says which', async () => {
    let over = false;
    const waited = within(1_000, new Promise(() => {})).catch((error: Error) => {
      over = true;
      return error.message;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waited).toBe('not done within 1000 ms');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for thenables of other libraries too', async () => {
    expect(await within(1_000, thenable('row'))).toBe('row');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([undefined, null, 0, 'text'])('%j is no work to wait for', async (value) => {
    expect(await within(1_000, value)).toBe(value);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('what the work says after the limit is heard by nobody: a late failure ends no process', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const { promise, failed } = work<void>();
      const waited = within(10, promise).catch((error: Error) => error.message);
      await vi.advanceTimersByTimeAsync(10);
      expect(await waited).toBe('not done within 10 ms');
      failed(new Error('much too late'));
      vi.useRealTimers();
      await sleep(5);
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });
});

describe('isPromiseLike', () => {
  it('knows promises of whatever make', () => {
    for (const promise of [Promise.resolve(), work<void>().promise, thenable('x'), (async () => {})()]) {
      expect(isPromiseLike(promise)).toBe(true);
    }
  });

  // biome-ignore lint/suspicious/noThenProperty: it is no method, so this is no promise.
  it.each([undefined, null, 'then', 7, {}, { then: 'later' }, [], () => {}])('%o is none', (value) => {
    expect(isPromiseLike(value)).toBe(false);
  });
});
