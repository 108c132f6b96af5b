import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { type GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { failureClasses } from '../../../core/src/resilience/failure-class.ts';
import type { ResilienceConfig } from '../../../core/src/resilience/settings.ts';
import { admitted } from '../../../core/src/upstream/admitted.ts';
import type { Addressed } from '../../../core/src/upstream/along-targets.ts';
import { NotNow } from '../../../core/src/upstream/not-now.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { targetStates } from '../resilience/made-states.ts';
import { addressed, madeExchange } from './made-exchange.ts';

const answer = { status: 200 } as GatewayResponse;
const providers = [openaiCompatible({ name: 'first', baseUrl: 'http://127.0.0.1:9/v1' })];

/** A target of which everything is remembered; each call is an exchange of its own. */
function target(config: ResilienceConfig = {}) {
  const clock = manualClock();
  const states = targetStates(config, clock);
  function call(next: (one: Addressed) => Promise<GatewayResponse>, body: object = {}, own: Partial<Addressed> = {}) {
    const made = madeExchange(providers, { clock, body });
    const sent = admitted(states, next)(addressed(made.exchange, made.targets[0]!, own));
    sent.catch(() => {});
    return { ...made, sent };
  }
  const load = () => states.of('first/m').load;
  const health = () => states.report().find(({ target: id }) => id === 'first/m');
  return { clock, states, call, load, health };
}

/** An attempt that ends like this before its answer began, as `Attempt` reports it. */
const failing = (error: Error) => async (one: Addressed) => {
  one.watch?.begun();
  one.watch?.ended(false, error as GatewayError);
  throw error;
};

const whole = async (one: Addressed) => {
  one.watch?.begun();
  one.watch?.ended(true, undefined);
  return answer;
};

const turn = () => new Promise((go) => setImmediate(go));

describe('admitted', () => {
  it.each(Object.keys(failureClasses) as GatewayErrorCode[])(
    'tells the breaker once what %s says, and gives the place back',
    async (code) => {
      const { call, load, health } = target();
      const error = gatewayError(code);
      await expect(call(failing(error)).sent).rejects.toBe(error);
      expect([health()?.failures, load().inFlight]).toEqual([failureClasses[code]?.health === 'failure' ? 1 : 0, 0]);
      expect(health()?.coolingMs).toBe(failureClasses[code]?.health === 'overload' ? 1_000 : 0);
    },
  );

  it.each([
    ['a target that a plugin passed over', new SkipTarget('is full')],
    ['a defect', new TypeError('x is undefined')],
  ])('does not hold %s against it', async (_what, error) => {
    const { call, load, health } = target();
    await expect(call(failing(error)).sent).rejects.toBe(error);
    expect([health()?.failures, load().inFlight]).toEqual([0, 0]);
  });

  it('counts a whole answer as served at once', async () => {
    const { call, load, health } = target();
    expect(await call(whole).sent).toBe(answer);
    expect([health()?.calls, health()?.failures, load().inFlight]).toEqual([1, 0, 0]);
  });

  it.each([
    ['to its end', true, undefined, 0],
    ['and breaks off', false, gatewayError('GW_UPSTREAM_TRUNCATED'), 1],
    ['and its client leaves', false, gatewayError('GW_CLIENT_CLOSED'), 0],
    ['and another one answered first', false, gatewayError('GW_HEDGE_LOST'), 0],
    ['and does not fit', false, gatewayError('GW_RECOVERY_UNFIT'), 0],
  ] as const)('keeps the place of a stream that goes on %s', async (_what, completed, error, failures) => {
    const { call, load, health } = target();
    let end: Addressed['watch'];
    await call(
      async (one) => {
        one.watch?.begun();
        end = one.watch;
        return answer;
      },
      { stream: true },
    ).sent;
    expect(load().inFlight).toBe(1);
    end?.ended(completed, error);
    end?.ended(false, gatewayError('GW_UPSTREAM_ERROR')); // twice is once
    expect([load().inFlight, health()?.failures]).toEqual([0, failures]);
  });

  it('counts the last attempt of several with different credentials', async () => {
    const { call, load, health } = target();
    const sent = call(async (one) => {
      one.watch?.begun();
      one.watch?.ended(false, gatewayError('GW_UPSTREAM_RATE_LIMITED'));
      return whole(one);
    }).sent;
    expect(await sent).toBe(answer);
    expect([health()?.coolingMs, health()?.failures, load().inFlight]).toEqual([0, 0, 0]);
  });

  it('is passed over while its breaker is open, with the time to wait, and holds no place', async () => {
    const { call, load, clock } = target();
    for (let failure = 0; failure < 3; failure += 1) await call(failing(gatewayError('GW_UPSTREAM_ERROR'))).sent.catch(() => {});
    const refused = call(whole).sent;
    await expect(refused).rejects.toBeInstanceOf(NotNow);
    await expect(refused).rejects.toMatchObject({ retryAfterMs: 1_000 });
    await expect(call(whole, {}, { lastResort: true }).sent).rejects.toBeInstanceOf(NotNow);
    expect(load().inFlight).toBe(0);
    clock.advance(1_000);
    await expect(call(whole).sent).rejects.toBeInstanceOf(NotNow); // others may be asked
    expect(await call(whole, {}, { lastResort: true }).sent).toBe(answer); // nobody else is left
    expect(load().inFlight).toBe(0);
  });

  it('lets others go first for as long as the target says', async () => {
    const { call, health } = target();
    const error = gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers: { 'retry-after-ms': '4500' } });
    await call(failing(error)).sent.catch(() => {});
    expect(health()?.coolingMs).toBe(4_500);
  });

  it('remembers how long streams take to begin and whole answers to come, each by itself, and what never came in time', async () => {
    const { call, states, clock } = target();
    const taking = (ms: number, outcome: typeof whole) => async (one: Addressed) => {
      clock.advance(ms);
      return outcome(one);
    };
    await call(taking(300, whole), { stream: true }).sent;
    const { streams, wholes } = states.of('first/m');
    expect([streams.averageMs, wholes.averageMs]).toEqual([expect.closeTo(300), undefined]);
    await call(taking(9_000, whole)).sent;
    expect(wholes.averageMs).toBeCloseTo(9_000);
    const late = target();
    await late
      .call(
        async (one) => {
          late.clock.advance(700);
          return failing(gatewayError('GW_UPSTREAM_TIMEOUT'))(one);
        },
        { stream: true },
      )
      .sent.catch(() => {});
    expect(late.states.of('first/m').streams.averageMs).toBeCloseTo(700);
  });
});

describe('admitted, with more calls than places', () => {
  function full(config: ResilienceConfig = {}) {
    const made = target({ concurrency: 1, ...config });
    const ends: Addressed['watch'][] = [];
    const holding = async (one: Addressed) => {
      one.watch?.begun();
      ends.push(one.watch);
      return answer;
    };
    return { ...made, ends, holding };
  }

  it('waits for a place', async () => {
    const { call, load, ends, holding, clock } = full();
    await call(holding).sent;
    const second = call(whole).sent;
    await turn();
    expect(load().waiting).toBe(1);
    ends[0]?.ended(true, undefined);
    expect(await second).toBe(answer);
    expect([load().inFlight, load().waiting, clock.armed]).toEqual([0, 0, 0]);
  });

  it.each<[string, ResilienceConfig]>([
    ['had no place in time', { queueMs: 50 }],
    ['has too many calls waiting', { queueLength: 0 }],
  ])('passes the target over that %s', async (reason, config) => {
    const { call, load, holding, clock } = full(config);
    await call(holding).sent;
    const second = call(whole).sent;
    await turn();
    clock.advance(50);
    await expect(second).rejects.toMatchObject({ message: reason, retryAfterMs: expect.any(Number) });
    expect([load().inFlight, load().waiting, clock.armed]).toEqual([1, 0, 0]);
  });

  it('leaves the queue with its client: nothing is sent, nothing is left', async () => {
    const { call, load, ends, holding, clock } = full();
    await call(holding).sent;
    let sends = 0;
    const second = call(async (one) => {
      sends += 1;
      return whole(one);
    });
    await turn();
    const closed = gatewayError('GW_CLIENT_CLOSED');
    second.exchange.abort(closed);
    await expect(second.sent).rejects.toBe(closed);
    ends[0]?.ended(true, undefined);
    expect([sends, load().inFlight, load().waiting, clock.armed]).toEqual([0, 0, 0, 0]);
  });

  it('gives back at once a place that comes with the leaving of its client', async () => {
    const { call, load, ends, holding, health } = full();
    await call(holding).sent;
    const second = call(whole);
    await turn();
    ends[0]?.ended(true, undefined); // the place is given in this turn,
    second.exchange.abort(gatewayError('GW_CLIENT_CLOSED')); // and nobody is there to take it
    await expect(second.sent).rejects.toMatchObject({ code: 'GW_CLIENT_CLOSED' });
    expect([load().inFlight, health()?.calls]).toEqual([0, 1]);
  });

  it('is passed over when its breaker opened during the wait, and gives the place back', async () => {
    const { call, load, ends, holding, clock, states } = full();
    await call(holding).sent;
    const second = call(whole).sent;
    await turn();
    for (let failure = 0; failure < 3; failure += 1) states.admit('first/m', false)?.failed();
    ends[0]?.ended(true, undefined);
    await expect(second).rejects.toBeInstanceOf(NotNow);
    expect([load().inFlight, clock.armed]).toEqual([0, 0]);
  });
});
