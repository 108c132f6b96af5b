import { z } from '@express-ai-gateway/core/plugin';
import type { Redis } from 'ioredis';

const urlRule = 'a URL such as redis://127.0.0.1:6379 or rediss://user:password@host:6379/0';

const services = ['keys', 'counters', 'budgets', 'cache', 'breakers'] as const;

export type RedisService = (typeof services)[number];

export const redisStoreOptions = z
  .strictObject({
    url: z
      .string({ error: urlRule })
      .refine((text) => /^rediss?:\/\//.test(text) && URL.canParse(text), { error: urlRule })
      .optional(),
    /** Instead of a URL: makes a client of ioredis, for sentinels or a certificate of your own. It is closed with the gateway. */
    client: z
      .custom<() => Redis>((value) => typeof value === 'function', { error: 'a function that makes a client of ioredis' })
      .optional(),
    /** Which services are kept there; all when left out. */
    use: z
      .array(z.enum(services))
      .min(1, { error: 'at least one service' })
      .default([...services]),
    /** Before every key, so that several gateways may share a Redis without sharing what they keep. */
    prefix: z
      .string()
      .regex(/^[\w.:-]{0,64}$/, { error: 'letters, digits, _ . : - (64 at most)' })
      .default('aigw:'),
    /** Milliseconds that a command may take: of counters and cache, which every request waits for; and of keys. */
    deadlineMs: z.int().min(1).max(10_000).default(50),
    keysDeadlineMs: z.int().min(1).max(10_000).default(250),
    /** Bytes of one value in the cache; a larger one is not kept. */
    maxValueBytes: z
      .int()
      .positive()
      .default(1024 * 1024),
  })
  .refine(({ url, client }) => (url === undefined) !== (client === undefined), { path: ['url'], error: 'either a url or a client' });

export type RedisStoreOptions = z.input<typeof redisStoreOptions>;

export type ParsedRedisStoreOptions = z.output<typeof redisStoreOptions>;
