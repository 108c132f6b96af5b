import { describe, expect, it } from 'vitest';
import { changesOf, newKeyOf, restrictedTo } from '../../cli/src/key-fields.ts';

const now = Date.parse('2026-01-31T10:00:00Z');

describe('newKeyOf', () => {
  it('is what was said, and no more', () => {
    expect(newKeyOf({ label: 'ci' }, now)).toEqual({ label: 'ci' });
    const flags = {
      label: 'ci',
      tenant: 'acme',
      app: 'web',
      user: 'ann',
      plan: 'pro',
      scopes: ['chat'],
      metadata: ['team=search', 'note=a=b', 'empty='],
      expires: '1d',
      models: ['chat'],
      methods: ['post'],
      hours: 'sat 08:00-18:00 UTC',
    };
    expect(newKeyOf(flags, now)).toEqual({
      label: 'ci',
      tenant: 'acme',
      app: 'web',
      user: 'ann',
      plan: 'pro',
      scopes: ['chat'],
      metadata: { team: 'search', note: 'a=b', empty: '' },
      expiresAt: '2026-02-01T10:00:00.000Z',
      restrictions: { models: ['chat'], methods: ['POST'], hours: { days: ['sat'], from: '08:00', to: '18:00', timeZone: 'UTC' } },
    });
  });

  it.each(['team', '=x', ''])('refuses metadata without a name or a value: %j', (entry) => {
    expect(() => newKeyOf({ label: 'ci', metadata: [entry] }, now)).toThrow('Expected metadata as name=value');
  });
});

describe('changesOf', () => {
  it('is what is to be another, "none" what is to be gone', () => {
    expect(changesOf({ label: 'new', expires: '1d' }, now)).toEqual({ label: 'new', expiresAt: '2026-02-01T10:00:00.000Z' });
    expect(changesOf({ plan: 'none', scopes: ['none'], metadata: ['none'], expires: 'none' }, now)).toEqual({
      plan: null,
      scopes: null,
      metadata: null,
      expiresAt: null,
    });
  });

  it('refuses to change nothing', () => {
    expect(() => changesOf({}, now)).toThrow('Nothing is to be changed. Say at least one of --label');
  });
});

describe('restrictedTo', () => {
  const before = { models: ['chat'], addresses: ['192.0.2.1'] };

  it('adds to what was there, replaces what is said anew, and lifts what is named', () => {
    expect(restrictedTo(undefined, { models: ['chat'] }, [])).toEqual({ models: ['chat'] });
    expect(restrictedTo(before, { models: ['*'], methods: ['get'] }, ['addresses'])).toEqual({ models: ['*'], methods: ['GET'] });
    expect(restrictedTo(before, {}, ['models'])).toEqual({ addresses: ['192.0.2.1'] });
  });

  it('lifts the last ones for good', () => {
    expect(restrictedTo(before, {}, ['models', 'addresses'])).toBeNull();
  });

  it('keeps what is lifted and said at once as it is said', () => {
    expect(restrictedTo(before, { models: ['x'] }, ['models'])).toEqual({ models: ['x'], addresses: ['192.0.2.1'] });
  });

  it('refuses what does nothing, and names that there are not', () => {
    expect(() => restrictedTo(before, {}, [])).toThrow('Nothing is to be changed');
    expect(() => restrictedTo(before, {}, ['model'])).toThrow('Expected --lift with any of models, endpoints');
  });
});
