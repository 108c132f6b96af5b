import { describe, expect, it } from 'vitest';
import { type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import { Aimd } from '../../../core/src/resilience/aimd.ts';
import { backoffMs, retriesLeft } from '../../../core/src/resilience/backoff.ts';
import type { Admission } from '../../../core/src/resilience/breaker.ts';
import { Breakers } from '../../../core/src/resilience/breakers.ts';
import { failureClass } from '../../../core/src/resilience/failure-class.ts';
import { type Lease, LoadLimit } from '../../../core/src/resilience/load-limit.ts';
import { RetryBudget } from '../../../core/src/resilience/retry-budget.ts';
import type { Clock } from '../../../core/src/services/clock.ts';

const schedules = 10_000;
const maxRetries = 2;
/** From here on every target is well. */
const calmAt = 30_000;
const timeoutMs = 2_000;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Time that goes from timer to timer; what promises do is done before the next. */
class SimulatedClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();
  #time = 0;

  get armed(): number {
    return this.#timers.size;
  }

  now(): number {
    throw new Error('asked for the time of day');
  }

  monotonic(): number {
    return this.#time;
  }

  after(ms: number, action: () => void): { cancel(): void } {
    const timer = { at: this.#time + ms, action };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  async run(): Promise<void> {
    for (let fired = 0; this.#timers.size > 0; fired += 1) {
      if (fired > 20_000) throw new Error('it goes on for ever');
      let next: { readonly at: number; readonly action: () => void } | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
      if (next === undefined) return;
      this.#timers.delete(next);
      this.#time = next.at;
      next.action();
      for (let tick = 0; tick < 8; tick += 1) await Promise.resolve();
    }
  }
}

type Mood = 'well' | 'failing' | 'flapping' | 'slow' | 'silent' | 'limited' | 'unreachable' | 'refusing';

const moods: readonly Mood[] = ['well', 'failing', 'flapping', 'slow', 'silent', 'limited', 'unreachable', 'refusing'];

const codeOf: Readonly<Partial<Record<Mood, GatewayErrorCode>>> = {
  failing: 'GW_UPSTREAM_ERROR',
  silent: 'GW_UPSTREAM_TIMEOUT',
  limited: 'GW_UPSTREAM_RATE_LIMITED',
  unreachable: 'GW_UPSTREAM_UNREACHABLE',
  refusing: 'GW_UPSTREAM_REFUSED',
};

/** A provider that changes its mood. */
class Target {
  readonly id: string;
  readonly load: LoadLimit;
  readonly budget: RetryBudget;
  requests = 0;
  retries = 0;
  #mood: Mood = 'well';
  readonly #random: () => number;

  constructor(id: string, clock: Clock, random: () => number) {
    this.id = id;
    this.#random = random;
    this.load = new LoadLimit(clock, new Aimd({ initial: 1 + Math.floor(random() * 4), max: 8 }), 4);
    this.budget = new RetryBudget(clock);
  }

  turn(mood: Mood): void {
    this.#mood = mood;
  }

  /** How the next call ends, and after how long. */
  answer(): { readonly code: GatewayErrorCode | undefined; readonly ms: number } {
    const mood = this.#mood === 'flapping' ? (this.#random() < 0.5 ? 'failing' : 'well') : this.#mood;
    const ms = mood === 'silent' ? timeoutMs : mood === 'slow' ? 500 + this.#random() * 1_400 : 20 + this.#random() * 100;
    return { code: codeOf[mood], ms };
  }
}

/** One schedule: targets, their moods, callers, and what became of them. */
class Simulation {
  readonly clock = new SimulatedClock();
  readonly breakers: Breakers;
  readonly targets: readonly Target[];
  readonly admissions: Admission[] = [];
  readonly moods = new Set<Mood>();
  readonly ends: string[] = [];
  /** Of those who came when all had been well for a while. */
  readonly calmEnds: string[] = [];
  exchanges = 0;
  mostAttempts = 0;
  longestMs = 0;
  readonly #random: () => number;

  constructor(seed: number, alwaysWell: boolean) {
    this.#random = seeded(seed);
    this.breakers = new Breakers(this.clock);
    const count = 1 + Math.floor(this.#random() * 3);
    this.targets = Array.from({ length: count }, (_, at) => new Target(`target-${at}`, this.clock, this.#random));
    const moody = alwaysWell ? this.targets.slice(0, -1) : this.targets;
    for (const target of moody) {
      for (let change = 0; change < 4; change += 1) this.#at(calmAt, () => this.#turn(target));
      this.clock.after(calmAt, () => target.turn('well'));
    }
    for (let caller = 0; caller < 20; caller += 1) this.#at(calmAt, () => this.call(this.#random() < 0.1));
    this.#at(calmAt, () => {
      for (let caller = 0; caller < 10; caller += 1) this.call(this.#random() < 0.1); // a burst: more than there is room for
    });
    // Once all is calm, somebody comes every second for as long as a breaker may take.
    for (let ms = calmAt + 2_000; ms < calmAt + 14_000; ms += 1_000) this.clock.after(ms, () => this.call(false));
  }

  #at(before: number, action: () => void): void {
    this.clock.after(this.#random() * before, action);
  }

  #turn(target: Target): void {
    const mood = moods[Math.floor(this.#random() * moods.length)] ?? 'well';
    target.turn(mood);
    this.moods.add(mood);
  }

  call(leaves: boolean): void {
    this.exchanges += 1;
    const startedAt = this.clock.monotonic();
    const caller = new Caller(this.clock, leaves ? this.#random() * 1_000 : undefined);
    void this.#exchange(caller).then(
      (end) => {
        caller.end();
        this.ends.push(end);
        if (startedAt >= calmAt + 4_000) this.calmEnds.push(end);
        this.longestMs = Math.max(this.longestMs, this.clock.monotonic() - startedAt);
      },
      (error: unknown) => this.ends.push(`broke: ${String(error)}`),
    );
  }

  /** Fallback around retry around load limit around breaker around the call. */
  async #exchange(caller: Caller): Promise<string> {
    const { targets, lastResortFrom } = this.breakers.order(this.targets);
    let [attempts, last, shed] = [0, 'refused: no target', false];
    for (const [at, target] of targets.entries()) {
      target.requests += 1;
      target.budget.requested();
      for (let retries = 0; ; retries += 1) {
        const end = await this.#attempt(target, at >= lastResortFrom, caller);
        if (end === 'shed' || end === 'open') {
          shed ||= end === 'shed';
          break;
        }
        attempts += 1;
        this.mostAttempts = Math.max(this.mostAttempts, attempts);
        if (end === 'answered' || end === 'left') return end;
        last = `failed: ${end}`;
        const { retry, fallback } = failureClass(gatewayError(end));
        if (fallback === 'never') return last;
        const waitMs = backoffMs({ retries, toldMs: this.#random() < 0.3 ? this.#random() * 12_000 : undefined }, this.#random);
        if (!retry || retriesLeft(maxRetries, retries, 0) === 0 || waitMs === undefined || !target.budget.take()) break;
        target.retries += 1;
        if (await caller.waits(waitMs)) return 'left';
      }
      if (caller.hasLeft) return 'left';
    }
    return shed ? 'refused: no place' : last;
  }

  async #attempt(target: Target, lastResort: boolean, caller: Caller): Promise<'shed' | 'open' | 'answered' | 'left' | GatewayErrorCode> {
    const place = await target.load.acquire(`tenant-${Math.floor(this.#random() * 3)}`, 500, caller.onAbort);
    if (place.kind !== 'lease') return place.kind;
    const admission = caller.hasLeft ? undefined : this.breakers.admit(target.id, lastResort);
    if (admission === undefined) {
      place.release('ignored');
      return caller.hasLeft ? 'left' : 'open';
    }
    this.admissions.push(admission);
    return this.#send(target, place, admission, caller);
  }

  async #send(target: Target, lease: Lease, admission: Admission, caller: Caller): Promise<'answered' | 'left' | GatewayErrorCode> {
    const { code, ms } = target.answer();
    const left = await caller.waits(ms);
    const health = left || code === undefined ? undefined : failureClass(gatewayError(code)).health;
    if (left || health === 'neutral' || health === 'overload') admission.ignored();
    else if (health === 'failure') admission.failed();
    else admission.succeeded();
    if (health === 'overload') this.breakers.cool(target.id, 1_000);
    lease.release(health === 'overload' ? 'overloaded' : left || code !== undefined ? 'ignored' : 'served');
    return left ? 'left' : (code ?? 'answered');
  }
}

/** A client, who may leave. */
class Caller {
  hasLeft = false;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #leaving: { cancel(): void } | undefined;

  constructor(clock: Clock, leavesAfterMs: number | undefined) {
    this.#clock = clock;
    this.#leaving = leavesAfterMs === undefined ? undefined : clock.after(leavesAfterMs, () => this.#leave());
  }

  get watched(): number {
    return this.#listeners.size;
  }

  readonly onAbort = (left: () => void): (() => void) => {
    if (this.hasLeft) left();
    else this.#listeners.add(left);
    return () => void this.#listeners.delete(left);
  };

  /** Whether it left in that time. */
  async waits(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(ms, resolve);
    const stop = this.onAbort(resolve);
    await promise;
    timer.cancel();
    stop();
    return this.hasLeft;
  }

  end(): void {
    this.#leaving?.cancel();
  }

  #leave(): void {
    this.hasLeft = true;
    for (const left of [...this.#listeners]) left();
  }
}

describe('simulation of 10,000 schedules', () => {
  it('nothing hangs, nothing is settled twice, no breaker is stuck, and nothing is left', { timeout: 60_000 }, async () => {
    const seen = { answered: 0, left: 0, failed: 0, refused: 0 };
    const seenMoods = new Set<Mood>();
    for (let seed = 1; seed <= schedules; seed += 1) {
      const alwaysWell = seed % 2 === 0;
      const one = new Simulation(seed, alwaysWell);
      await one.clock.run();
      for (const mood of one.moods) seenMoods.add(mood);
      for (const end of one.ends) seen[end.replace(/:.*/, '') as keyof typeof seen] += 1;
      check(one, seed, alwaysWell);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100); // the schedules are no idyll, and no desert either
    expect(seenMoods.size).toBe(moods.length);
  });

  it('is the same every time', async () => {
    const told = async (): Promise<unknown> => {
      const one = new Simulation(7, false);
      await one.clock.run();
      return [one.ends, one.mostAttempts, one.longestMs, one.breakers.health()];
    };
    expect(await told()).toEqual(await told());
  });
});

function check(one: Simulation, seed: number, alwaysWell: boolean): void {
  const at = `seed ${seed}`;
  const { targets, breakers, clock } = one;
  // No hang, each exchange ends once, and in a time that is bounded by what it may do.
  expect(one.ends.length, at).toBe(one.exchanges);
  expect(one.longestMs, at).toBeLessThan(targets.length * (maxRetries + 1) * (500 + timeoutMs + 11_000));
  expect(one.mostAttempts, at).toBeLessThanOrEqual(targets.length * (maxRetries + 1));
  expect(
    one.ends.filter((end) => end.startsWith('broke')),
    at,
  ).toEqual([]);
  // Each admission was reported, each place given back, no timer is armed.
  expect(
    one.admissions.every(({ settled }) => settled),
    at,
  ).toBe(true);
  expect(clock.armed, at).toBe(0);
  for (const { load, requests, retries } of targets) {
    expect([load.inFlight, load.waiting], at).toEqual([0, 0]);
    expect(retries, at).toBeLessThanOrEqual(3 * Math.ceil(clock.monotonic() / 9_000) + requests / 10);
  }
  // The calm was found out, sooner than a probe interval where there is no other target, and every breaker closes.
  expect(one.calmEnds, at).toEqual(Array(10).fill('answered'));
  for (const { id } of targets) {
    breakers.admit(id, true)?.succeeded(); // one that nobody needed to ask meanwhile
    expect(breakers.health().find(({ target }) => target === id)?.state, at).toBe('closed');
  }
  // Where one target is well all the time and it is not the request that is refused, who stays is answered or shed.
  if (alwaysWell && !one.moods.has('refusing')) expect(one.ends.filter((end) => end.startsWith('failed:')).length, at).toBe(0);
}
