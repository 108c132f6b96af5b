export { type SqliteStoreOptions, sqliteStoreOptions } from './options.ts';
export { sqliteStore } from './service.ts';
