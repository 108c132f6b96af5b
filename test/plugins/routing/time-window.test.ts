import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeWindow, timeWindowOptions } from '../../../plugins/routing/src/time-window.ts';

function open(options: object, at: string): boolean {
  return timeWindow(timeWindowOptions.parse(options))(Date.parse(at));
}

describe('timeWindow', () => {
  it.each([
    ['2026-11-25T08:00:00Z', true], // Wednesday, 09:00 in Vienna
    ['2026-11-25T07:59:59Z', false],
    ['2026-11-25T15:59:59Z', true],
    ['2026-11-25T16:00:00Z', false],
    ['2026-11-28T10:00:00Z', false], // Saturday
    ['2026-07-22T07:00:00Z', true], // in summer 09:00 comes an hour earlier
  ])('office hours in Vienna at %s: %s', (at, expected) =>
    expect(open({ zone: 'Europe/Vienna', from: '09:00', to: '17:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }, at)).toBe(expected),
  );

  it.each([
    ['2026-11-27T23:00:00Z', true], // Friday night
    ['2026-11-28T03:00:00Z', true], // still Friday's night
    ['2026-11-28T06:00:00Z', false],
    ['2026-11-27T03:00:00Z', false], // Thursday's night does not open
    ['2026-11-28T23:00:00Z', false],
  ])('a night that begins on Friday at %s: %s', (at, expected) =>
    expect(open({ zone: 'UTC', from: '22:00', to: '06:00', days: ['fri'] }, at)).toBe(expected),
  );

  it.each([
    ['2026-11-30T03:00:00Z', true], // the night of Sunday
    ['2026-12-01T03:00:00Z', false],
  ])('a night that begins on Sunday goes over into the week at %s: %s', (at, expected) =>
    expect(open({ zone: 'UTC', from: '22:00', to: '06:00', days: ['sun'] }, at)).toBe(expected),
  );

  it('without times is the whole day', () => {
    expect(open({ zone: 'UTC', days: ['wed'] }, '2026-11-25T23:59:59Z')).toBe(true);
    expect(open({ zone: 'UTC', days: ['wed'] }, '2026-11-26T00:00:00Z')).toBe(false);
  });

  it('and the one that opens when it closes are never both open, and never both closed', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const text = ([hours, minutes]: readonly [number, number]): string =>
      `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
    fc.assert(
      fc.property(time, time, fc.integer({ min: 0, max: 4e12 }), (from, to, now) => {
        fc.pre(text(from) !== text(to));
        const zone = 'America/New_York';
        const one = timeWindow(timeWindowOptions.parse({ zone, from: text(from), to: text(to) }));
        const other = timeWindow(timeWindowOptions.parse({ zone, from: text(to), to: text(from) }));
        expect(one(now)).toBe(!other(now));
      }),
    );
  });
});

describe('timeWindowOptions', () => {
  it.each([
    [{ zone: 'Vienna' }],
    [{ zone: '+02:00' }],
    [{ zone: '' }],
    [{}],
    [{ zone: 'UTC', from: '9:00' }],
    [{ zone: 'UTC', from: '25:00' }],
    [{ zone: 'UTC', from: '10:00', to: '10:00' }],
    [{ zone: 'UTC', days: [] }],
    [{ zone: 'UTC', days: ['monday'] }],
  ])('refuse %j', (options) => expect(timeWindowOptions.safeParse(options).success).toBe(false));
});
