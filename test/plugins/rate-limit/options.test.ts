import { describe, expect, it } from 'vitest';
import { type RateLimitOptions, rateLimitOptions } from '../../../plugins/rate-limit/src/options.ts';

function problem(options: unknown): string {
  const result = rateLimitOptions.safeParse(options);
  if (result.success) return 'none';
  return result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

const rule = (more: object) => ({ rules: [{ requests: 1, ...more }] });

describe('rateLimitOptions', () => {
  it('refuses a rule that limits nothing, and options without a rule', () => {
    expect(problem({ rules: [{ per: ['key'] }] })).toBe('rules.0: a rule with requests, tokens or concurrent');
    expect(problem({})).toBe(': rules, plans or both');
    expect(problem({ rules: [{ tokens: 5, burst: 2 }] })).toBe('rules.0.burst: burst beside requests');
  });

  it.each(['0s', '', '1', '1w', '-1m', '1.5m', ' 1m', '1m\n', '32d', '745h', '9999999d', '01m'])('refuses the window %j', (window) => {
    expect(problem(rule({ window }))).toBe('rules.0.window: a time of at most 31 days, such as 1s, 1m, 12h or 7d');
  });

  it.each([
    ['1s', 1_000],
    ['90s', 90_000],
    ['12h', 43_200_000],
    ['31d', 2_678_400_000],
    ['744h', 2_678_400_000],
  ])('reads the window %s', (window, ms) => {
    expect(rateLimitOptions.parse(rule({ window })).rules[0]?.window).toEqual({ text: window, ms });
  });

  it.each(['', 'a"b', 'a\nb', 'a\n', 'a,b', 'ä', 'x'.repeat(65)])('refuses the name %j, which no header could say', (name) => {
    expect(problem(rule({ name }))).toContain('rules.0.name: letters, digits');
  });

  it.each([0, -1, 1.5, Number.NaN, 1e13, '5', null])('refuses %s as a count', (count) => {
    for (const what of ['requests', 'tokens', 'burst', 'concurrent']) expect(problem(rule({ [what]: count }))).toContain(`rules.0.${what}`);
  });

  it('refuses what it does not know, so that no slip goes unseen', () => {
    expect(problem(rule({ request: 5 }))).toContain('rules.0');
    expect(problem(rule({ per: ['keys'] }))).toContain('rules.0.per.0');
    expect(problem({ ...rule({}), queue: { deadline: 5 } })).toContain('queue');
    expect(problem({ ...rule({}), queue: { deadlineMs: 60_001 } })).toContain('queue.deadlineMs');
  });

  it('refuses a usual plan that is none of them', () => {
    const plans: RateLimitOptions['plans'] = { free: [{ requests: 1 }] };
    expect(problem({ plans, defaultPlan: 'pro' })).toBe('defaultPlan: one of plans');
    expect(problem({ plans, defaultPlan: 'toString' })).toBe('defaultPlan: one of plans');
    expect(problem({ plans, defaultPlan: 'free' })).toBe('none');
  });

  it('wants the usual plan said where one is called by a number, which would be the first unseen', () => {
    const plans = { free: [{ requests: 1 }], 2: [{ requests: 99 }] };
    expect(problem({ plans })).toContain('defaultPlan: the name of a plan');
    expect(problem({ plans, defaultPlan: 'free' })).toBe('none');
  });

  it('counts by key, in windows of a minute, and refuses, where nothing else is said', () => {
    const { rules, mode, queue, instances } = rateLimitOptions.parse(rule({}));
    expect(rules).toEqual([{ requests: 1, per: ['key'], window: { text: '1m', ms: 60_000 } }]);
    expect([mode, queue, instances]).toEqual(['enforce', undefined, 1]);
  });
});
