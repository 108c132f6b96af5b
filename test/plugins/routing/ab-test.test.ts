import { describe, expect, it } from 'vitest';
import { abTest } from '../../../plugins/routing/src/ab-test.ts';
import { experimentArms } from '../../../plugins/routing/src/assignment.ts';
import { type ContextParts, type FakeContext, routed, targetsOf } from './context.ts';
import { several } from './gateway.ts';

const arms = { control: { percent: 50, use: ['a/m'] }, treatment: { percent: 50, use: ['new/m', 'newer'] } };

function route(user: string, options: Partial<Parameters<typeof abTest>[0]> = {}, parts: ContextParts = {}): FakeContext {
  const aliases = { newer: ['new/m', 'new/n'] };
  return routed(abTest({ name: 'price', arms, ...options }), { who: { id: 'k', kind: 'key', user }, aliases, ...parts });
}

function armOf(context: FakeContext): string | undefined {
  return context.get(experimentArms)?.price;
}

/** A user of an arm. */
function userIn(arm: string): string {
  for (let index = 0; index < 1_000; index += 1) if (armOf(route(`user-${index}`)) === arm) return `user-${index}`;
  throw new Error(`nobody is in ${arm}`);
}

describe('abTest', () => {
  it('refuses percentages that do not come to 100', () => {
    expect(() => abTest({ name: 'x', arms: { one: { percent: 60, use: ['a/m'] }, other: { percent: 30, use: ['b/m'] } } })).toThrow(
      /options\.arms: expected percentages that come to 100, not to 90/,
    );
    expect(() => abTest({ name: 'x', arms: {} })).toThrow(/come to 100, not to 0/);
    const thirds = { a: { percent: 33.3, use: ['a/m'] }, b: { percent: 33.3, use: ['b/m'] }, c: { percent: 33.4, use: ['c/m'] } };
    expect(abTest({ name: 'x', arms: thirds }).name).toBe('routing.ab-test.x');
  });

  it('gives each arm its share, and everybody always the same arm', () => {
    const users = Array.from({ length: 3_000 }, (_, index) => `user-${index}`);
    const uneven = { few: { percent: 10, use: ['a/m'] }, many: { percent: 90, use: ['b/m'] } };
    const of = (user: string): string | undefined => armOf(route(user, { arms: uneven }));
    expect(users.filter((user) => of(user) === 'few').length / users.length).toBeCloseTo(0.1, 1);
    expect(users.slice(0, 100).map(of)).toEqual(users.slice(0, 100).map(of));
  });

  it('sends an arm to its targets, then to those of no arm: never to another arm’s', () => {
    const control = route(userIn('control'), {}, { targets: targetsOf('new/m', 'a/m', 'z/m') });
    expect(control.order).toEqual(['a/m', 'z/m']);
    expect(control.reasons).toMatchObject([
      { strategy: 'routing.ab-test.price', note: 'arm control', excluded: [{ target: 'new/m', why: 'of another arm' }] },
    ]);
    expect(route(userIn('treatment')).order).toEqual(['new/m', 'new/n', 'b/m', 'c/m']);
  });

  it('has no fallback where none is wanted', () => {
    const context = route(userIn('control'), { fallback: false });
    expect(context.order).toEqual(['a/m']);
    expect(context.reasons[0]?.excluded).toEqual([
      { target: 'b/m', why: 'no fallback' },
      { target: 'c/m', why: 'no fallback' },
    ]);
  });

  it('keeps the order for an arm that this gateway has no target of, and of calls that go on from a state', () => {
    expect(route(userIn('control'), {}, { unknown: ['a/m'] }).reasons[0]?.note).toContain('the order stays');
    const bound = route(userIn('treatment'), {}, { call: { states: ['x'] } });
    expect(bound.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(armOf(bound)).toBeUndefined();
  });

  it('runs beside another of its kind, each with its own arm and header', async () => {
    const one = (name: string) => abTest({ name, header: `x-${name}`, arms: { only: { percent: 100, use: ['b/m'] } } });
    const { chat, asked } = await several(['a', 'b'], { plugins: [one('first'), one('second')] });
    const { headers } = await chat();
    expect([headers['x-first'], headers['x-second']]).toEqual(['only', 'only']);
    expect(asked).toEqual(['b']);
  });
});
