import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { failureClasses } from '../../../core/src/resilience/failure-class.ts';
import { RetryBudget } from '../../../core/src/resilience/retry-budget.ts';
import type { ResilienceConfig } from '../../../core/src/resilience/settings.ts';
import { localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import type { Addressed } from '../../../core/src/upstream/along-targets.ts';
import { NotNow } from '../../../core/src/upstream/not-now.ts';
import { retrying } from '../../../core/src/upstream/retrying.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { settingsOf } from '../resilience/made-states.ts';
import { addressed, madeExchange } from './made-exchange.ts';

const answer = { status: 200 } as GatewayResponse;
const providers = [openaiCompatible({ name: 'first', baseUrl: 'http://127.0.0.1:9/v1' })];

interface Options {
  readonly config?: ResilienceConfig;
  readonly headers?: Readonly<Record<string, string>>;
  readonly own?: Partial<Addressed>;
  readonly budget?: RetryBudget;
  readonly totalMs?: number;
}

/** Each outcome in its turn; the last one for ever. Time passes as soon as somebody waits for it. */
function trying(outcomes: readonly (GatewayResponse | Error)[], { config, headers, own, budget, totalMs = 600_000 }: Options = {}) {
  const clock = manualClock();
  const made = madeExchange(providers, { clock, ...(headers && { headers }) });
  const signals = localSignals(made.logger);
  const retries: SignalMap['retry'][] = [];
  signals.on('retry', (event) => void retries.push(event));
  const kinds: string[] = [];
  const settings = settingsOf(config);
  const shared = budget ?? new RetryBudget(clock);
  const next = retrying(
    { settings: ({ target }) => settings.call('chat', target.target.id), budget: () => shared, signals, random: () => 0.5, totalMs },
    async (one) => {
      kinds.push(one.kind);
      const outcome = outcomes[Math.min(kinds.length, outcomes.length) - 1];
      if (outcome instanceof Error) throw outcome;
      return outcome as GatewayResponse;
    },
  );
  const sent = next(addressed(made.exchange, made.targets[0]!, own));
  sent.catch(() => {});
  async function passing(): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) {
      await new Promise((go) => setImmediate(go));
      if (clock.armed > 0) clock.advance(60_000);
      else if (turn > 3) return;
    }
  }
  return { ...made, clock, sent, kinds, retries, passing };
}

const failure = gatewayError('GW_UPSTREAM_ERROR');
const limited = (headers: Record<string, string> = {}) => gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers });

describe('retrying', () => {
  const codes = Object.keys(failureClasses) as GatewayErrorCode[];

  it.each(codes.filter((code) => failureClasses[code]?.retry !== true))('does not try again after %s', async (code) => {
    const error = gatewayError(code);
    const { sent, kinds } = trying([error, answer]);
    await expect(sent).rejects.toBe(error);
    expect(kinds).toEqual(['first']);
  });

  it.each(codes.filter((code) => failureClasses[code]?.retry === true))('tries again after %s, and tells of it', async (code) => {
    const { sent, kinds, retries, passing, exchange } = trying([gatewayError(code), answer]);
    await passing();
    expect(await sent).toBe(answer);
    expect(kinds).toEqual(['first', 'retry']);
    expect(retries).toEqual([{ exchange: exchange.id, target: 'first/m', code, waitMs: 250 }]);
  });

  it.each([
    ["a provider's policy", new GatewayError({ status: 500, code: 'GW_UPSTREAM_ERROR', message: 'no', refusedFor: 'content-policy' })],
    ['a prompt that is too long', new GatewayError({ status: 400, code: 'x', message: 'no', refusedFor: 'context-length' })],
    ["a plugin's refusal", new GatewayError({ status: 402, code: 'BUDGET', message: 'spent' })],
    ['a defect', new TypeError('x is undefined')],
    ['a target that is passed over', new SkipTarget('is full')],
  ])('does not try again after %s', async (_what, error) => {
    const { sent, kinds } = trying([error, answer]);
    await expect(sent).rejects.toBe(error);
    expect(kinds).toEqual(['first']);
  });

  it('tries as often as is set, and tells the last failure', async () => {
    for (const retries of [0, 1, 2, 5]) {
      const errors = Array.from({ length: retries + 1 }, () => gatewayError('GW_UPSTREAM_ERROR'));
      const clock = manualClock();
      const budget = new RetryBudget(clock, { minimum: 10 });
      const { sent, kinds, passing } = trying(errors, { config: { retries }, budget });
      await passing();
      await expect(sent).rejects.toBe(errors.at(-1));
      expect(kinds).toHaveLength(retries + 1);
    }
  });

  it('waits twice as long before each', async () => {
    const { sent, retries, passing } = trying([failure]);
    await passing();
    await expect(sent).rejects.toBe(failure);
    expect(retries.map(({ waitMs }) => waitMs)).toEqual([250, 500]);
  });

  it('tells what happened before where a retry cannot be made, for the breaker opened meanwhile', async () => {
    const { sent, kinds, passing } = trying([failure, new NotNow('failed of late', 500)]);
    await passing();
    await expect(sent).rejects.toBe(failure);
    expect(kinds).toEqual(['first', 'retry']);
  });

  it('never undercuts what the provider says, and does not wait for longer than it may', async () => {
    const { sent, retries, passing } = trying([limited({ 'retry-after-ms': '900' }), answer]);
    await passing();
    expect(await sent).toBe(answer);
    expect(retries[0]?.waitMs).toBe(945);

    const long = trying([limited({ 'retry-after': '11' })], { own: { another: false } });
    await expect(long.sent).rejects.toMatchObject({ code: 'GW_UPSTREAM_RATE_LIMITED' });
    expect(long.kinds).toEqual(['first']);
  });

  it('waits no longer than a second where another target may be asked, and up to ten where none', async () => {
    const elsewhere = trying([limited({ 'retry-after': '2' }), answer]);
    await expect(elsewhere.sent).rejects.toThrow();
    expect(elsewhere.kinds).toEqual(['first']);

    const alone = trying([limited({ 'retry-after': '2' }), answer], { own: { another: false } });
    await alone.passing();
    expect(await alone.sent).toBe(answer);
    expect(alone.retries[0]?.waitMs).toBe(2_100);
  });

  it.each([
    ['0', 3],
    ['1', 2],
    ['2', 1],
    ['9', 1],
    ['not a number', 3],
  ])('lets the client that has retried %s times have fewer of ours: %i tries', async (count, tries) => {
    const { sent, kinds, passing } = trying([failure], { headers: { 'x-stainless-retry-count': count } });
    await passing();
    await expect(sent).rejects.toBe(failure);
    expect(kinds).toHaveLength(tries);
  });

  it('stops when the budget of the target is spent', async () => {
    const budget = new RetryBudget(manualClock());
    for (let request = 0; request < 5; request += 1) {
      const { sent, passing } = trying([failure], { budget });
      await passing();
      await expect(sent).rejects.toBe(failure);
    }
    expect(budget.take()).toBe(false);
    const { sent, kinds } = trying([failure, answer], { budget });
    await expect(sent).rejects.toBe(failure);
    expect(kinds).toEqual(['first']);
  });

  it('does not begin a wait that the time of the exchange does not last for', async () => {
    const { sent, kinds } = trying([failure, answer], { totalMs: 200 });
    await expect(sent).rejects.toBe(failure);
    expect(kinds).toEqual(['first']);
  });

  it('ends its wait when the client leaves: nothing further begins, no timer is left', async () => {
    const { sent, kinds, clock, exchange } = trying([failure, answer]);
    await new Promise((go) => setImmediate(go));
    expect(clock.armed).toBe(1);
    const closed = gatewayError('GW_CLIENT_CLOSED');
    exchange.abort(closed);
    await expect(sent).rejects.toBe(closed);
    expect([kinds.length, clock.armed]).toEqual([1, 0]);
  });

  it('does not wait at all for a client that has left', async () => {
    const made = trying([failure, answer]);
    made.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    await expect(made.sent).rejects.toBe(failure);
    expect([made.kinds.length, made.clock.armed]).toEqual([1, 0]);
  });
});
