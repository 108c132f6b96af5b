import {
  AuditLog,
  BudgetStore,
  CounterStore,
  KeyStore,
  Logger,
  parseOptions,
  provideFactory,
  type ServiceProvision,
} from '@express-ai-gateway/core/plugin';
import { postgresAuditLog } from './audit.ts';
import { postgresBudgetStore } from './budgets.ts';
import { Connection } from './connection.ts';
import { postgresCounterStore } from './counters.ts';
import { postgresKeyStore } from './keys.ts';
import { type PostgresService, type PostgresStoreOptions, postgresStoreOptions } from './options.ts';

/** What a gateway keeps, in PostgreSQL: `services: [...postgresStore({ url: process.env.DATABASE_URL })]`. */
export function postgresStore(options: PostgresStoreOptions): readonly ServiceProvision[] {
  const parsed = parseOptions('postgresStore()', postgresStoreOptions, options);
  let connection: Connection | undefined;
  const connected = (get: Parameters<ServiceProvision['make']>[0]): Connection => {
    connection ??= new Connection(parsed, get(Logger));
    return connection.use();
  };
  const closed = { close: () => connection?.release() };
  const all: Record<PostgresService, ServiceProvision> = {
    keys: provideFactory(KeyStore, (get) => Object.assign(postgresKeyStore(connected(get), parsed.schema), closed)),
    audit: provideFactory(AuditLog, (get) => Object.assign(postgresAuditLog(connected(get), parsed.schema), closed)),
    counters: provideFactory(CounterStore, (get) => Object.assign(postgresCounterStore(connected(get), parsed.schema), closed)),
    budgets: provideFactory(BudgetStore, (get) => Object.assign(postgresBudgetStore(connected(get), parsed.schema), closed)),
  };
  return [...new Set(parsed.use)].map((service) => all[service]);
}
