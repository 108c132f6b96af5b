import { describe, expect, it } from 'vitest';
import { Throttle } from '../../../plugins/admin/src/throttle.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

describe('Throttle', () => {
  it('lets five wrong ones a minute be answered, from one address', () => {
    const clock = manualClock();
    const throttle = new Throttle(clock);
    expect(Array.from({ length: 7 }, () => throttle.wrong('192.0.2.1'))).toEqual([false, false, false, false, false, true, true]);
    expect(throttle.wrong('192.0.2.2')).toBe(false);
    clock.advance(60_000);
    expect(throttle.wrong('192.0.2.1')).toBe(false);
  });

  it('takes an IPv6 network of 64 bits for one address, however it is written', () => {
    const throttle = new Throttle(manualClock());
    const spelt = ['2001:db8::1', '2001:db8:0:0:1::', '2001:0db8::ffff', '2001:db8:0:0:8:8:8:8', '2001:DB8::2%eth0'];
    for (const address of spelt) expect(throttle.wrong(address), address).toBe(false);
    expect(throttle.wrong('2001:db8::9')).toBe(true);
    expect(throttle.wrong('2001:db8:0:1::9')).toBe(false);
  });

  it('lets a hundred a minute be answered from all', () => {
    const throttle = new Throttle(manualClock());
    const told = Array.from({ length: 101 }, (_, index) => throttle.wrong(`10.0.${index >> 8}.${index & 255}`));
    expect(told.indexOf(true)).toBe(100);
  });

  it('is bounded, and takes who has no address for one', () => {
    const clock = manualClock();
    const throttle = new Throttle(clock);
    for (let index = 0; index < 20_000; index += 1) {
      throttle.wrong(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
      if (index % 90 === 0) clock.advance(60_000);
    }
    clock.advance(60_000);
    expect(Array.from({ length: 6 }, () => throttle.wrong(undefined))).toEqual([false, false, false, false, false, true]);
  });
});
