import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { ResilienceConfig } from '../../../core/src/resilience/settings.ts';
import { localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import type { Journey } from '../../../core/src/upstream/along-targets.ts';
import { hedged } from '../../../core/src/upstream/hedged.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { settingsOf, targetStates } from '../resilience/made-states.ts';
import { madeExchange } from './made-exchange.ts';

const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

interface Run {
  readonly journey: Journey;
  readonly answers: (name: string) => void;
  readonly fails: (error: Error) => void;
}

interface Options {
  readonly config?: ResilienceConfig;
  readonly known?: boolean;
  readonly journey?: Partial<Journey>;
}

/** A hedged way whose runs end when the test says so. The first target mostly begins within 100 ms. */
function hedging({ config = { hedge: { share: 1, minMs: 50 } }, known = true, journey = {} }: Options = {}) {
  const clock = manualClock();
  const made = madeExchange(providers, { clock, body: { stream: true } });
  const states = targetStates(config, clock);
  if (known) for (let call = 0; call < 50; call += 1) for (const { id } of made.exchange.targets) states.of(id).streams.observe(100);
  const signals = localSignals(made.logger);
  const hedges: SignalMap['hedge'][] = [];
  signals.on('hedge', (event) => void hedges.push(event));
  const runs: Run[] = [];
  const settings = settingsOf(config);
  const travel = hedged({ states, signals, settings: (model, target) => settings.call(model, target) }, clock, (one) => {
    const { promise, resolve, reject } = Promise.withResolvers<GatewayResponse>();
    const first = states.order(one.targets).targets[0];
    if (first !== undefined) one.begun?.add(first.id);
    one.scope.onAbort(reject);
    runs.push({
      journey: one,
      answers: (name) => resolve({ status: 200, headers: { name } } as unknown as GatewayResponse),
      fails: reject,
    });
    return promise;
  });
  const { exchange } = made;
  const send = () => {
    const sent = travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first', ...journey });
    sent.catch(() => {});
    return sent;
  };
  const late = async () => {
    clock.advance(1_000);
    await turn();
  };
  return { ...made, clock, states, runs, hedges, send, late };
}

const turn = () => new Promise((go) => setImmediate(go));
const ids = (run: Run | undefined) => run?.journey.targets.map(({ id }) => id);

describe('hedged', () => {
  it('asks one target only while it is in time, and leaves no timer', async () => {
    const { send, runs, clock, hedges } = hedging();
    const sent = send();
    clock.advance(90);
    await turn();
    runs[0]?.answers('first');
    expect(await sent).toMatchObject({ headers: { name: 'first' } });
    await turn();
    expect([runs.length, clock.armed, hedges.length]).toEqual([1, 0, 0]);
  });

  it('asks another when it is late, tells of it, takes who begins first and gives the other up', async () => {
    const { send, late, runs, hedges, exchange, clock } = hedging();
    const sent = send();
    await late();
    expect(runs.map((run) => run.journey.kind)).toEqual(['first', 'hedge']);
    expect(ids(runs[1])).toEqual(['second/m', 'third/m']);
    expect(hedges).toEqual([{ exchange: exchange.id, from: 'first/m', to: 'second/m' }]);
    runs[1]?.answers('second');
    expect(await sent).toMatchObject({ headers: { name: 'second' } });
    expect(runs.map((run) => run.journey.scope.stopped?.code)).toEqual(['GW_HEDGE_LOST', undefined]);
    await turn();
    expect(clock.armed).toBe(0);
  });

  it('gives the second up when the first comes after all', async () => {
    const { send, late, runs } = hedging();
    const sent = send();
    await late();
    runs[0]?.answers('first');
    expect(await sent).toMatchObject({ headers: { name: 'first' } });
    expect(runs.map((run) => run.journey.scope.stopped?.code)).toEqual([undefined, 'GW_HEDGE_LOST']);
  });

  it('waits for the other when one fails, whichever', async () => {
    for (const [failing, answering] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { send, late, runs } = hedging();
      const sent = send();
      await late();
      runs[failing]?.fails(gatewayError('GW_UPSTREAM_ERROR'));
      await turn();
      runs[answering]?.answers('the other');
      expect(await sent).toMatchObject({ headers: { name: 'the other' } });
    }
  });

  it("tells the first's error when both fail, whoever fails first", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { send, late, runs, clock } = hedging();
      const sent = send();
      await late();
      const errors = [gatewayError('GW_UPSTREAM_ERROR'), gatewayError('GW_UPSTREAM_TIMEOUT')];
      for (const at of order) runs[at]?.fails(errors[at] as Error);
      await expect(sent).rejects.toBe(errors[0]);
      expect(clock.armed).toBe(0);
    }
  });

  it('lets a loser break late, without anybody hearing of it', async () => {
    const { send, late, runs } = hedging();
    const sent = send();
    await late();
    runs[1]?.answers('second');
    await sent;
    runs[0]?.fails(gatewayError('GW_UPSTREAM_TRUNCATED'));
    await turn(); // an unhandled rejection fails the run
    expect(await sent).toMatchObject({ headers: { name: 'second' } });
  });

  it('ends both with the client, and begins no hedge for one that has left', async () => {
    const both = hedging();
    const sent = both.send();
    await both.late();
    const closed = gatewayError('GW_CLIENT_CLOSED');
    both.exchange.abort(closed);
    await expect(sent).rejects.toBe(closed);
    expect([both.runs.length, both.clock.armed]).toEqual([2, 0]);

    const early = hedging();
    const left = early.send();
    early.exchange.abort(closed);
    await expect(left).rejects.toBe(closed);
    await early.late();
    expect([early.runs.length, early.clock.armed]).toEqual([1, 0]);
  });

  it('asks no target twice: those that the first way has come to are left out', async () => {
    const { send, runs, hedges, clock } = hedging();
    const sent = send();
    runs[0]?.journey.begun?.add('second/m'); // it fell back meanwhile
    clock.advance(1_000);
    await turn();
    expect(ids(runs[1])).toEqual(['third/m']);
    expect(hedges[0]).toMatchObject({ from: 'second/m', to: 'third/m' });
    runs[1]?.answers('third');
    await sent;
  });

  it('takes the order in which targets would be asked now', async () => {
    const { send, late, runs, states } = hedging();
    for (let failure = 0; failure < 3; failure += 1) states.admit('first/m', false)?.failed();
    const sent = send();
    await late();
    expect(ids(runs[1])).toEqual(['third/m', 'first/m']);
    runs[1]?.answers('third');
    await sent;
  });

  it('hedges no more than its share', async () => {
    const { send, late, runs } = hedging({ config: { hedge: { share: 0.1, minMs: 50 } } });
    for (let call = 0; call < 40; call += 1) void send();
    await late();
    expect(runs.filter(({ journey }) => journey.kind === 'hedge')).toHaveLength(4);
  });

  it.each<[string, Options]>([
    ['it is off', { config: {} }],
    ['nobody knows how long the first takes', { known: false }],
    ['a stream broke off', { journey: { kind: 'recovery' } }],
    ['there is no other', { journey: { targets: [{ id: 'first/m', provider: 'first', model: 'm' }] } }],
    ['there is none', { journey: { targets: [] } }],
  ])('does not hedge where %s', async (_what, options) => {
    const { send, late, runs, clock } = hedging(options);
    const sent = send();
    expect(clock.armed).toBe(0);
    await late();
    expect(runs).toHaveLength(1);
    runs[0]?.answers('first');
    await sent;
  });
});
