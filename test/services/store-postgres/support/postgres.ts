import type { StoreOpening } from '@express-ai-gateway/plugin-kit';
import { Client } from 'pg';
import { provide, ServiceContainer } from '../../../../core/src/services/container.ts';
import { defaultServices } from '../../../../core/src/services/defaults.ts';
import { Logger } from '../../../../core/src/services/logger.ts';
import type { Token } from '../../../../core/src/services/token.ts';
import type { PostgresStoreOptions } from '../../../../services/store-postgres/src/options.ts';
import { postgresStore } from '../../../../services/store-postgres/src/service.ts';
import { type RecordingLogger, recordingLogger } from '../../../core/harness/recording-logger.ts';

/** Tests share their machine with others: how long it may take is not what is tested here. */
const patient = { deadlineMs: 10_000 };

export interface OpenedServices {
  readonly services: ServiceContainer;
  readonly logger: RecordingLogger;
}

/** The services of a gateway that keeps what it has there. */
export function opened(url: string | undefined, options: Partial<PostgresStoreOptions> = {}): OpenedServices {
  const logger = recordingLogger();
  const store = postgresStore({ ...(url !== undefined && { url }), ...patient, ...options });
  return { services: new ServiceContainer([...defaultServices({} as never), provide(Logger, logger), ...store]), logger };
}

/** For a contract: each of its cases has a schema of its own. */
export function opening<Store>(token: Token<Store>, url: () => string): StoreOpening<Store> {
  let count = 0;
  return {
    async open() {
      const { services } = opened(url(), { schema: `case_${count}` });
      return { store: services.get(token), close: () => services.close() };
    },
    async clear() {
      count += 1;
    },
  };
}

/** Behind the store's back. */
export async function directly<Row extends object = object>(url: string, text: string): Promise<Row[]> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}
