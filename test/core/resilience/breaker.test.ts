import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Admission, Breaker, type BreakerOptions, breakerDefaults } from '../../../core/src/resilience/breaker.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';

interface Made {
  readonly clock: ManualClock;
  readonly breaker: Breaker;
  readonly changes: string[];
  /** An admission that has to be there. */
  admitted(lastResort?: boolean): Admission;
  fail(times: number): void;
}

function made(options: Partial<BreakerOptions> = {}): Made {
  const clock = manualClock();
  const changes: string[] = [];
  const breaker = new Breaker(clock, options, (from, to) => changes.push(`${from} → ${to}`));
  const admitted = (lastResort?: boolean): Admission => {
    const admission = breaker.admit(lastResort);
    if (admission === undefined) throw new Error('not admitted');
    return admission;
  };
  const fail = (times: number): void => {
    for (let time = 0; time < times; time += 1) admitted().failed();
  };
  return { clock, breaker, changes, admitted, fail };
}

/** One whose breaker has just opened. */
function opened(options: Partial<BreakerOptions> = {}): Made {
  const all = made(options);
  all.fail(3);
  expect(all.breaker.state.kind).toBe('open');
  return all;
}

describe('a breaker that is closed', () => {
  it('opens on three failures in a row', () => {
    const { breaker, changes, fail } = made();
    fail(2);
    expect(breaker.state).toEqual({ kind: 'closed' });
    fail(1);
    expect(breaker.state).toEqual({ kind: 'open', since: 0, probeAt: 10_000 });
    expect(breaker.admit()).toBeUndefined();
    expect(changes).toEqual(['closed → open']);
  });

  it('counts a row anew after a success, but not after what says nothing', () => {
    const { breaker, admitted, fail } = made();
    fail(2);
    admitted().succeeded();
    fail(2);
    expect(breaker.state.kind).toBe('closed');
    admitted().ignored();
    expect(breaker.counts()).toEqual({ inRow: 2, calls: 5, failures: 4 });
    fail(1);
    expect(breaker.state.kind).toBe('open');
  });

  it('opens when half of at least twenty calls failed, never three in a row (F-30: flapping)', () => {
    const { breaker, admitted, fail } = made();
    for (let call = 1; call <= 19; call += 1) call % 2 === 0 ? fail(1) : admitted().succeeded();
    expect(breaker.state.kind).toBe('closed');
    fail(1); // the twentieth, and the tenth failure
    expect(breaker.state.kind).toBe('open');
  });

  it('forgets failures that are older than its window', () => {
    const { clock, breaker, admitted, fail } = made();
    for (let call = 1; call <= 19; call += 1) call % 2 === 0 ? fail(1) : admitted().succeeded();
    clock.advance(10_000);
    fail(1);
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.counts()).toEqual({ inRow: 1, calls: 1, failures: 1 });
  });

  it('takes the first report of a call and no other', () => {
    const { breaker, admitted } = made({ consecutive: 2 });
    const one = admitted();
    one.failed();
    one.failed();
    one.succeeded();
    expect(one.settled).toBe(true);
    expect(breaker.counts()).toEqual({ inRow: 1, calls: 1, failures: 1 });
  });

  it('is not moved by content that arrives: how the stream ends is what counts', () => {
    const { breaker, admitted } = made();
    for (let stream = 0; stream < 3; stream += 1) {
      const admission = admitted();
      admission.answering();
      admission.failed();
    }
    expect(breaker.state.kind).toBe('open');
  });
});

describe('a breaker that is open', () => {
  it('says how long it stays so, and admits one probe then', () => {
    const { clock, breaker, admitted, changes } = opened();
    clock.advance(4_000);
    expect(breaker.dueInMs()).toBe(6_000);
    clock.advance(5_999);
    expect(breaker.admit()).toBeUndefined();
    clock.advance(1);
    expect(breaker.dueInMs()).toBe(0);
    expect(admitted().isProbe).toBe(true);
    expect(breaker.state.kind).toBe('half-open');
    expect(breaker.admit()).toBeUndefined();
    expect(changes).toEqual(['closed → open', 'open → half-open']);
  });

  it('hears nothing of calls that began before it opened', () => {
    const { breaker, admitted, fail } = made();
    const late = [admitted(), admitted()];
    fail(3);
    late[0]?.succeeded();
    late[1]?.failed();
    expect(breaker.state).toEqual({ kind: 'open', since: 0, probeAt: 10_000 });
  });

  it('hears nothing of them after it closed again, either', () => {
    const { clock, breaker, admitted, fail } = made();
    const late = [admitted(), admitted(), admitted()];
    fail(3);
    clock.advance(10_000);
    admitted().succeeded();
    for (const one of late) one.failed();
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.counts()).toEqual({ inRow: 0, calls: 0, failures: 0 });
  });

  it('admits a last resort earlier, one at a time', () => {
    const { clock, breaker, admitted } = opened();
    clock.advance(999);
    expect(breaker.admit(true)).toBeUndefined();
    expect([breaker.dueInMs(true), breaker.dueInMs()]).toEqual([1, 9_001]);
    clock.advance(1);
    expect(breaker.admit()).toBeUndefined();
    const probe = admitted(true);
    expect(breaker.admit(true)).toBeUndefined();
    probe.failed();
    expect(breaker.admit(true)).toBeUndefined();
    clock.advance(1_000);
    admitted(true).succeeded();
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.counts()).toEqual({ inRow: 0, calls: 0, failures: 0 }); // what failed within the window is forgiven
  });

  it('admits none earlier than any probe, where a last resort is to wait longer', () => {
    const { clock, breaker } = opened({ lastResortMs: Number.POSITIVE_INFINITY });
    clock.advance(9_999);
    expect([breaker.dueInMs(true), breaker.admit(true)]).toEqual([1, undefined]);
    clock.advance(1);
    expect(breaker.admit(true)?.isProbe).toBe(true);
  });
});

describe('a breaker that is half-open', () => {
  function probing(): Made & { readonly probe: Admission } {
    const all = opened();
    all.clock.advance(10_000);
    return { ...all, probe: all.admitted() };
  }

  it('opens again when its probe fails, for a whole interval from then', () => {
    const { clock, breaker, probe } = probing();
    clock.advance(700);
    probe.failed();
    expect(breaker.state).toEqual({ kind: 'open', since: 10_700, probeAt: 20_700 });
  });

  it('closes when its probe succeeds', () => {
    const { breaker, probe, changes } = probing();
    probe.succeeded();
    expect(breaker.state.kind).toBe('closed');
    expect(changes.at(-1)).toBe('half-open → closed');
  });

  it('closes at the first content of its probe, and opens at once should that break off (row 8)', () => {
    const { breaker, probe } = probing();
    probe.answering();
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.admit()?.isProbe).toBe(false);
    probe.failed();
    expect(breaker.state.kind).toBe('open');
  });

  it('lets the next call probe when the probe said nothing', () => {
    const { breaker, probe, admitted } = probing();
    probe.ignored();
    expect(breaker.state).toEqual({ kind: 'open', since: 0, probeAt: 10_000 });
    expect(admitted().isProbe).toBe(true);
  });

  it('Polly#311: a probe that never reports frees its place after a limit', () => {
    const { clock, breaker, admitted, changes } = probing();
    clock.advance(breakerDefaults.probeLimitMs - 1);
    expect(breaker.admit()).toBeUndefined();
    clock.advance(1);
    expect(admitted().isProbe).toBe(true);
    expect(breaker.admit()).toBeUndefined();
    expect(changes.at(-1)).toBe('open → half-open'); // and nobody is told of a change that is none
  });

  it('closes on the late success of a probe whose place was taken, for it answered, however slowly', () => {
    const { clock, breaker, probe, admitted } = probing();
    clock.advance(breakerDefaults.probeLimitMs);
    const second = admitted();
    probe.succeeded();
    expect(breaker.state.kind).toBe('closed');
    second.failed(); // began before it closed
    expect(breaker.counts()).toEqual({ inRow: 0, calls: 0, failures: 0 });
  });

  it('leaves it to the present probe when one whose place was taken fails', () => {
    const { clock, breaker, probe, admitted } = probing();
    clock.advance(breakerDefaults.probeLimitMs);
    const second = admitted();
    probe.failed();
    expect(breaker.state).toMatchObject({ kind: 'half-open', probe: second });
  });
});

/** What a breaker is, told at length: every event kept, everything counted anew. */
class Model {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  spell = 0;
  since = 0;
  probeAt = 0;
  freeAt = 0;
  probe: number | undefined = undefined;
  counted: { readonly at: number; readonly failed: boolean }[] = [];
  readonly calls: { readonly isProbe: boolean; spell: number; settled: boolean }[] = [];

  /** The number of the call, or `undefined` where it is refused. */
  admit(now: number, lastResort: boolean): number | undefined {
    const due = lastResort ? Math.min(this.probeAt, this.since + 1_000) : this.probeAt;
    if (this.state !== 'closed' && now < (this.state === 'open' ? due : this.freeAt)) return undefined;
    const isProbe = this.state !== 'closed';
    const call = this.calls.push({ isProbe, spell: this.spell, settled: false }) - 1;
    if (isProbe) Object.assign(this, { state: 'half-open', probe: call, freeAt: now + 60_000 });
    return call;
  }

  answering(at: number): void {
    const call = this.calls[at];
    if (call === undefined || call.settled || !call.isProbe || call.spell !== this.spell || this.state === 'closed') return;
    this.#close();
    call.spell = this.spell;
  }

  report(at: number, now: number, what: 'succeeded' | 'failed' | 'ignored'): void {
    const call = this.calls[at];
    if (call === undefined || call.settled) return;
    call.settled = true;
    if (call.spell !== this.spell) return;
    if (this.state === 'closed') {
      if (what === 'ignored') return;
      this.counted.push({ at: now, failed: what === 'failed' });
      if (what === 'failed' && (call.isProbe || this.#tooMany(now))) this.#open(now);
    } else if (what === 'succeeded') this.#close();
    else if (this.state === 'half-open' && this.probe === at && what === 'failed') this.#open(now);
    else if (this.state === 'half-open' && this.probe === at) Object.assign(this, { state: 'open', probeAt: now, probe: undefined });
  }

  #tooMany(now: number): boolean {
    const last = this.counted.slice(-3);
    const recent = this.counted.filter(({ at }) => Math.floor(at / 1_000) > Math.floor(now / 1_000) - 10);
    const failures = recent.filter(({ failed }) => failed).length;
    return (last.length === 3 && last.every(({ failed }) => failed)) || (recent.length >= 20 && failures / recent.length >= 0.5);
  }

  #open(now: number): void {
    Object.assign(this, { state: 'open', since: now, probeAt: now + 10_000, spell: this.spell + 1, counted: [], probe: undefined });
  }

  #close(): void {
    Object.assign(this, { state: 'closed', spell: this.spell + 1, counted: [], probe: undefined });
  }
}

const reports = ['succeeded', 'failed', 'failed', 'ignored'] as const;
/** Moments around every bound. */
const passes = [0, 1, 50, 999, 1_000, 3_000, 9_999, 10_000, 59_999, 60_000];

interface Run {
  readonly clock: ManualClock;
  readonly breaker: Breaker;
  readonly admissions: Admission[];
  /** Told of every step, and compared with, where there is one. */
  readonly model?: Model;
}

/** One step of a schedule, read from a number: schedules are cheap to make so, and still shrink. */
function step(number: number, { clock, breaker, admissions, model }: Run): void {
  const [what, choice] = [number % 16, Math.floor(number / 16)];
  const now = clock.monotonic();
  const at = admissions.length - 1 - (Math.floor(choice / 4) % Math.min(8, Math.max(1, admissions.length)));
  if (what < 6) {
    const admission = breaker.admit(what === 5);
    if (model !== undefined) expect(admission?.isProbe).toBe(model.calls[model.admit(now, what === 5) ?? -1]?.isProbe);
    if (admission !== undefined) admissions.push(admission);
  } else if (what < 13) {
    const report = reports[choice % 4] ?? 'failed';
    admissions[at]?.[report]();
    model?.report(at, now, report);
  } else if (what === 13) {
    admissions[at]?.answering();
    model?.answering(at);
  } else clock.advance(passes[choice % passes.length] ?? 0);
  if (model !== undefined) expect(breaker.state.kind).toBe(model.state);
}

const schedules = fc.array(fc.nat(1_000_000), { maxLength: 120, size: 'max' });

describe('property: a breaker', () => {
  it('is what the model says, after every step of 10,000 schedules', { timeout: 60_000 }, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(schedules, (numbers) => {
        const { clock, breaker, changes } = made();
        const run = { clock, breaker, admissions: [], model: new Model() };
        for (const number of numbers) step(number, run);
        for (const change of changes) seen.add(change);
      }),
      { numRuns: 10_000 },
    );
    const every = ['closed → open', 'open → half-open', 'half-open → closed', 'half-open → open'];
    expect([...seen]).toEqual(expect.arrayContaining(every)); // the schedules go every way
  });

  it('is never stuck: whatever happened, a healthy target is back after a probe limit and an interval', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(schedules, (numbers) => {
        const { clock, breaker } = made();
        const run = { clock, breaker, admissions: [] };
        for (const number of numbers) step(number, run);
        // None of the calls under way reports any more.
        const { probeLimitMs, probeMs } = breakerDefaults;
        for (let ms = 0; ms <= probeLimitMs + probeMs && breaker.state.kind !== 'closed'; ms += 1_000) {
          breaker.admit()?.succeeded();
          clock.advance(1_000);
        }
        expect(breaker.state.kind).toBe('closed');
      }),
      { numRuns: 10_000 },
    );
  });

  it('asks a target that is down three times and once per interval (row 15)', () => {
    const { clock, breaker } = made();
    let asked = 0;
    for (let ms = 0; ms < 60_000; ms += 250) {
      const admission = breaker.admit();
      if (admission !== undefined) asked += 1;
      admission?.failed();
      clock.advance(250);
    }
    expect(asked).toBeLessThanOrEqual(3 + 60_000 / breakerDefaults.probeMs);
    expect(asked).toBeGreaterThanOrEqual(3 + 5);
  });

  it('sets no timer', () => {
    const { clock } = opened();
    expect(clock.armed).toBe(0);
  });
});
