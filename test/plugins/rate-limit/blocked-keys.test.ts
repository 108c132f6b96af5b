import { describe, expect, it } from 'vitest';
import { BlockedKeys } from '../../../plugins/rate-limit/src/blocked-keys.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

describe('BlockedKeys', () => {
  it('blocks a key until its time is over, and no other', () => {
    const clock = manualClock();
    const keys = new BlockedKeys(clock);
    keys.addMs('a', 1_000);
    clock.advance(400);
    expect([keys.msBeforeExpire('a'), keys.msBeforeExpire('b')]).toEqual([600, 0]);
    clock.advance(600);
    expect(keys.msBeforeExpire('a')).toBe(0);
  });

  it('goes by what was said last', () => {
    const clock = manualClock();
    const keys = new BlockedKeys(clock);
    keys.addMs('a', 1_000);
    keys.addMs('a', 100);
    expect(keys.msBeforeExpire('a')).toBe(100);
    keys.delete('a');
    keys.addMs('b', 100);
    expect([keys.msBeforeExpire('a'), keys.msBeforeExpire('b')]).toEqual([0, 100]);
    keys.delete();
    expect(keys.msBeforeExpire('b')).toBe(0);
  });

  it('forgets the oldest where there are too many, so that nobody fills the memory', () => {
    const keys = new BlockedKeys(manualClock());
    for (let at = 0; at < 10_001; at += 1) keys.addMs(`key ${at}`, 1_000);
    expect([0, 1, 10_000].map((at) => keys.msBeforeExpire(`key ${at}`))).toEqual([0, 1_000, 1_000]);
  });
});
