import { describe, expect, it } from 'vitest';
import { byTier } from '../../../plugins/routing/src/by-tier.ts';
import { type FakeContext, hooksOf, routed } from './context.ts';
import { knowing, several } from './gateway.ts';

const tiers = { free: ['c/m'], pro: ['b/*', '*'] };

function route(plan: string | undefined, options: Record<string, string[]> = tiers, parts = {}): FakeContext {
  const who = { id: 'k', kind: 'key', ...(plan !== undefined && { plan }) } as const;
  return routed(byTier(options), { who, ...parts });
}

describe('byTier', () => {
  it.each([undefined, 'gold', 'constructor', '__proto__'])(
    'lets nobody in whose plan (%s) is in no tier: who is unknown does not get the dearest',
    (plan) => {
      expect(() => route(plan)).toThrow(/No target is left for the model "chat": .* is in no tier/);
    },
  );

  it('refuses a model that the plan does not include', () => {
    expect(() => route('free', { free: ['x/m'] })).toThrow(/the plan "free" does not include it/);
  });

  it('gives each plan its targets, in its order', () => {
    const free = route('free');
    expect(free.order).toEqual(['c/m']);
    expect(free.reasons).toMatchObject([{ note: 'tier free', excluded: [{ target: 'a/m', why: 'not in tier free' }, { target: 'b/m' }] }]);
    expect(route('pro').order).toEqual(['b/m', 'a/m', 'c/m']);
  });

  it('takes the tier default for a plan that is not listed, where there is one', () => {
    expect(route('gold', { ...tiers, default: ['a/m'] }).order).toEqual(['a/m']);
    expect(route(undefined, { ...tiers, default: ['a/m'] }).order).toEqual(['a/m']);
  });

  it('keeps the order of a call that goes on from a state, but not what the plan has not', () => {
    expect(route('pro', tiers, { call: { states: ['x'] } }).order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(route('free', tiers, { call: { states: ['x'] } }).order).toEqual(['c/m']);
  });

  it('does not judge calls that plugins make for their own work', () => {
    expect(route('free', tiers, { parent: 'exchange-0' }).order).toEqual(['a/m', 'b/m', 'c/m']);
  });

  it('judges what is carried unread by where it goes', () => {
    const raw = { targets: [{ id: 'a/*', provider: 'a', model: '*' }], call: { opaque: true } } as const;
    expect(() => route('free', { free: ['a/m'] }, raw)).toThrow(/does not include it/);
    expect(route('free', { free: ['a/*'] }, raw).order).toEqual(['a/*']);
  });

  it.each([[{}], [{ free: [] }], [{ free: ['gpt'] }], [{ free: 'a/m' }]])('refuses the options %j', (options) =>
    expect(() => byTier(options as never)).toThrow(/The plugin routing\.by-tier cannot be used like this/),
  );

  it('explains its tiers', () => {
    expect(hooksOf(byTier(tiers)).explain?.({ dialect: 'openai-chat', model: 'chat' })).toBe('by plan: free: c/m; pro: b/*, *');
  });

  it('is a 403 in the client’s own format, and no provider is asked', async () => {
    const plugins = [knowing({ id: 'k', kind: 'key' }), byTier({ pro: ['*'] })];
    const { chat, asked } = await several(['a', 'b'], { plugins, allowAnonymous: false });
    const answer = await chat();
    expect([answer.status, answer.json.error?.code]).toEqual([403, 'ROUTING_TIER']);
    expect(asked).toEqual([]);
  });
});
