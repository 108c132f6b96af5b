import { describe, expect, it } from 'vitest';
import { type Restrictions, restrictionCheck, restrictions } from '../../../plugins/auth-keys/src/restrictions.ts';

const request = { method: 'POST', path: '/v1/chat/completions', ip: '192.0.2.7' };

function check(given: Restrictions, change: Partial<typeof request> & { ip?: string | undefined } = {}, now = 0): string | undefined {
  return restrictionCheck(restrictions.parse(given))({ ...request, ...change } as typeof request, now);
}

describe('restrictionCheck', () => {
  it('lets everything through where nothing is restricted; models are the core’s to hold', () => {
    expect(check({})).toBeUndefined();
    expect(check({ models: [] })).toBeUndefined();
  });

  it('holds endpoints', () => {
    const endpoints = ['POST /v1/chat/completions', '/v1/models*'];
    expect(check({ endpoints })).toBeUndefined();
    expect(check({ endpoints }, { method: 'GET', path: '/v1/models/chat' })).toBeUndefined();
    expect(check({ endpoints }, { path: '/v1/embeddings' })).toBe('for this endpoint');
    expect(check({ endpoints }, { method: 'GET' })).toBe('for this endpoint');
    expect(check({ endpoints: [] })).toBe('for this endpoint');
  });

  it('holds methods; HEAD is GET', () => {
    expect(check({ methods: ['GET'] })).toBe('with the method POST');
    expect(check({ methods: ['GET'] }, { method: 'HEAD' })).toBeUndefined();
  });

  it.each([
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.1', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.1', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['0.0.0.0/0', '::/0'], '2001:db8::1', true],
    [['192.0.2.7'], undefined, false],
    [['192.0.2.7'], 'nonsense', false],
    [[], '192.0.2.7', false],
  ])('holds addresses: %o lets in %s: %s', (addresses, ip, expected) => {
    expect(check({ addresses }, { ip: ip as string })).toBe(expected ? undefined : 'from this address');
  });

  describe('holds hours', () => {
    const berlin = { from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' };
    it.each([
      [berlin, '2026-11-25T08:00:00Z', true], // 09:00 there, a Wednesday
      [berlin, '2026-11-25T07:59:59Z', false],
      [berlin, '2026-11-25T15:59:59Z', true],
      [berlin, '2026-11-25T16:00:00Z', false],
      [berlin, '2026-07-01T07:00:00Z', true], // summer time
      [{ ...berlin, days: ['mon', 'fri'] }, '2026-11-25T10:00:00Z', false],
      [{ ...berlin, days: ['wed'] }, '2026-11-25T10:00:00Z', true],
      [{ from: '00:00', to: '24:00', timeZone: 'UTC', days: ['wed'] }, '2026-11-25T23:59:59Z', true],
      [{ from: '00:00', to: '24:00', timeZone: 'UTC', days: ['wed'] }, '2026-11-26T00:00:00Z', false],
      // Over midnight: it belongs to the day it begins on.
      [{ from: '22:00', to: '06:00', timeZone: 'UTC', days: ['wed'] }, '2026-11-25T23:00:00Z', true],
      [{ from: '22:00', to: '06:00', timeZone: 'UTC', days: ['wed'] }, '2026-11-26T05:59:00Z', true],
      [{ from: '22:00', to: '06:00', timeZone: 'UTC', days: ['wed'] }, '2026-11-25T05:00:00Z', false],
      [{ from: '22:00', to: '06:00', timeZone: 'UTC', days: ['sun'] }, '2026-11-30T01:00:00Z', true],
    ] as const)('%o at %s: %s', (hours, at, expected) => {
      const given = { hours: { ...hours, ...('days' in hours && { days: [...hours.days] }) } } as Restrictions;
      expect(check(given, {}, Date.parse(at))).toBe(expected ? undefined : 'at this time');
    });

    it('by the clock of each minute, also when one check is asked again and again', () => {
      const again = restrictionCheck(restrictions.parse({ hours: berlin }));
      const at = (time: string): string | undefined => again(request, Date.parse(time));
      expect([at('2026-11-25T07:59:59Z'), at('2026-11-25T08:00:00Z'), at('2026-11-25T16:00:00Z')]).toEqual([
        'at this time',
        undefined,
        'at this time',
      ]);
    });
  });

  it('holds all of several, and names the first that fails', () => {
    expect(check({ methods: ['POST'], addresses: ['198.51.100.1'] })).toBe('from this address');
  });
});

describe('restrictions', () => {
  it.each([
    [{ model: ['chat'] }, 'model'],
    [{ endpoints: ['v1/chat'] }, 'endpoints'],
    [{ endpoints: ['OPTIONS /v1'] }, 'endpoints'],
    [{ methods: ['get'] }, 'methods'],
    [{ addresses: ['192.0.2.0/33'] }, 'addresses'],
    [{ addresses: ['192.0.2'] }, 'addresses'],
    [{ addresses: ['2001:db8::/129'] }, 'addresses'],
    [{ addresses: ['192.0.2.1/24/2'] }, 'addresses'],
    [{ addresses: ['example.com'] }, 'addresses'],
    [{ hours: { from: '9:00', to: '17:00', timeZone: 'UTC' } }, 'hours'],
    [{ hours: { from: '09:00', to: '09:00', timeZone: 'UTC' } }, 'hours'],
    [{ hours: { from: '09:00', to: '17:00', timeZone: 'Mars/Olympus' } }, 'hours'],
    [{ hours: { from: '09:00', to: '17:00', timeZone: 'UTC', days: [] } }, 'hours'],
  ])('refuses %o', (given, field) => {
    const { error } = restrictions.safeParse(given);
    expect(JSON.stringify(error?.issues)).toContain(field);
  });
});
