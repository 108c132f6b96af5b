import { GatewayError } from '../errors.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Credential } from '../providers/provider.ts';
import { failureClass } from '../resilience/failure-class.ts';
import type { Addressed } from './along-targets.ts';
import type { Next } from './as-attempt.ts';
import type { CredentialPools } from './credential-pools.ts';
import type { CredentialPool } from './credentials.ts';

/** Milliseconds that a credential rests after a refusal, where the provider does not say how long. */
const restMs: Readonly<Record<string, number>> = { GW_UPSTREAM_AUTH: 60_000, GW_UPSTREAM_RATE_LIMITED: 5_000 };

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
      if (tried.size === pool.size || one.scope.stopped !== undefined) throw error;
    }
  }
}

function restOf(error: unknown): number | undefined {
  if (!(error instanceof GatewayError) || !failureClass(error).credential) return undefined;
  const told = Number(error.headers['retry-after-ms']);
  return told > 0 ? told : (restMs[error.code] ?? 5_000);
}
