import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../core/src/services/clock.ts';
import { Deadline, type LateReport, type TimeLimits } from '../../../core/src/upstream/deadline.ts';
import { manualClock } from '../harness/manual-clock.ts';

const limits: TimeLimits = { firstByteMs: 100, idleMs: 50, totalMs: 1_000 };
const tooLateToBegin: LateReport = { what: 'begin its answer', limit: 100 };
const tooLongIdle: LateReport = { what: 'go on with its answer', limit: 50 };
const tooLongInAll: LateReport = { what: 'finish its answer', limit: 1_000 };

/** A deadline under a clock of the test's own, and what it reported. */
function deadline(options: { readonly streaming: boolean; readonly limits?: TimeLimits }) {
  const clock = manualClock();
  const reports: LateReport[] = [];
  const watched = new Deadline(clock, options.limits ?? limits, options.streaming, (report) => reports.push(report));
  return { clock, reports, watched };
}

/** Lets time pass in small steps with a byte after each. */
function drip({ clock, watched }: ReturnType<typeof deadline>, times: number, everyMs: number): void {
  for (let byte = 0; byte < times; byte += 1) {
    clock.advance(everyMs);
    watched.byte();
  }
}

describe('Deadline of a stream', () => {
  it('ends a stream whose first byte does not come, at its limit and not before', () => {
    const { clock, reports } = deadline({ streaming: true });
    clock.advance(99);
    expect(reports).toEqual([]);
    clock.advance(1);
    expect(reports).toEqual([tooLateToBegin]);
  });

  it('ends a stream that goes silent, counted from its last byte', () => {
    const one = deadline({ streaming: true });
    drip(one, 10, 30);
    one.clock.advance(49);
    expect(one.reports).toEqual([]);
    one.clock.advance(1);
    expect(one.reports).toEqual([tooLongIdle]);
  });

  it('ends a stream that goes silent right after its first byte, although the first byte had a longer limit', () => {
    const one = deadline({ streaming: true });
    drip(one, 1, 10);
    one.clock.advance(49);
    expect(one.reports).toEqual([]);
    one.clock.advance(1);
    expect(one.reports).toEqual([tooLongIdle]);
  });

  it('ends a stream that never falls silent and never ends, at the limit for the whole', () => {
    const one = deadline({ streaming: true });
    drip(one, 33, 30); // 990 ms
    expect(one.reports).toEqual([]);
    one.clock.advance(10);
    expect(one.reports).toEqual([tooLongInAll]);
  });

  it('names the limit for the whole when it is shorter than that of the first byte', () => {
    const { clock, reports } = deadline({ streaming: true, limits: { ...limits, totalMs: 80 } });
    clock.advance(80);
    expect(reports).toEqual([{ what: 'finish its answer', limit: 80 }]);
  });
});

describe('Deadline of a whole answer', () => {
  it('lets a model think as long as the whole may take: silence before the first byte is no fault', () => {
    const { clock, reports } = deadline({ streaming: false });
    clock.advance(999);
    expect(reports).toEqual([]);
    clock.advance(1);
    expect(reports).toEqual([tooLongInAll]);
  });

  it('ends an answer that stops in the middle', () => {
    const one = deadline({ streaming: false });
    one.clock.advance(500);
    one.watched.byte();
    one.clock.advance(49);
    expect(one.reports).toEqual([]);
    one.clock.advance(1);
    expect(one.reports).toEqual([tooLongIdle]);
  });
});

describe('Deadline of either', () => {
  it.each([true, false])('does not blame the upstream while it is paused (streaming: %s)', (streaming) => {
    const one = deadline({ streaming });
    one.watched.byte();
    one.watched.pause(true);
    one.clock.advance(900);
    expect(one.reports).toEqual([]);
    one.watched.pause(false);
    one.clock.advance(49);
    expect(one.reports).toEqual([]);
    one.clock.advance(1);
    expect(one.reports).toEqual([tooLongIdle]);
  });

  it.each([true, false])('keeps the limit for the whole while the upstream is paused (streaming: %s)', (streaming) => {
    const one = deadline({ streaming });
    one.watched.byte();
    one.watched.pause(true);
    one.clock.advance(999);
    expect(one.reports).toEqual([]);
    one.clock.advance(1);
    expect(one.reports).toEqual([tooLongInAll]);
  });

  it.each([true, false])('reports once, and leaves no timer (streaming: %s)', (streaming) => {
    const one = deadline({ streaming });
    one.watched.byte();
    one.clock.advance(10_000);
    expect(one.reports).toHaveLength(1);
    expect(one.clock.armed).toBe(0);
  });

  it.each([true, false])('says nothing once it is cancelled, and leaves no timer (streaming: %s)', (streaming) => {
    const one = deadline({ streaming });
    drip(one, 3, 10);
    one.watched.cancel();
    one.watched.cancel();
    expect(one.clock.armed).toBe(0);
    one.clock.advance(10_000);
    expect(one.reports).toEqual([]);
  });

  it.each([true, false])('arms a timer per silence, not per byte (streaming: %s)', (streaming) => {
    const clock = manualClock();
    let armed = 0;
    const counting: Clock = {
      ...clock,
      after(ms, action) {
        armed += 1;
        return clock.after(ms, action);
      },
    };
    const watched = new Deadline(counting, limits, streaming, () => {});
    for (let byte = 0; byte < 10_000; byte += 1) watched.byte();
    expect(armed).toBeLessThanOrEqual(2);
    expect(clock.armed).toBe(1);
  });
});
