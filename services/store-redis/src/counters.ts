import { randomUUID } from 'node:crypto';
import type { CounterStore } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';
import { Script } from './script.ts';

// Amounts are counted by Redis's own 64-bit integers; Lua's numbers only compare. Time is the server's, one for all processes.

const add = new Script(`
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
if value > 9007199254740991 or value < -9007199254740991 then
  redis.call('DECRBY', KEYS[1], ARGV[1])
  return redis.error_reply('the sum is more than an integer can hold exactly')
end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return { redis.call('GET', KEYS[1]), left }`); // as text: the client's reader of numbers rounds the largest

const take = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`);

export function redisCounterStore(connection: Connection, prefix: string, deadlineMs: number): CounterStore {
  const nameOf = (kind: string, key: string): string => `${prefix}v1:${kind}:{${key}}`;

  return {
    async add(key, amount, ttlMs) {
      if (!Number.isSafeInteger(amount)) throw new TypeError(`CounterStore.add: amount: expected a safe integer, received ${amount}`);
      const ttl = checkedTtl(ttlMs);
      const answer = await connection.run(deadlineMs, (redis) => add.run(redis, [nameOf('c', key)], [amount, ttl]));
      const [value, resetsInMs] = answer as [string, number];
      return { value: Number(value), resetsInMs };
    },
    async lease(key, limit, ttlMs) {
      const ttl = checkedTtl(ttlMs);
      if (!(limit >= 1)) return undefined;
      const name = nameOf('l', key);
      const id = randomUUID();
      const release = (): Promise<void> =>
        connection
          .run(deadlineMs, (redis) => redis.zrem(name, id))
          .then(
            () => {},
            () => {}, // its time gives it back
          );
      try {
        const taken = await connection.run(deadlineMs, (redis) => take.run(redis, [name], [Math.floor(limit), ttl, id]));
        return taken === 1 ? { release } : undefined;
      } catch (error) {
        void release(); // it may have been taken all the same
        throw error;
      }
    },
  };
}

/** A wrong time would make a counter that never or always forgets. Redis counts whole milliseconds. */
function checkedTtl(ttlMs: number): number {
  if (ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY) return Math.max(1, Math.round(ttlMs));
  throw new TypeError(`CounterStore: ttlMs: expected a number of more than 0, received ${ttlMs}`);
}
