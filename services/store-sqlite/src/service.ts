import {
  AuditLog,
  BudgetStore,
  CounterStore,
  KeyStore,
  parseOptions,
  provideFactory,
  type ServiceProvision,
} from '@express-ai-gateway/core/plugin';
import { sqliteAuditLog } from './audit.ts';
import { sqliteBudgetStore } from './budgets.ts';
import { Connection } from './connection.ts';
import { sqliteCounterStore } from './counters.ts';
import { sqliteKeyStore } from './keys.ts';
import { type SqliteService, type SqliteStoreOptions, sqliteStoreOptions } from './options.ts';

/** What a gateway keeps, in a SQLite file: `services: [...sqliteStore({ path: './data/gateway.db' })]`. */
export function sqliteStore(options: SqliteStoreOptions): readonly ServiceProvision[] {
  const parsed = parseOptions('sqliteStore()', sqliteStoreOptions, options);
  // A key that was revoked and money that was spent must not come back after a power cut, so their commits reach the disk. Every request
  // counts, and waits for no disk: a power cut may grant again what was counted a moment before. A process that is killed loses neither.
  const kept = new Connection(parsed, 'FULL');
  const counted = new Connection(parsed, 'NORMAL');
  const closing = (connection: Connection) => ({ close: () => connection.release() });
  const all: Record<SqliteService, ServiceProvision> = {
    keys: provideFactory(KeyStore, () => Object.assign(sqliteKeyStore(kept.use()), closing(kept))),
    audit: provideFactory(AuditLog, () => Object.assign(sqliteAuditLog(kept.use()), closing(kept))),
    budgets: provideFactory(BudgetStore, () => Object.assign(sqliteBudgetStore(kept.use()), closing(kept))),
    counters: provideFactory(CounterStore, () => Object.assign(sqliteCounterStore(counted.use()), closing(counted))),
  };
  return [...new Set(parsed.use)].map((service) => all[service]);
}
