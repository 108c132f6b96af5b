import { guardedFetch } from '../upstream/guarded-fetch.ts';
import { AdminRoutes, collectedAdminRoutes } from './admin-routes.ts';
import { AuditLog, memoryAuditLog } from './audit-log.ts';
import { BreakerShare, lonelyBreakers } from './breaker-share.ts';
import { BudgetStore, memoryBudgetStore } from './budget-store.ts';
import { CacheStore, memoryCacheStore } from './cache-store.ts';
import { Clock, systemClock } from './clock.ts';
import { provideFactory, type ServiceProvision } from './container.ts';
import { CounterStore, memoryCounterStore } from './counter-store.ts';
import { GuardedFetch } from './guarded-fetch.ts';
import { KeyStore, memoryKeyStore } from './key-store.ts';
import { Ledger, memoryLedger } from './ledger.ts';
import { guardedLogger, Logger, standardErrorLogger } from './logger.ts';
import { emptyModelCatalog, ModelCatalog } from './model-catalog.ts';
import { Models } from './models.ts';
import { emptyPriceBook, PriceBook } from './price-book.ts';
import { localSignals, Signals } from './signals.ts';
import { byteTokenEstimator, TokenEstimator } from './token-estimator.ts';

/** What a gateway has when its config names no service: memory of this process, or honest emptiness. */
export function defaultServices(models: Models): ServiceProvision[] {
  return [
    provideFactory(Logger, standardErrorLogger),
    provideFactory(Clock, systemClock),
    provideFactory(CounterStore, (get) => memoryCounterStore(get(Clock))),
    provideFactory(BudgetStore, (get) => memoryBudgetStore(get(Clock))),
    provideFactory(CacheStore, (get) => memoryCacheStore(undefined, get(Clock))),
    provideFactory(KeyStore, () => memoryKeyStore()),
    provideFactory(Ledger, () => memoryLedger()),
    provideFactory(PriceBook, emptyPriceBook),
    provideFactory(ModelCatalog, emptyModelCatalog),
    provideFactory(TokenEstimator, byteTokenEstimator),
    provideFactory(Signals, (get) => localSignals(guardedLogger(get(Logger)))),
    provideFactory(BreakerShare, lonelyBreakers),
    provideFactory(AdminRoutes, collectedAdminRoutes),
    provideFactory(AuditLog, () => memoryAuditLog()),
    provideFactory(GuardedFetch, () => guardedFetch()),
    provideFactory(Models, () => models),
  ];
}
