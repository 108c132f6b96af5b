import { ServiceContainer } from '../../../core/src/services/container.ts';
import { defaultServices } from '../../../core/src/services/defaults.ts';
import { postgresStore } from '../../../services/store-postgres/src/index.ts';
import { sqliteStore } from '../../../services/store-sqlite/src/index.ts';

/** Where several processes keep what they share: a file, or a URL. */
export interface SharedStore {
  readonly kind: 'sqlite' | 'postgres';
  readonly place: string;
}

/** Patient: tests share their machine with others. */
const stores = {
  sqlite: (path: string) => sqliteStore({ path, busyMs: 10_000 }),
  postgres: (url: string) => postgresStore({ url, deadlineMs: 30_000 }),
};

export function sharedServices({ kind, place }: SharedStore): ServiceContainer {
  return new ServiceContainer([...defaultServices({} as never), ...stores[kind](place)]);
}
