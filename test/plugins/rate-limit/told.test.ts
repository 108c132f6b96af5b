import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeaderName, isHeaderValue } from '../../../core/src/header-text.ts';
import { secondsOf, type ToldReading, toldHeaders } from '../../../plugins/rate-limit/src/told.ts';

const reading = (more: Partial<ToldReading> = {}): ToldReading => ({
  name: 'key 1m',
  what: 'requests',
  windowMs: 60_000,
  limit: 10,
  remaining: 4,
  resetsInMs: 30_000,
  ...more,
});

describe('toldHeaders', () => {
  it('says nothing where nothing is counted in windows', () => {
    expect(toldHeaders([], 'openai-chat', 0)).toEqual({});
    expect(toldHeaders([reading({ what: 'concurrent' })], 'openai-chat', 0)).toEqual({});
  });

  it('tells of all limits in the IETF pair, and of the tightest of each kind in the client’s own', () => {
    const headers = toldHeaders(
      [
        reading(),
        reading({ name: 'tenant 1h', limit: 1_000, remaining: 100, windowMs: 3_600_000, resetsInMs: 1_800_500 }),
        reading({ what: 'tokens', limit: 500, remaining: 500, resetsInMs: 0 }),
        reading({ name: 'places', what: 'concurrent' }),
      ],
      'openai-chat',
      0,
    );
    expect(headers).toEqual({
      'ratelimit-policy': '"key 1m";q=10;w=60, "tenant 1h";q=1000;w=3600, "key 1m tokens";q=500;w=60',
      ratelimit: '"key 1m";r=4;t=30, "tenant 1h";r=100;t=1801, "key 1m tokens";r=500;t=1',
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '100',
      'x-ratelimit-reset-requests': '30m1s',
      'x-ratelimit-limit-tokens': '500',
      'x-ratelimit-remaining-tokens': '500',
      'x-ratelimit-reset-tokens': '0ms',
    });
  });

  it('writes durations as OpenAI does', () => {
    const told = (resetsInMs: number) => toldHeaders([reading({ resetsInMs })], 'openai-chat', 0)['x-ratelimit-reset-requests'];
    expect([0.2, 999, 999.5, 1_000, 59_001, 90_000, 3_600_000, 86_400_000, 3_661_000].map(told)).toEqual(
      ['1ms', '999ms', '1s', '1s', '1m', '1m30s', '1h', '24h', '1h1m1s'], //
    );
  });

  it('names no moment before the window’s end to Anthropic’s clients: who comes then is refused again', () => {
    const told = (now: number, resetsInMs: number) =>
      toldHeaders([reading({ resetsInMs })], 'anthropic-messages', now)['anthropic-ratelimit-requests-reset'];
    expect(told(0, 60_000)).toBe('1970-01-01T00:01:00Z');
    expect(told(1, 60_000)).toBe('1970-01-01T00:01:01Z');
    expect(told(0, 59_999.5)).toBe('1970-01-01T00:01:00Z');
  });

  it('has no header of Google’s, for there is none', () => {
    expect(Object.keys(toldHeaders([reading()], 'google-generate-content', 0))).toEqual(['ratelimit-policy', 'ratelimit']);
  });

  it('writes headers that HTTP allows, whatever a rule is called and counts', () => {
    const anyReading = fc.record({
      name: fc.stringMatching(/^[\w.:+ -]{1,64}$/),
      what: fc.constantFrom('requests' as const, 'tokens' as const),
      windowMs: fc.integer({ min: 1_000, max: 2_678_400_000 }),
      limit: fc.integer({ min: 1, max: 1_000_000_000_000 }),
      remaining: fc.integer({ min: 0, max: 1_000_000_000_000 }),
      resetsInMs: fc.double({ min: 0, max: 26_784_000_000, noNaN: true }),
    });
    const dialect = fc.constantFrom('openai-chat', 'anthropic-messages', 'google-generate-content', 'files');
    fc.assert(
      fc.property(fc.array(anyReading, { maxLength: 5 }), dialect, (readings, client) => {
        for (const [name, value] of Object.entries(toldHeaders(readings, client, Date.now())))
          expect([isHeaderName(name), isHeaderValue(value)]).toEqual([true, true]);
      }),
    );
  });
});

describe('secondsOf', () => {
  it('is whole, never too short, and never none', () => {
    expect([0, 1, 999.5, 1_000, 1_000.5].map(secondsOf)).toEqual([1, 1, 1, 1, 2]);
  });
});
