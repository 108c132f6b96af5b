import {
  auditLogCases,
  budgetStoreCases,
  cacheStoreCases,
  counterStoreCases,
  keyStoreCases,
  type StoreOpening,
} from '@express-ai-gateway/plugin-kit';
import { describe, it } from 'vitest';
import { memoryAuditLog } from '../../../core/src/services/audit-log.ts';
import { memoryBudgetStore } from '../../../core/src/services/budget-store.ts';
import { memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import { memoryKeyStore } from '../../../core/src/services/key-store.ts';

/** Of what is in this process, every connection is the same. */
function opening<Store>(make: () => Store): StoreOpening<Store> {
  let store = make();
  return {
    open: async () => ({ store, close: async () => {} }),
    async clear() {
      store = make();
    },
  };
}

describe.each([
  ['memoryKeyStore', keyStoreCases(opening(() => memoryKeyStore()))],
  ['memoryAuditLog', auditLogCases(opening(() => memoryAuditLog()))],
  ['memoryCounterStore', counterStoreCases(opening(() => memoryCounterStore(systemClock())))],
  ['memoryBudgetStore', budgetStoreCases(opening(() => memoryBudgetStore(systemClock())))],
  ['memoryCacheStore', cacheStoreCases(opening(() => memoryCacheStore()))],
])('%s keeps the contract of stores:', (_name, cases) => {
  it.each(cases)('$name', ({ run }) => run());
});
