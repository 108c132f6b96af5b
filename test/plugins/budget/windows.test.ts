import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WindowKind, Windows } from '../../../plugins/budget/src/windows.ts';

const at = (text: string): number => Date.parse(text);
const shown = (kind: WindowKind, zone: string, moment: string): [string, string | undefined, string | undefined] => {
  const { id, startsAt, endsAt } = new Windows(kind, zone).at(at(moment));
  const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());
  return [id, iso(startsAt), iso(endsAt)];
};

describe('Windows', () => {
  it.each([
    ['day', 'UTC', '2026-11-25T22:00:00Z', '2026-11-25', '2026-11-25T00:00:00.000Z', '2026-11-26T00:00:00.000Z'],
    ['day', 'America/New_York', '2026-11-25T03:00:00Z', '2026-11-24', '2026-11-24T05:00:00.000Z', '2026-11-25T05:00:00.000Z'],
    ['week', 'Europe/Berlin', '2026-11-25T22:00:00Z', '2026-11-23', '2026-11-22T23:00:00.000Z', '2026-11-29T23:00:00.000Z'],
    ['month', 'Asia/Tokyo', '2026-11-30T15:00:00Z', '2026-12-01', '2026-11-30T15:00:00.000Z', '2026-12-31T15:00:00.000Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    // MONEY-10: days of 23 and 25 hours, one whose midnight is left out, one that is left out whole.
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    ['day', 'Pacific/Apia', '2011-12-31T12:00:00Z', '2012-01-01', '2011-12-31T10:00:00.000Z', '2012-01-01T10:00:00.000Z'],
    ['day', 'Pacific/Apia', '2011-12-30T09:00:00Z', '2011-12-29', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
  ] as const)('a %s in %s around %s is %s, from %s to %s', (kind, zone, moment, id, startsAt, endsAt) => {
    expect(shown(kind, zone, moment)).toEqual([id, startsAt, endsAt]);
  });

  it('a credit has no window', () => {
    expect(shown('once', 'UTC', '2026-11-25T22:00:00Z')).toEqual(['once', undefined, undefined]);
  });

  it('refuses zones that are none', () => {
    expect(() => new Windows('day', 'Mars/Olympus')).toThrow('Mars/Olympus');
  });

  it('MONEY-10: every moment lies in exactly one window, and windows follow each other without gap or overlap, in any zone', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Asia/Beirut',
      'Africa/Cairo',
      'Pacific/Apia',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
    ];
    const moment = fc.integer({ min: at('2005-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom('day', 'week', 'month'), moment, (zone, kind, now) => {
        const windows = new Windows(kind as WindowKind, zone as string);
        const { id, startsAt = 0, endsAt = 0 } = windows.at(now);
        expect(startsAt <= now && now < endsAt).toBe(true);
        const next = windows.at(endsAt);
        expect(next.startsAt).toBe(endsAt);
        expect(next.id > id).toBe(true);
        expect(windows.at(endsAt - 1).id).toBe(id);
        expect(windows.at(startsAt).id).toBe(id);
      }),
      { numRuns: 300 },
    );
  });
});
