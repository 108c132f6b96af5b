import type { RetryBudget } from '../resilience/retry-budget.ts';
import type { CallSettings, Settings } from '../resilience/settings.ts';
import type { TargetStates } from '../resilience/target-states.ts';
import type { Clock } from '../services/clock.ts';
import type { ModelCatalog } from '../services/model-catalog.ts';
import type { Signals } from '../services/signals.ts';
import type { TokenEstimator } from '../services/token-estimator.ts';
import { admitted } from './admitted.ts';
import { type Addressed, alongTargets, type Travel } from './along-targets.ts';
import type { Next } from './as-attempt.ts';
import { capable } from './capable.ts';
import type { CredentialPools } from './credential-pools.ts';
import { hedged } from './hedged.ts';
import { impatient } from './impatient.ts';
import { recovering } from './recovering.ts';
import { retrying } from './retrying.ts';
import type { Router } from './router.ts';
import { withCredential } from './with-credential.ts';

export interface TravelParts {
  readonly states: TargetStates;
  readonly settings: Settings;
  readonly signals: Signals;
  readonly router: Router;
  readonly credentials: CredentialPools;
  readonly clock: Clock;
  readonly catalog: ModelCatalog;
  readonly estimator: TokenEstimator;
  /** Milliseconds that an exchange may take. */
  readonly totalMs: number;
}

/** How an exchange is sent, and sent again. The outermost is written first; what each does and by which numbers: docs/resilience.md. */
export function travelling(parts: TravelParts, attempt: Next): Travel {
  const { states, settings, signals, router, catalog, estimator, credentials, clock, totalMs } = parts;
  const ofCall = (model: string, target: string): CallSettings => settings.call(model, target);
  const ofTry = ({ exchange, target }: Addressed): CallSettings => ofCall(exchange.requireCall().model, target.target.id);
  const budget = (target: string): RetryBudget => states.of(target).retries;
  return recovering(
    { settings: ofCall, signals },
    capable(
      { catalog, estimator },
      hedged(
        { states, signals, settings: ofCall },
        clock,
        alongTargets(
          { router, catalog, signals, states, totalMs },
          impatient(
            ofTry,
            retrying(
              { settings: ofTry, budget, signals, random: Math.random, totalMs },
              admitted(states, withCredential(credentials, attempt)),
            ),
          ),
        ),
      ),
    ),
  );
}
