import {
  BreakerShare,
  BudgetStore,
  CacheStore,
  CounterStore,
  KeyStore,
  Logger,
  parseOptions,
  provideFactory,
  type ServiceProvision,
} from '@express-ai-gateway/core/plugin';
import { redisBreakerShare } from './breakers.ts';
import { redisBudgetStore } from './budgets.ts';
import { redisCacheStore } from './cache.ts';
import { Connection } from './connection.ts';
import { redisCounterStore } from './counters.ts';
import { redisKeyStore } from './keys.ts';
import { type RedisService, type RedisStoreOptions, redisStoreOptions } from './options.ts';

/** What several processes share, in Redis: `services: [...redisStore({ url: 'redis://127.0.0.1:6379' })]`. */
export function redisStore(options: RedisStoreOptions): readonly ServiceProvision[] {
  const parsed = parseOptions('redisStore()', redisStoreOptions, options);
  const { use, prefix, deadlineMs, keysDeadlineMs, maxValueBytes } = parsed;
  let connection: Connection | undefined;
  const connected = (get: Parameters<ServiceProvision['make']>[0]): Connection => {
    connection ??= new Connection(parsed, get(Logger));
    return connection.use();
  };
  const closed = { close: () => connection?.release() };
  const all: Record<RedisService, ServiceProvision> = {
    keys: provideFactory(KeyStore, (get) => Object.assign(redisKeyStore(connected(get), prefix, keysDeadlineMs), closed)),
    counters: provideFactory(CounterStore, (get) => Object.assign(redisCounterStore(connected(get), prefix, deadlineMs), closed)),
    budgets: provideFactory(BudgetStore, (get) => Object.assign(redisBudgetStore(connected(get), prefix, deadlineMs), closed)),
    cache: provideFactory(CacheStore, (get) => Object.assign(redisCacheStore(connected(get), prefix, deadlineMs, maxValueBytes), closed)),
    breakers: provideFactory(BreakerShare, (get) => Object.assign(redisBreakerShare(connected(get), prefix, deadlineMs), closed)),
  };
  return [...new Set(use)].map((service) => all[service]);
}
