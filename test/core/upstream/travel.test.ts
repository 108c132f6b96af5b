import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { ResilienceConfig } from '../../../core/src/resilience/settings.ts';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { localSignals } from '../../../core/src/services/signals.ts';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { asAttempt } from '../../../core/src/upstream/as-attempt.ts';
import type { Attempt } from '../../../core/src/upstream/attempt.ts';
import { CredentialPools } from '../../../core/src/upstream/credential-pools.ts';
import { travelling } from '../../../core/src/upstream/travel.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { settingsOf, targetStates } from '../resilience/made-states.ts';
import { madeExchange } from './made-exchange.ts';

const providers = ['first', 'second'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1', apiKey: ['a', 'b'] }));
const answer = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;

/** The whole stack over a send that ends as told; waits pass at once. */
function stack(outcome: (attempt: Attempt) => GatewayResponse | Error, config: ResilienceConfig = {}) {
  const clock = manualClock();
  const made = madeExchange(providers, { clock });
  const tried: string[] = [];
  const parts = {
    states: targetStates(config, clock),
    settings: settingsOf(config),
    signals: localSignals(made.logger),
    router: made.router,
    credentials: new CredentialPools(providers, clock),
    clock,
    catalog: emptyModelCatalog(),
    estimator: byteTokenEstimator(),
    totalMs: 600_000,
  };
  const travel = travelling(
    parts,
    asAttempt(
      () => undefined,
      async (attempt) => {
        tried.push(`${attempt.kind} ${attempt.target.target.provider} ${attempt.credential.name}`);
        const result = outcome(attempt);
        if (result instanceof Error) throw result;
        attempt.settle('completed', () => undefined);
        return result;
      },
    ),
  );
  const { exchange } = made;
  const sent = travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first' });
  sent.catch(() => {});
  const passing = async (): Promise<void> => {
    for (let step = 0; step < 50; step += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
    }
  };
  return { ...parts, exchange, tried, sent, passing };
}

describe('the way of a call', () => {
  it('is one attempt where nothing fails', async () => {
    const { sent, tried, exchange } = stack(() => answer);
    expect(await sent).toBe(answer);
    expect(tried).toEqual(['first first key-1']);
    expect(exchange.attempts).toMatchObject([{ outcome: 'completed', kind: 'first' }]);
  });

  it('tries a target again, then the next; every attempt is settled once', async () => {
    const one = stack(({ target }) => (target.target.provider === 'first' ? gatewayError('GW_UPSTREAM_ERROR') : answer));
    await one.passing();
    expect(await one.sent).toBe(answer);
    expect(one.tried.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'first first',
      'retry first',
      'retry first',
      'fallback second',
    ]);
    expect(one.exchange.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'completed']);
  });

  it('shows another credential before it gives a target up', async () => {
    const one = stack(({ credential }) => (credential.name === 'key-1' ? gatewayError('GW_UPSTREAM_AUTH') : answer));
    expect(await one.sent).toBe(answer);
    expect(one.tried).toEqual(['first first key-1', 'retry first key-2']);
  });

  it('leaves places and breakers as they should be, whatever happened', async () => {
    const one = stack(() => gatewayError('GW_UPSTREAM_ERROR'));
    await one.passing();
    await expect(one.sent).rejects.toMatchObject({ code: 'GW_UPSTREAM_ERROR' });
    expect(one.states.report().map(({ target, state, inFlight, waiting }) => [target, state, inFlight, waiting])).toEqual([
      ['first/m', 'open', 0, 0],
      ['second/m', 'open', 0, 0],
    ]);
  });

  it('is as the settings say', async () => {
    const one = stack(() => gatewayError('GW_UPSTREAM_ERROR'), { retries: 0, targets: { 'second/m': { retries: 1 } } });
    await one.passing();
    await expect(one.sent).rejects.toThrow();
    expect(one.tried.map((text) => text.split(' ')[1])).toEqual(['first', 'second', 'second']);
  });
});
