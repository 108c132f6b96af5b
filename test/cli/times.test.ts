import { describe, expect, it } from 'vitest';
import { durationOf, expiryOf, hoursOf } from '../../cli/src/times.ts';

const now = Date.parse('2026-01-31T10:00:00Z');

describe('durationOf', () => {
  it.each([
    ['45s', 45_000],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['90d', 7_776_000_000],
    ['2w', 1_209_600_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => expect(durationOf(text)).toBe(ms));

  it.each(['', '90', 'd', '1.5h', '-1d', '1y', '1 d', '9999999d', '1D'])('refuses %j with an example', (text) =>
    expect(() => durationOf(text)).toThrow('Expected a duration such as 90d'),
  );
});

describe('expiryOf', () => {
  it.each([
    ['90d', '2026-05-01T10:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T18:00+01:00', '2027-01-31T17:00:00.000Z'],
    ['2027-01-31T18:00:00.5Z', '2027-01-31T18:00:00.500Z'],
  ])('reads %s', (text, iso) => expect(expiryOf(text, now)).toBe(iso));

  it.each(['soon', '2027', '01/31/2027', '2027-02-30T25:00Z', '2027-01-31T18:00', '90days', '2027-13-01'])(
    'refuses %j: what it means is not clear',
    (text) => expect(() => expiryOf(text, now)).toThrow(/^Expected (an expiry|a duration) such as 90d/),
  );
});

describe('hoursOf', () => {
  it.each([
    ['mon-fri 08:00-18:00 Europe/Berlin', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['sat-mon 08:00-18:00 Europe/Berlin', ['sat', 'sun', 'mon']],
    ['wed 08:00-18:00 Europe/Berlin', ['wed']],
    ['mon,wed-thu 08:00-18:00 Europe/Berlin', ['mon', 'wed', 'thu']],
  ])('reads %s', (text, days) => expect(hoursOf(text)).toEqual({ days, from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' }));

  it('takes every day where none is said', () => {
    expect(hoursOf('22:00-06:00 UTC')).toEqual({ from: '22:00', to: '06:00', timeZone: 'UTC' });
  });

  it.each(['', '08:00-18:00', 'mon 8-18 UTC', 'weekdays 08:00-18:00 UTC', 'mon-tue-wed 08:00-18:00 UTC', 'mon- 08:00-18:00 UTC'])(
    'refuses %j with an example',
    (text) => expect(() => hoursOf(text)).toThrow(/^Expected (hours|days) such as/),
  );
});
