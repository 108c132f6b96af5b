import { describe, expect, it } from 'vitest';
import type { Admission, Denial } from '../../../plugins/rate-limit/src/admission.ts';
import { Line, type Waiter } from '../../../plugins/rate-limit/src/line.ts';
import { refusal } from '../../../plugins/rate-limit/src/refusal.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

const error = refusal({ name: 'x', what: 'requests', per: [], window: '1s', windowMs: 1_000, limit: 1, remaining: 0, resetsInMs: 1_000 });
const denied = (more: Partial<Denial> = {}): Denial => ({ error, line: 'own', waitMs: 1_000, isPlace: false, ...more });
const refusedBy = (more: Partial<Denial> = {}): Admission => ({ held: [], told: [], shadowed: [], refused: denied(more) });
const admitted: Admission = { held: [], told: [], shadowed: [] };

const flushed = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A line whose waiters get the answers that a test gives, one after the other. */
function built(closed = denied()) {
  const clock = manualClock();
  const seen = { emptied: 0, tries: [] as string[], left: [] as string[] };
  const line = new Line(clock, closed, () => {
    seen.emptied += 1;
  });
  const stand = (name: string, answer: () => Admission | Promise<Admission>, endsAt = 60_000): Waiter => {
    const waiter: Waiter = {
      who: name.slice(0, 3),
      endsAt,
      last: refusedBy(),
      async attempt() {
        seen.tries.push(name);
        return answer();
      },
      leave(admission) {
        if (!line.remove(waiter)) return false;
        seen.left.push(`${name} ${admission.refused?.line ?? 'in'}`);
        return true;
      },
    };
    line.add(waiter);
    return waiter;
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await flushed();
  };
  return { clock, line, seen, stand, pass };
}

describe('Line', () => {
  it('looks when its limit opens, and lets callers in by turns', async () => {
    const { seen, stand, pass, clock } = built();
    for (const name of ['ann1', 'ann2', 'ann3', 'bob1', 'eve1', 'bob2']) stand(name, () => admitted);
    await pass(999);
    expect(seen.tries).toEqual([]);
    await pass(1);
    expect(seen.tries).toEqual(['ann1', 'bob1', 'eve1', 'ann2', 'bob2', 'ann3']);
    expect(seen.left).toEqual(seen.tries.map((name) => `${name} in`));
    expect([seen.emptied, clock.armed]).toEqual([1, 0]);
  });

  it('goes on waiting where it is still closed, with the same one first', async () => {
    const { seen, stand, pass } = built();
    let open = false;
    stand('ann1', () => (open ? admitted : refusedBy({ waitMs: 400 })));
    stand('bob1', () => admitted);
    await pass(1_000);
    expect(seen.tries).toEqual(['ann1']);
    open = true;
    await pass(400);
    expect(seen.left).toEqual(['ann1 in', 'bob1 in']);
  });

  it('lets nobody wait for whom another limit refuses', async () => {
    const { seen, stand, pass } = built();
    stand('ann1', () => refusedBy({ line: 'other', waitMs: 90_000 }));
    stand('bob1', () => admitted);
    await pass(1_000);
    expect(seen.left).toEqual(['ann1 other', 'bob1 in']);
  });

  it('tells at once whoever cannot be let in within its time', async () => {
    const { seen, stand, pass } = built();
    stand('ann1', () => refusedBy({ waitMs: 1_000 }), 2_500);
    stand('bob1', () => admitted, 1_999);
    stand('eve1', () => admitted, 2_000);
    await pass(1_000);
    expect(seen.left).toEqual(['bob1 own']);
  });

  it('says how long it is still closed', async () => {
    const { line, stand, clock, pass } = built();
    stand('ann1', () => refusedBy({ waitMs: 300 }));
    clock.advance(400);
    expect(line.closed.waitMs).toBe(600);
    await pass(600);
    await pass(50);
    expect(line.closed.waitMs).toBe(250);
  });

  it('looks for a place every now and then, and at once where one is given back', async () => {
    const { line, seen, stand, pass } = built(denied({ isPlace: true }));
    stand('ann1', () => refusedBy({ isPlace: true }));
    await pass(100);
    await pass(100);
    expect(seen.tries).toHaveLength(2);
    line.wake();
    await flushed();
    expect(seen.tries).toHaveLength(3);
  });

  it('tries again where a place was given back while one tried, and never two at a time', async () => {
    const { line, seen, stand, pass } = built(denied({ isPlace: true }));
    let [trying, most] = [0, 0];
    let first = true;
    stand('ann1', async () => {
      trying += 1;
      most = Math.max(most, trying);
      if (first) line.wake();
      line.wake();
      await flushed();
      trying -= 1;
      const answer = first ? refusedBy({ isPlace: true }) : admitted;
      first = false;
      return answer;
    });
    await pass(100);
    for (let at = 0; at < 5; at += 1) await flushed();
    expect([seen.left, most]).toEqual([['ann1 in'], 1]);
  });

  it('what one gets who left while it tried is given back, and the next one tries', async () => {
    const { seen, stand, pass } = built();
    let back = 0;
    const taken = {
      kind: 'taken' as const,
      reading: { limit: 1, remaining: 0, resetsInMs: 0 },
      change: async () => {},
      giveBack: async () => {
        back += 1;
      },
    };
    const ann = stand('ann1', () => {
      ann.leave(refusedBy());
      return { ...admitted, held: [{ what: 'concurrent', taken, line: 'own' }] };
    });
    stand('bob1', () => admitted);
    await pass(1_000);
    expect([back, seen.left]).toEqual([1, ['ann1 own', 'bob1 in']]);
  });

  it('leaves no timer where all have left', () => {
    const { seen, stand, clock } = built();
    const [ann, bob] = [stand('ann1', () => admitted), stand('bob1', () => admitted)];
    expect([ann.leave(refusedBy()), ann.leave(refusedBy()), bob.leave(refusedBy())]).toEqual([true, false, true]);
    expect([clock.armed, seen.emptied]).toEqual([0, 1]);
  });
});
