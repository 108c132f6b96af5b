import { SkipTarget } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Credential } from '../providers/provider.ts';
import type { ModelCatalog } from '../services/model-catalog.ts';
import type { Signals } from '../services/signals.ts';
import { Attempt, type Try } from './attempt.ts';
import type { CredentialPools } from './credential-pools.ts';
import type { CredentialPool } from './credentials.ts';
import type { Router } from './router.ts';
import { type NoWay, wayTo } from './way.ts';

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

/** What a call says to a target, before a credential was chosen. */
export type Addressed = Omit<Try, 'credential'>;

/** Sends an exchange along its targets: the next one when a target is skipped, or fails before content was sent. */
export function alongTargets(
  router: Router,
  catalog: ModelCatalog,
  signals: Signals,
  next: (one: Addressed) => Promise<GatewayResponse>,
): (exchange: Exchange) => Promise<GatewayResponse> {
  return async (exchange) => {
    const skipped = new Skipped();
    let last: { readonly error: GatewayError; readonly target: string } | undefined;
    for (const target of exchange.targets) {
      const way = wayTo(target, exchange.requireCall(), router, catalog);
      if ('refused' in way) {
        skipped.note(way.reason, way);
        continue;
      }
      if (last !== undefined) signals.emit('fallback', { exchange: exchange.id, from: last.target, to: target.id, code: last.error.code });
      try {
        return await next({ exchange, ...way, kind: exchange.attemptCount === 0 ? 'first' : 'fallback' });
      } catch (error) {
        if (error instanceof SkipTarget) skipped.note(`${target.id} ${error.message}`);
        else if (error instanceof GatewayError && elsewhere.has(error.code) && exchange.aborted === undefined)
          last = { error, target: target.id };
        else throw error;
      }
    }
    throw last?.error ?? skipped.error(exchange.requireCall().model);
  };
}

const skippedByPlugin = { refused: [], unserved: false };

/** Why targets were passed over. */
class Skipped {
  readonly #reasons: string[] = [];
  readonly #refused = new Set<string>();
  /** Whether every target so far lacks the API itself. */
  #unserved = true;

  note(reason: string, { refused, unserved }: Pick<NoWay, 'refused' | 'unserved'> = skippedByPlugin): void {
    this.#reasons.push(reason);
    this.#unserved &&= unserved;
    for (const field of refused) this.#refused.add(field);
  }

  /** What a request says that no target understands is the request's fault; anything else may pass. */
  error(model: string): GatewayError {
    const reasons = this.#reasons.length === 0 ? 'every candidate was filtered out' : this.#reasons.join('; ');
    const details = { model: JSON.stringify(model.slice(0, 100)), reasons };
    if (this.#reasons.length > 0 && this.#unserved) return gatewayError('GW_NOT_SERVED', { details });
    const [field] = this.#refused;
    return field === undefined ? gatewayError('GW_NO_TARGET', { details }) : gatewayError('GW_UNTRANSLATABLE', { details, param: field });
  }
}

/** Milliseconds that a credential rests after a refusal, where the provider does not say how long. */
const restMs = { GW_UPSTREAM_AUTH: 60_000, GW_UPSTREAM_RATE_LIMITED: 5_000 } as const;

/** Shows the provider's credentials in turn; one that is refused or over its limit rests, and another is tried at once. */
export function withCredential(pools: CredentialPools, next: Next): (one: Addressed) => Promise<GatewayResponse> {
  return (one) => {
    const pool = pools.of(one.target.provider);
    const only = one.exchange.credential === undefined ? undefined : pool.byName(one.exchange.credential);
    if (only !== undefined) return next({ ...one, credential: only });
    if (pool.size === 1) return next({ ...one, credential: pool.pick() });
    return inTurn(pool, one, next);
  };
}

async function inTurn(pool: CredentialPool, one: Addressed, next: Next): Promise<GatewayResponse> {
  const tried = new Set<Credential>();
  for (;;) {
    const credential = pool.pick(tried);
    try {
      return await next({ ...one, credential, kind: tried.size === 0 ? one.kind : 'retry' });
    } catch (error) {
      const ms = restOf(error);
      if (ms === undefined) throw error;
      pool.rest(credential, ms);
      tried.add(credential);
      if (tried.size === pool.size || one.exchange.stopped !== undefined) throw error;
    }
  }
}

function restOf(error: unknown): number | undefined {
  if (!(error instanceof GatewayError) || !(error.code in restMs)) return undefined;
  const told = Number(error.headers?.['retry-after-ms']);
  return told > 0 ? told : restMs[error.code as keyof typeof restMs];
}

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
  else attempt.settle('failed', unknown, error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error }));
}
