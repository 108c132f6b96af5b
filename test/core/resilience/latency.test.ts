import { describe, expect, it } from 'vitest';
import { Latency } from '../../../core/src/resilience/latency.ts';
import { manualClock } from '../harness/manual-clock.ts';

describe('the latency of a target', () => {
  it('is unknown at first, and not made of nonsense', () => {
    const latency = new Latency(manualClock());
    for (const ms of [Number.NaN, -5]) latency.observe(ms);
    expect([latency.averageMs, latency.p95Ms]).toEqual([undefined, undefined]);
  });

  it('shows a target that became slow at the first call, and its p95 when enough are known', () => {
    const latency = new Latency(manualClock());
    for (let call = 0; call < 19; call += 1) latency.observe(200);
    expect([latency.averageMs, latency.p95Ms]).toEqual([200, undefined]);
    latency.observe(9_000);
    expect(latency.averageMs).toBe(9_000);
    expect(latency.p95Ms).toBeGreaterThanOrEqual(200);
    expect(latency.p95Ms).toBeLessThan(240);
  });

  it('fades on the clock', () => {
    const clock = manualClock();
    const latency = new Latency(clock);
    for (let call = 0; call < 30; call += 1) latency.observe(200);
    clock.advance(60_000);
    expect(latency.averageMs).toBeLessThan(1);
    expect(latency.p95Ms).toBeDefined();
    clock.advance(600_000);
    expect(latency.p95Ms).toBeUndefined();
  });

  it('is the same for the same calls', () => {
    const told = (): unknown[] => {
      const clock = manualClock();
      const latency = new Latency(clock);
      for (let call = 0; call < 500; call += 1) {
        clock.advance(call % 70);
        latency.observe((call * 7_919) % 3_000);
      }
      return [latency.averageMs, latency.p95Ms];
    };
    expect(told()).toEqual(told());
  });
});
