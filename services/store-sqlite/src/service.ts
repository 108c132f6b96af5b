import { AuditLog, KeyStore, parseOptions, provideFactory, type ServiceProvision } from '@express-ai-gateway/core/plugin';
import { sqliteAuditLog } from './audit.ts';
import { Connection } from './connection.ts';
import { sqliteKeyStore } from './keys.ts';
import { type SqliteStoreOptions, sqliteStoreOptions } from './options.ts';

/** What a gateway keeps, in a SQLite file: `services: [...sqliteStore({ path: './data/gateway.db' })]`. */
export function sqliteStore(options: SqliteStoreOptions): readonly ServiceProvision[] {
  const connection = new Connection(parseOptions('sqliteStore()', sqliteStoreOptions, options));
  const closed = { close: () => connection.release() };
  return [
    provideFactory(KeyStore, () => Object.assign(sqliteKeyStore(connection.use()), closed)),
    provideFactory(AuditLog, () => Object.assign(sqliteAuditLog(connection.use()), closed)),
  ];
}
