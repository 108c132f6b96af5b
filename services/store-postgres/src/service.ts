import { AuditLog, KeyStore, Logger, parseOptions, provideFactory, type ServiceProvision } from '@express-ai-gateway/core/plugin';
import { postgresAuditLog } from './audit.ts';
import { Connection } from './connection.ts';
import { postgresKeyStore } from './keys.ts';
import { type PostgresStoreOptions, postgresStoreOptions } from './options.ts';

/** What a gateway keeps, in PostgreSQL: `services: [...postgresStore({ url: process.env.DATABASE_URL })]`. */
export function postgresStore(options: PostgresStoreOptions): readonly ServiceProvision[] {
  const parsed = parseOptions('postgresStore()', postgresStoreOptions, options);
  let connection: Connection | undefined;
  const connected = (get: Parameters<ServiceProvision['make']>[0]): Connection => {
    connection ??= new Connection(parsed, get(Logger));
    return connection.use();
  };
  const closed = { close: () => connection?.release() };
  return [
    provideFactory(KeyStore, (get) => Object.assign(postgresKeyStore(connected(get), parsed.schema), closed)),
    provideFactory(AuditLog, (get) => Object.assign(postgresAuditLog(connected(get), parsed.schema), closed)),
  ];
}
