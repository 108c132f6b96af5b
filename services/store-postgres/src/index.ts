export { type PostgresStoreOptions, postgresStoreOptions } from './options.ts';
export { postgresStore } from './service.ts';
