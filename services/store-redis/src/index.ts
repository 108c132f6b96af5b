export { type RedisStoreOptions, redisStoreOptions } from './options.ts';
export { redisStore } from './service.ts';
