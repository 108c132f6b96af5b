import type { StoreOpening } from '@express-ai-gateway/plugin-kit';
import { Redis } from 'ioredis';
import { provide, ServiceContainer } from '../../../../core/src/services/container.ts';
import { defaultServices } from '../../../../core/src/services/defaults.ts';
import { Logger } from '../../../../core/src/services/logger.ts';
import type { Token } from '../../../../core/src/services/token.ts';
import type { RedisStoreOptions } from '../../../../services/store-redis/src/options.ts';
import { redisStore } from '../../../../services/store-redis/src/service.ts';
import { type RecordingLogger, recordingLogger } from '../../../core/harness/recording-logger.ts';

/** Tests share their machine with others: what a command may take is not what is tested here. */
const patient = { deadlineMs: 2_000, keysDeadlineMs: 2_000 };

export interface OpenedServices {
  readonly services: ServiceContainer;
  readonly logger: RecordingLogger;
}

/** The services of a gateway that keeps what it has there. */
export function opened(url: string, options: Partial<RedisStoreOptions> = {}): OpenedServices {
  const logger = recordingLogger();
  const provisions = [...defaultServices({} as never), provide(Logger, logger), ...redisStore({ url, ...patient, ...options })];
  return { services: new ServiceContainer(provisions), logger };
}

/** For a contract: each of its cases begins with an empty Redis. */
export function opening<Store>(token: Token<Store>, url: () => string): StoreOpening<Store> {
  return {
    async open() {
      const { services } = opened(url());
      return { store: services.get(token), close: () => services.close() };
    },
    clear: () => directly(url(), async (redis) => void (await redis.flushall())),
  };
}

/** Behind the store's back. */
export async function directly<T>(url: string, action: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await action(redis);
  } finally {
    redis.disconnect();
  }
}
