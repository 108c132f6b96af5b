import { describe, expect, it } from 'vitest';
import { experimentArms } from '../../../plugins/routing/src/assignment.ts';
import { canary } from '../../../plugins/routing/src/canary.ts';
import { type ContextParts, type FakeContext, routed, targetsOf } from './context.ts';
import { failing, several } from './gateway.ts';

function route(user: string, percent: number, parts: ContextParts = {}, options = {}): FakeContext {
  return routed(canary({ to: 'new/m', percent, ...options }), { who: { id: 'k', kind: 'key', user }, ...parts });
}

const users = Array.from({ length: 4_000 }, (_, index) => `user-${index}`);

function chosenAt(percent: number): Set<string> {
  return new Set(users.filter((user) => route(user, percent).order[0] === 'new/m'));
}

describe('canary', () => {
  it('is met by its share of the users', () => {
    for (const percent of [0, 5, 50, 100]) {
      const share = percent / 100;
      const bound = 5 * Math.sqrt(users.length * share * (1 - share));
      expect(Math.abs(chosenAt(percent).size - users.length * share)).toBeLessThanOrEqual(bound);
    }
  });

  it('keeps its users when the share grows', () => {
    const [few, more] = [chosenAt(5), chosenAt(20)];
    expect([...few].every((user) => more.has(user))).toBe(true);
  });

  it('has the stable targets behind it, and is not among those of the others', () => {
    expect(route('u', 100).order).toEqual(['new/m', 'a/m', 'b/m', 'c/m']);
    const stable = route('u', 0, { targets: targetsOf('a/m', 'new/m') });
    expect(stable.order).toEqual(['a/m']);
    expect(stable.reasons).toMatchObject([{ note: 'stable', excluded: [{ target: 'new/m', why: 'the canary' }] }]);
    expect(route('u', 0, { targets: targetsOf('new/m') }).order).toEqual(['new/m']);
  });

  it('leaves calls alone that go on from a state, that nobody reads, and other models', () => {
    expect(route('u', 100, { call: { states: ['x'] } }).order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(route('u', 100, { call: { opaque: true } }).order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(route('u', 100, {}, { models: ['embed'] }).reasons).toEqual([]);
  });

  it('keeps the order where this gateway does not have it', () => {
    const context = route('u', 100, { unknown: ['new/m'] });
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(context.reasons[0]?.note).toContain('this gateway has no new/m');
  });

  it('says the arm in the slot, and in a header where one is named', () => {
    expect(route('u', 100).get(experimentArms)).toEqual({ canary: 'canary' });
    const named = route('u', 0, {}, { name: 'gpt', header: 'X-Arm' });
    expect(named.get(experimentArms)).toEqual({ gpt: 'stable' });
    expect(named.sent).toEqual({ 'x-arm': 'stable' });
    expect(canary({ to: 'new/m', percent: 1, name: 'gpt' }).name).toBe('routing.canary.gpt');
  });

  it.each([[{ to: 'new/*', percent: 5 }], [{ to: 'new/m', percent: 101 }], [{ to: 'new/m' }], [{ to: 'new/m', percent: 1, name: 'A b' }]])(
    'refuses %j',
    (options) => expect(() => canary(options as never)).toThrow(/routing\.canary cannot be used/),
  );

  it('that fails costs its users nothing: the stable target answers', async () => {
    const plugins = [canary({ to: 'new/m', percent: 100, header: 'x-arm' })];
    const { chat, asked } = await several(['a', 'new'], { plugins, models: { chat: 'a/m' } }, { new: failing });
    const answer = await chat();
    expect([answer.status, answer.headers['x-arm']]).toEqual([200, 'canary']);
    expect(asked).toEqual(['new', 'a']);
  });
});
