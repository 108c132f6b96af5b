import { type Logger, within } from '@express-ai-gateway/core/plugin';
import { Redis } from 'ioredis';
import type { ParsedRedisStoreOptions } from './options.ts';

/** Waits for a connection that is being made count against the command's own deadline; after so long without one nobody waits. Milliseconds. */
const patienceMs = 1_000;

/** Between two tries to connect, at most. Milliseconds. */
const maxRetryMs = 2_000;

type Command<T> = (redis: Redis) => Promise<T>;

/**
 * One connection to Redis for several services, made when the first needs it and made anew whenever it breaks. A command is sent once
 * or not at all: nothing is queued while Redis is away, nothing is sent again, and nobody waits longer than a deadline.
 */
export class Connection {
  readonly #options: ParsedRedisStoreOptions;
  readonly #logger: Logger;
  #redis: Redis | undefined = undefined;
  #subscriber: Redis | undefined = undefined;
  #users = 0;
  #awaySince = performance.now();
  #told = false;

  constructor(options: ParsedRedisStoreOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  use(): this {
    this.#users += 1;
    this.#redis ??= this.#connected();
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#redis?.disconnect();
    this.#subscriber?.disconnect();
    this.#redis = undefined;
    this.#subscriber = undefined;
  }

  /** Rejects when Redis is away, refuses or does not answer in time. A command that timed out may still be carried out. */
  async run<T>(deadlineMs: number, command: Command<T>): Promise<T> {
    const redis = this.#redis;
    if (redis === undefined) throw new Error('The Redis store is closed.');
    const startedAt = performance.now();
    if (redis.status !== 'ready') await this.#ready(redis, deadlineMs);
    const leftMs = deadlineMs - (performance.now() - startedAt);
    return within(leftMs, command(redis), `The Redis store did not answer within ${deadlineMs} ms.`);
  }

  /** Hears a channel until it is told to stop, whatever becomes of the connection meanwhile. */
  subscribe(channel: string, listener: (message: string) => void): () => void {
    const subscriber = this.#options.client === undefined ? (this.#redis as Redis).duplicate() : this.#options.client();
    subscriber.on('error', () => {}); // it connects again by itself
    subscriber.on('message', (_channel: string, message: string) => listener(message));
    subscriber.on('ready', () => void subscriber.subscribe(channel).catch(() => {}));
    if (subscriber.status === 'wait') subscriber.connect().catch(() => {});
    this.#subscriber = subscriber;
    return () => subscriber.disconnect();
  }

  #connected(): Redis {
    const { url, client } = this.#options;
    const redis = client === undefined ? new Redis(url as string, connecting) : client();
    redis.on('error', (error: Error) => this.#away(error));
    redis.on('close', () => {
      if (this.#awaySince === Number.POSITIVE_INFINITY) this.#awaySince = performance.now();
    });
    redis.on('ready', () => this.#back(redis));
    if (redis.status === 'wait') redis.connect().catch(() => {}); // told by its event
    return redis;
  }

  #ready(redis: Redis, deadlineMs: number): Promise<void> {
    if (performance.now() - this.#awaySince > patienceMs) return Promise.reject(new Error('The Redis store is away.'));
    return new Promise((resolve, reject) => {
      const over = (settle: () => void): void => {
        clearTimeout(timer);
        redis.off('ready', ready);
        settle();
      };
      const ready = (): void => over(resolve);
      const timer = setTimeout(() => over(() => reject(new Error('The Redis store is away.'))), deadlineMs);
      redis.once('ready', ready);
    });
  }

  #away(error: Error): void {
    if (this.#awaySince === Number.POSITIVE_INFINITY) this.#awaySince = performance.now();
    if (this.#told) return;
    this.#told = true;
    this.#logger.log('error', 'Redis is away; it is tried again until it is back.', { error: withoutCredentials(error.message) });
  }

  #back(redis: Redis): void {
    this.#awaySince = Number.POSITIVE_INFINITY;
    if (this.#told) this.#logger.log('info', 'Redis is back.');
    this.#told = false;
    void this.#checkEviction(redis);
  }

  /** A Redis that throws away what it likes would let revoked keys be forgotten, and limits and budgets begin anew. */
  async #checkEviction(redis: Redis): Promise<void> {
    if (!this.#options.use.some((service) => service === 'keys' || service === 'counters' || service === 'budgets')) return;
    const [, policy] = (await redis.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
    if (policy === undefined || policy === 'noeviction') return;
    const message = `This Redis may throw away keys, counters and budgets when its memory is full (maxmemory-policy ${policy}). Set it to noeviction, or use another Redis for the cache.`;
    this.#logger.log('warn', message);
  }
}

const connecting = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 5_000,
  disconnectTimeout: 500,
  // Many processes that lost the same Redis do not come back in step.
  retryStrategy: (times: number) => Math.min(maxRetryMs, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2),
} as const;

function withoutCredentials(message: string): string {
  return message.replace(/\/\/[^/\s]*@/g, '//');
}
