import { describe, expect, it } from 'vitest';
import { type RefusedBy, refusal, tooLarge, unavailable } from '../../../plugins/rate-limit/src/refusal.ts';

const by = (more: Partial<RefusedBy> = {}): RefusedBy => ({
  name: 'key 1m',
  what: 'requests',
  per: ['key', 'model'],
  window: '1m',
  windowMs: 60_000,
  limit: 3,
  remaining: 0,
  resetsInMs: 41_200.5,
  ...more,
});

describe('refusal', () => {
  it('says whose limit it is, which, and when it resets; never too early', () => {
    const { status, code, message, headers, retryable } = refusal(by());
    expect([status, code, retryable]).toEqual([429, 'RATE_LIMITED', true]);
    expect(message).toBe(
      'This gateway\'s own limit "key 1m" is reached: 3 requests in 1m, per key and model (the model provider was not asked). It resets in 42 s; try again then.',
    );
    expect(headers).toEqual({ 'retry-after': '42', 'retry-after-ms': '41201' });
  });

  it('says so where all callers share it, and where places are missing', () => {
    expect(refusal(by({ per: [] })).message).toContain('3 requests in 1m, for all callers together');
    expect(refusal(by({ what: 'concurrent', resetsInMs: 1_000 })).message).toContain('3 requests at the same time, per key and model');
  });

  it('tells clients to wait by themselves for a minute, and no longer', () => {
    expect([60_000, 60_001].map((resetsInMs) => refusal(by({ resetsInMs })).retryable)).toEqual([true, false]);
  });

  it('never tells clients to come back at once, which would be a storm', () => {
    expect(refusal(by({ resetsInMs: 0 })).headers).toEqual({ 'retry-after': '1', 'retry-after-ms': '1' });
  });
});

describe('tooLarge', () => {
  it('is nothing to try again', () => {
    const { status, message, headers, retryable } = tooLarge(by({ what: 'tokens', limit: 100 }), 250);
    expect([status, headers, retryable]).toEqual([429, {}, false]);
    expect(message).toContain('may use 250 tokens, and this gateway\'s limit "key 1m" is 100 in 1m');
  });
});

describe('unavailable', () => {
  it('is nobody’s fault but ours, worth another try, and keeps the cause to itself', () => {
    const error = unavailable(new Error('redis://user:secret@host'));
    expect([error.status, error.retryable, error.headers['retry-after']]).toEqual([503, true, '1']);
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBeInstanceOf(Error);
  });
});
