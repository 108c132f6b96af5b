import { SkipTarget } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { AttemptKind, GatewayResponse } from '../model/response.ts';
import type { Signals } from '../services/signals.ts';
import { Attempt } from './attempt.ts';
import type { ResolvedTarget, Router } from './router.ts';

/** One try, before it has become an attempt. */
export interface Try {
  readonly exchange: Exchange;
  readonly target: ResolvedTarget;
  readonly kind: AttemptKind;
}

/** Sends a try to its target, or passes it on. */
export type Next = (one: Try) => Promise<GatewayResponse>;

/** A function around one attempt; composed once, when the gateway is built. The outermost is written first. */
export type Interceptor = (next: Next) => Next;

export function compose(interceptors: readonly Interceptor[], send: Next): Next {
  return interceptors.reduceRight<Next>((next, interceptor) => interceptor(next), send);
}

/** Failures that another target may not have. A refusal of the request itself is the same everywhere. */
const elsewhere: ReadonlySet<string> = new Set([
  'GW_UPSTREAM_UNREACHABLE',
  'GW_UPSTREAM_AUTH',
  'GW_UPSTREAM_ERROR',
  'GW_UPSTREAM_RATE_LIMITED',
  'GW_UPSTREAM_TIMEOUT',
  'GW_UPSTREAM_TRUNCATED',
  'GW_UPSTREAM_BAD_RESPONSE',
  'GW_UPSTREAM_ENCODING',
  'GW_UPSTREAM_STREAM_ERROR',
]);

/** Sends an exchange along its targets: the next one when a target is skipped, or fails before content was sent. */
export function alongTargets(router: Router, signals: Signals, next: Next): (exchange: Exchange) => Promise<GatewayResponse> {
  return async (exchange) => {
    const call = exchange.requireCall();
    const skipped: string[] = [];
    let last: { readonly error: GatewayError; readonly target: string } | undefined;
    for (const target of exchange.targets) {
      const resolved = router.provider(target, call.dialect);
      if (resolved === undefined) {
        skipped.push(`${target.id} does not serve ${call.dialect}`);
        continue;
      }
      if (last !== undefined) signals.emit('fallback', { exchange: exchange.id, from: last.target, to: target.id, code: last.error.code });
      try {
        return await next({ exchange, target: resolved, kind: exchange.attemptCount === 0 ? 'first' : 'fallback' });
      } catch (error) {
        if (error instanceof SkipTarget) skipped.push(`${target.id} ${error.message}`);
        else if (error instanceof GatewayError && elsewhere.has(error.code) && exchange.aborted === undefined)
          last = { error, target: target.id };
        else throw error;
      }
    }
    throw last?.error ?? noTarget(call.model, skipped);
  };
}

function noTarget(model: string, skipped: readonly string[]): GatewayError {
  const reasons = skipped.length === 0 ? 'every candidate was filtered out' : skipped.join('; ');
  return gatewayError('GW_NO_TARGET', { details: { model: JSON.stringify(model.slice(0, 100)), reasons } });
}

/** Sends a try as an attempt that is settled whatever happens. Streams settle when they end. */
export type SendAttempt = (attempt: Attempt) => Promise<GatewayResponse>;

/** Runs the plugins' `attempt`, in list order, then sends. */
export function asAttempt(before: (attempt: Attempt) => Promise<void> | undefined, send: SendAttempt): Next {
  return async ({ exchange, target, kind }) => {
    const attempt = new Attempt(exchange, target, kind);
    try {
      const pending = before(attempt);
      if (pending !== undefined) await pending;
      return await send(attempt);
    } catch (error) {
      settleFailure(attempt, error);
      throw error;
    }
  };
}

function settleFailure(attempt: Attempt, error: unknown): void {
  const unknown = (): undefined => undefined;
  if (error instanceof SkipTarget) attempt.settle('skipped', unknown);
  else if (attempt.exchange.aborted !== undefined) attempt.settle('aborted', unknown, attempt.exchange.aborted);
  else attempt.settle('failed', unknown, error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error }));
}
