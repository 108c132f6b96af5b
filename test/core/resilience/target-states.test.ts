import { describe, expect, it } from 'vitest';
import { Lease, type Place } from '../../../core/src/resilience/load-limit.ts';
import { TargetStates } from '../../../core/src/resilience/target-states.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { settingsOf, targetStates } from './made-states.ts';

const never = () => () => {};

function leaseOf(place: Place | Promise<Place>): Lease {
  if (!(place instanceof Lease)) throw new Error('no place');
  return place;
}

function fail(states: TargetStates, target: string, times: number): void {
  for (let failure = 0; failure < times; failure += 1) states.admit(target, false)?.failed();
}

describe('TargetStates', () => {
  it('keeps one state of a target, however often it is asked for', () => {
    const states = targetStates();
    expect(states.of('a/m')).toBe(states.of('a/m'));
    expect(states.of('a/m')).not.toBe(states.of('b/m'));
  });

  it('gives each target what is set for it', () => {
    const states = targetStates({ concurrency: 2, queueMs: 9, targets: { 'a/m': { concurrency: 1, queueMs: 0, breaker: false } } });
    expect([states.of('a/m').load.limit, states.of('b/m').load.limit]).toEqual([1, 2]);
    expect([states.of('a/m').queueMs, states.of('b/m').queueMs]).toEqual([0, 9]);
    fail(states, 'a/m', 100);
    fail(states, 'b/m', 3);
    expect(states.admit('a/m', false)).toBeDefined();
    expect(states.admit('b/m', false)).toBeUndefined();
  });

  it('finds the limit out, from the connections that there are, unless it is set', () => {
    expect(targetStates().of('a/m').load.limit).toBe(1_024);
  });

  it('says how long until an open target is asked again', () => {
    const states = targetStates();
    expect(states.retryInMs('a/m')).toBe(0);
    fail(states, 'a/m', 3);
    expect(states.retryInMs('a/m')).toBe(1_000);
  });

  it('asks cooling targets after the others, for as long as was said', () => {
    const clock = manualClock();
    const states = targetStates({}, clock);
    const targets = [{ id: 'a/m' }, { id: 'b/m' }];
    states.cool('a/m', 50);
    expect(states.order(targets).targets.map(({ id }) => id)).toEqual(['b/m', 'a/m']);
    clock.advance(50);
    expect(states.order(targets).targets.map(({ id }) => id)).toEqual(['a/m', 'b/m']);
  });

  it('reports in plain data', () => {
    const states = targetStates({ concurrency: 4 });
    states.admit('a/m', false)?.succeeded();
    states.of('a/m').streams.observe(120);
    leaseOf(states.of('a/m').load.acquire('x', 0, never));
    const [report] = states.report();
    expect(report).toMatchObject({ target: 'a/m', state: 'closed', calls: 1, failures: 0, inFlight: 1, limit: 4, waiting: 0 });
    expect(report?.firstTokenMs).toBeCloseTo(120);
    expect(structuredClone(report)).toEqual(report);
  });

  it('tells of changes of breakers', () => {
    const changes: unknown[] = [];
    const states = new TargetStates(manualClock(), {
      settings: settingsOf(),
      connections: 8,
      changed: (change) => void changes.push(change),
    });
    fail(states, 'a/m', 3);
    expect(changes).toEqual([{ target: 'a/m', from: 'closed', to: 'open' }]);
  });

  it('remembers a bounded number of targets, whatever clients make up: not those in use, nor those of the config', () => {
    const states = new TargetStates(manualClock(), {
      settings: settingsOf({ targets: { 'own/m': { queueMs: 1 } } }),
      connections: 8,
      changed: () => {},
      configured: new Set(['own/m']),
    });
    const own = states.of('own/m');
    const busy = states.of('busy/m');
    const idle = states.of('idle/m');
    leaseOf(busy.load.acquire('x', 0, never));
    fail(states, 'own/m', 3);
    for (let made = 0; made < 2_000; made += 1) {
      states.of(`x/${made}`);
      states.admit(`x/${made}`, false)?.succeeded();
    }
    expect(states.of('own/m')).toBe(own);
    expect(states.admit('own/m', false)).toBeUndefined(); // its breaker, too, is remembered
    expect(states.of('busy/m')).toBe(busy);
    expect(states.of('idle/m')).not.toBe(idle);
    expect(states.report().length).toBeLessThanOrEqual(1_000);
  });
});
