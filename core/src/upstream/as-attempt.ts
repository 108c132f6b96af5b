import { SkipTarget } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { GatewayResponse } from '../model/response.ts';
import { Attempt, type Try } from './attempt.ts';

/** Sends a try to its target, or passes it on. */
export type Next = (one: Try) => Promise<GatewayResponse>;

/** Sends a try as an attempt that is settled whatever happens. Streams settle when they end. */
export type SendAttempt = (attempt: Attempt) => Promise<GatewayResponse>;

/** Runs the plugins' `attempt`, in list order, then sends. */
export function asAttempt(before: (attempt: Attempt) => Promise<void> | undefined, send: SendAttempt): Next {
  return async (one) => {
    const attempt = new Attempt(one);
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
  else if (error === attempt.scope.stopped) attempt.settle('aborted', unknown, attempt.scope.stopped);
  else attempt.settle('failed', unknown, error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error }));
}
