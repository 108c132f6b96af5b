import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { maxTimerMs, systemClock } from '../../../core/src/services/clock.ts';

describe('systemClock', () => {
  it('tells the time of day for records', () => {
    const before = Date.now();
    const now = systemClock().now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('measures durations by a time that only goes forward', async () => {
    const clock = systemClock();
    const times = [clock.monotonic(), clock.monotonic()];
    await sleep(15);
    times.push(clock.monotonic());
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect((times[2] as number) - (times[1] as number)).toBeGreaterThan(10);
  });

  it('runs an action once, not before its time', async () => {
    const clock = systemClock();
    const startedAt = clock.monotonic();
    let runs = 0;
    const ranAfter = await new Promise<number>((resolve) => {
      clock.after(20, () => {
        runs += 1;
        resolve(clock.monotonic() - startedAt);
      });
    });
    expect(ranAfter).toBeGreaterThanOrEqual(19); // Node rounds to whole milliseconds
    await sleep(40);
    expect(runs).toBe(1);
  });

  it('a cancelled action never runs; cancelling again, or too late, does nothing', async () => {
    const clock = systemClock();
    const ran: string[] = [];
    const cancelled = clock.after(5, () => ran.push('cancelled'));
    const late = clock.after(5, () => ran.push('late'));
    cancelled.cancel();
    cancelled.cancel();
    await sleep(30);
    late.cancel();
    expect(ran).toEqual(['late']);
  });

  it.each([maxTimerMs, maxTimerMs + 1, 10 * maxTimerMs, Number.POSITIVE_INFINITY])('%d milliseconds are not over at once', async (ms) => {
    let ran = false;
    const timer = systemClock().after(ms, () => {
      ran = true;
    });
    await sleep(20);
    timer.cancel();
    expect(ran).toBe(false);
  });

  it('does not keep the process alive', async () => {
    const clock = fileURLToPath(new URL('../../../core/src/services/clock.ts', import.meta.url));
    const code = `const { systemClock } = await import(${JSON.stringify(clock)}); systemClock().after(60_000, () => {}); console.log('waiting');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { timeout: 15_000 });
    expect(stdout).toBe('waiting\n');
  });
});
