import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendezvous, sticky } from '../../../plugins/routing/src/sticky.ts';
import { contextOf, hooksOf, routed, targetsOf } from './context.ts';
import { failing, several } from './gateway.ts';

const subjects = Array.from({ length: 3_000 }, (_, index) => `session-${index}`);

function placesOf(ids: readonly string[]): string[] {
  return subjects.map((subject) => rendezvous(targetsOf(...ids), subject).sorted[0]?.id ?? '');
}

describe('rendezvous', () => {
  it('moves only its own share when a target comes, all of it to the new one, and when one goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.string(), (size, salt) => {
        const ids = Array.from({ length: size + 1 }, (_, index) => `p${index}/${salt}m`);
        const before = placesOf(ids.slice(0, size));
        const after = placesOf(ids);
        const moved = after.filter((place, index) => place !== before[index]);
        expect(moved.every((place) => place === ids[size])).toBe(true);
        const share = 1 / (size + 1);
        expect(moved.length / subjects.length).toBeLessThanOrEqual(share + 5 * Math.sqrt((share * (1 - share)) / subjects.length));
      }),
      { numRuns: 20 },
    );
  });

  it('does not hang on the order of the list', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a/m', 'b/m', 'c/m', 'd/m'], { minLength: 4 }), fc.string(), (ids, subject) => {
        const [first] = rendezvous(targetsOf('a/m', 'b/m', 'c/m', 'd/m'), subject).sorted;
        expect(rendezvous(targetsOf(...ids), subject).sorted[0]).toEqual(first);
      }),
    );
  });

  it('gives each target its weight of the sessions, and none to a weight of 0', () => {
    const weights: Record<string, number> = { 'a/m': 3, 'b/m': 1, 'c/m': 0 };
    const counts = new Map<string, number>();
    for (const subject of subjects) {
      const id = rendezvous(targetsOf('a/m', 'b/m', 'c/m'), subject, (target) => weights[target.id] ?? 0).sorted[0]?.id ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect((counts.get('a/m') ?? 0) / subjects.length).toBeCloseTo(0.75, 1);
    expect(counts.get('c/m')).toBeUndefined();
  });

  it('spreads the sessions of a target that fails over all others, not onto one', () => {
    const seconds = new Set(
      subjects
        .map((subject) => rendezvous(targetsOf('a/m', 'b/m', 'c/m', 'd/m'), subject).sorted)
        .filter(([first]) => first?.id === 'a/m')
        .map(([, second]) => second?.id),
    );
    expect(seconds).toEqual(new Set(['b/m', 'c/m', 'd/m']));
  });
});

describe('sticky', () => {
  const at = (session: string, parts = {}): readonly string[] => routed(sticky(), { headers: { 'x-session-id': session }, ...parts }).order;

  it('keeps a session where it is, through every process', () => {
    for (const session of ['one', 'two', 'three']) expect(at(session)).toEqual(at(session));
    expect(new Set(subjects.slice(0, 50).map((session) => at(session)[0])).size).toBe(3);
  });

  it('never moves a call that goes on from a state', () => {
    for (const session of subjects.slice(0, 20)) expect(at(session, { call: { states: ['resp_1'] } })).toEqual(['a/m', 'b/m', 'c/m']);
  });

  it('keeps the order where there is nothing to tell sessions by, and says so', () => {
    const context = routed(sticky({ by: ['header:x-session-id', 'user'] }));
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(context.reasons[0]?.note).toBe('kept: the call has none of header:x-session-id, user');
  });

  it.each([
    ['prompt_cache_key', { prompt_cache_key: 'k' }],
    ['metadata.user_id', { metadata: { user_id: 'k' } }],
    ['safety_identifier', { safety_identifier: 'k' }],
    ['user', { user: 'k' }],
  ])('knows sessions by %s, as coding agents send it', (_field, body) => {
    expect(routed(sticky(), { call: { body } }).reasons[0]?.note).toMatch(/^stays at /);
  });

  it('has each score in its reason', () => {
    const context = contextOf({ headers: { 'x-session-id': 's' } });
    void hooksOf(sticky()).beforeRoute?.(context);
    const scores = context.reasons[0]?.scores ?? {};
    expect([...context.order].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0))).toEqual(context.order);
  });

  it('falls back to the session’s second target, the same each time', async () => {
    const { chat, asked } = await several(['a', 'b', 'c'], { plugins: [sticky()] }, { a: failing, b: failing, c: failing });
    const headers = { 'x-session-id': 'session-7' };
    await chat({}, { headers });
    await chat({}, { headers });
    expect(asked.slice(0, 3)).toEqual(asked.slice(3));
  });
});
