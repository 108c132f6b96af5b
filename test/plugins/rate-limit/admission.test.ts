import { describe, expect, it } from 'vitest';
import { type Asked, admit, askedOf, giveBack, type Held, lineOf } from '../../../plugins/rate-limit/src/admission.ts';
import type { Metered, Reading } from '../../../plugins/rate-limit/src/meter.ts';
import type { Limit } from '../../../plugins/rate-limit/src/rules.ts';

interface Fake {
  readonly what?: Metered;
  readonly name?: string;
  readonly enforced?: boolean;
  readonly answers: 'takes' | 'refuses' | 'fails';
  readonly resetsInMs?: number;
}

/** Limits that answer as they are told, and remember what is out. */
function fakes(...kinds: Fake[]) {
  const out: string[] = [];
  const taken: (readonly [string, number])[] = [];
  const asked: Asked[] = kinds.map(({ what = 'requests', name = what, enforced = true, answers, resetsInMs = 1_000 }) => {
    const reading: Reading = { limit: 100, remaining: 7, resetsInMs };
    const take: Limit['meter']['take'] = async (_, amount) => {
      taken.push([name, amount]);
      if (answers === 'fails') throw new Error('nothing can count');
      if (answers === 'refuses') return { kind: 'refused', reading };
      out.push(name);
      const back = async () => void out.splice(out.indexOf(name), 1);
      return { kind: 'taken', reading, change: async () => {}, giveBack: back };
    };
    const limit: Limit = { name, per: ['key'], window: '1m', windowMs: 60_000, enforced, meter: { what, limit: 100, take } };
    return { limit, subject: 'key=ann' };
  });
  return { asked, out, taken };
}

describe('admit', () => {
  it('takes of all limits what each counts, and tells how they stand', async () => {
    const { asked, taken } = fakes({ answers: 'takes' }, { answers: 'takes', what: 'tokens' }, { answers: 'takes', what: 'concurrent' });
    const { held, told, shadowed, refused } = await admit(asked, 40);
    expect(taken).toEqual([
      ['requests', 1],
      ['tokens', 40],
      ['concurrent', 1],
    ]);
    expect(held.map(({ what }) => what)).toEqual(['requests', 'tokens', 'concurrent']);
    expect(told[1]).toEqual({ name: 'tokens', what: 'tokens', windowMs: 60_000, limit: 100, remaining: 7, resetsInMs: 1_000 });
    expect([shadowed, refused]).toEqual([[], undefined]);
  });

  it('keeps nothing where one refuses, and says which, the one that lasts longest', async () => {
    const { asked, out } = fakes(
      { answers: 'takes', what: 'tokens' },
      { answers: 'refuses', name: 'short', resetsInMs: 500 },
      { answers: 'refuses', name: 'long', resetsInMs: 90_000 },
      { answers: 'takes', what: 'concurrent' },
    );
    const { held, told, refused } = await admit(asked, 1);
    expect([held, out, told.length]).toEqual([[], [], 4]);
    expect(refused).toMatchObject({ line: 'long requests key=ann', waitMs: 90_000, isPlace: false });
    expect(refused?.error.message).toContain('"long"');
  });

  it('keeps nothing where one cannot count, which no waiting helps against', async () => {
    const { asked, out } = fakes({ answers: 'takes' }, { answers: 'fails', name: 'broken' }, { answers: 'refuses', name: 'other' });
    const { held, refused } = await admit(asked, 1);
    expect([held, out, refused?.error.status, refused?.waitMs]).toEqual([[], [], 503, undefined]);
  });

  it('takes of none where more tokens are asked for than a window has', async () => {
    const { asked, taken } = fakes({ answers: 'takes' }, { answers: 'takes', what: 'tokens' });
    const { held, refused } = await admit(asked, 101);
    expect([taken, held, refused?.error.code, refused?.waitMs]).toEqual([[], [], 'RATE_LIMIT_TOO_LARGE', undefined]);
    expect((await admit(asked, 100)).refused).toBeUndefined();
  });

  it('limits in shadow mode refuse nothing and are not told of, whatever they answer', async () => {
    const { asked, out } = fakes(
      { answers: 'refuses', enforced: false, name: 'full' },
      { answers: 'fails', enforced: false, name: 'broken' },
      { answers: 'takes', enforced: false, what: 'concurrent' },
    );
    const { held, told, shadowed, refused } = await admit(asked, 1_000);
    expect([told, refused, shadowed.map(({ name }) => name)]).toEqual([[], undefined, ['full']]);
    expect(held.map(({ what }) => what)).toEqual(['concurrent']);
    await giveBack(held);
    expect(out).toEqual([]);
  });

  it('what a limit in shadow mode took is given back where another refuses', async () => {
    const { asked, out } = fakes({ answers: 'takes', enforced: false, what: 'concurrent' }, { answers: 'refuses' });
    expect([(await admit(asked, 1)).held, out]).toEqual([[], []]);
  });

  it('says that a place is missing, for that may be free at any time', async () => {
    expect((await admit(fakes({ answers: 'refuses', what: 'concurrent' }).asked, 1)).refused?.isPlace).toBe(true);
  });
});

describe('giveBack', () => {
  it('gives back everything and never rejects, whatever fails', async () => {
    const { asked, out } = fakes({ answers: 'takes' }, { answers: 'takes', what: 'concurrent' });
    const { held } = await admit(asked, 1);
    const broken = { ...held[0], taken: { ...held[0]?.taken, giveBack: () => Promise.reject(new Error('gone')) } } as Held;
    await giveBack([broken, ...held]);
    expect(out).toEqual([]);
  });
});

describe('askedOf, lineOf', () => {
  it('name a line for each limit, kind and subject', () => {
    const { asked } = fakes(
      { answers: 'takes', name: 'a' },
      { answers: 'takes', name: 'a', what: 'tokens' },
      { answers: 'takes', name: 'a requests' },
    );
    const facts = { endpoint: 'e', model: undefined, ip: undefined, ipv6Prefix: 56 };
    const limits = asked.map(({ limit }) => limit);
    const lines = ['ann', 'bob'].flatMap((id) => askedOf(limits, { ...facts, principal: { id, kind: 'key' } }).map(lineOf));
    expect(new Set(lines).size).toBe(6);
    expect(lines[0]).toBe('a requests key=ann');
  });
});
