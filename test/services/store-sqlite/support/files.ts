import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreOpening } from '@express-ai-gateway/plugin-kit';
import { onTestFinished } from 'vitest';
import { ServiceContainer } from '../../../../core/src/services/container.ts';
import { defaultServices } from '../../../../core/src/services/defaults.ts';
import type { Token } from '../../../../core/src/services/token.ts';
import type { SqliteStoreOptions } from '../../../../services/store-sqlite/src/options.ts';
import { sqliteStore } from '../../../../services/store-sqlite/src/service.ts';

/** A folder of the test's own, gone with it. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The services of a gateway that keeps what it has in this file. */
export function opened(path: string, options: Partial<SqliteStoreOptions> = {}): ServiceContainer {
  return new ServiceContainer([...defaultServices({} as never), ...sqliteStore({ path, ...options })]);
}

/** For a contract: each of its cases has a file of its own. */
export function opening<Store>(token: Token<Store>): StoreOpening<Store> {
  let own: string | undefined;
  return {
    async open() {
      own ??= mkdtempSync(join(tmpdir(), 'store-'));
      const services = opened(join(own, 'gateway.db'));
      return { store: services.get(token), close: () => services.close() };
    },
    async clear() {
      rmSync(own as string, { recursive: true });
      own = undefined;
    },
  };
}
