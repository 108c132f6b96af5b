import { SkipTarget } from '../context.ts';
import { GatewayError } from '../errors.ts';
import type { GatewayResponse } from '../model/response.ts';
import { backoffMs, clientRetries, retriesLeft, toldMs } from '../resilience/backoff.ts';
import { failureClass } from '../resilience/failure-class.ts';
import type { RetryBudget } from '../resilience/retry-budget.ts';
import type { CallSettings } from '../resilience/settings.ts';
import type { Signals } from '../services/signals.ts';
import type { Addressed } from './along-targets.ts';
import { pause } from './scope.ts';

export interface RetryingParts {
  readonly settings: (one: Addressed) => CallSettings;
  /** Of a target, by its id. */
  readonly budget: (target: string) => RetryBudget;
  readonly signals: Signals;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds that an exchange may take. */
  readonly totalMs: number;
}

/** A wait that a provider asks for and that is longer is better spent at another target, where there is one. Milliseconds. */
const patienceMs = 1_000;

/**
 * Tries a target again after a failure that may pass: after a wait, within the budget of retries, and fewer times the more its
 * client retries by itself, for they multiply.
 */
export function retrying(parts: RetryingParts, next: (one: Addressed) => Promise<GatewayResponse>): typeof next {
  return async (first) => {
    const { exchange, scope, target } = first;
    const budget = parts.budget(target.target.id);
    budget.requested();
    let one = first;
    let last: GatewayError | undefined;
    for (let retries = 0; ; retries += 1) {
      try {
        return await next(one);
      } catch (error) {
        // A retry that could not be made, for its breaker opened meanwhile: what happened before says more.
        if (error instanceof SkipTarget && last !== undefined) throw last;
        if (!(error instanceof GatewayError) || scope.stopped !== undefined) throw error;
        last = error;
        const waitMs = waitFor(parts, one, error, retries);
        if (waitMs === undefined || !budget.take()) throw error;
        parts.signals.emit('retry', { exchange: exchange.id, target: target.target.id, code: error.code, waitMs: Math.round(waitMs) });
        await pause(scope, exchange.clock, waitMs);
        one = { ...first, kind: 'retry' };
      }
    }
  };
}

/** Milliseconds until the next try; `undefined` where there is none. */
function waitFor(parts: RetryingParts, one: Addressed, error: GatewayError, retries: number): number | undefined {
  if (!failureClass(error).retry) return undefined;
  const { retries: most, backoff } = parts.settings(one);
  const header = one.exchange.inbound.headers['x-stainless-retry-count'];
  const byClient = clientRetries(typeof header === 'string' ? header : undefined);
  if (retriesLeft(most, retries, byClient) === 0) return undefined;
  const told = toldMs(error.headers);
  if (one.another && told !== undefined && told > patienceMs) return undefined;
  const { clock, startedAt } = one.exchange;
  const leftMs = startedAt + parts.totalMs - clock.monotonic();
  return backoffMs({ retries, clientRetries: byClient, toldMs: told, leftMs }, parts.random, backoff);
}
