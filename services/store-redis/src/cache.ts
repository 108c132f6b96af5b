import type { CacheStore } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';

/**
 * Each value says whose it is: a reply that was meant for another question (a client library that lost count after a time-out or a
 * failover) is a miss, not somebody else's answer (CACHE-6). Four bytes of length, the key, the value.
 */
export function redisCacheStore(connection: Connection, prefix: string, deadlineMs: number, maxValueBytes: number): CacheStore {
  const nameOf = (key: string): string => `${prefix}v1:x:${key}`;

  return {
    async get(key) {
      try {
        const stored = await connection.run(deadlineMs, (redis) => redis.getBuffer(nameOf(key)));
        return stored === null ? undefined : unlabelled(key, stored);
      } catch {
        return undefined;
      }
    },
    async set(key, value, ttlMs) {
      const ttl = Math.floor(ttlMs);
      const keep = ttl >= 1 && value.byteLength <= maxValueBytes;
      const stored = keep ? labelled(key, value) : undefined;
      await connection
        .run(
          deadlineMs,
          (redis): Promise<unknown> => (stored === undefined ? redis.del(nameOf(key)) : redis.set(nameOf(key), stored, 'PX', ttl)),
        )
        .catch(() => {});
    },
    async delete(key) {
      await connection.run(deadlineMs, (redis) => redis.del(nameOf(key))).catch(() => {});
    },
  };
}

function labelled(key: string, value: Uint8Array): Buffer {
  const label = Buffer.from(key);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(label.length);
  return Buffer.concat([head, label, value]);
}

function unlabelled(key: string, stored: Buffer): Uint8Array | undefined {
  const label = Buffer.from(key);
  const begins = 4 + label.length;
  if (stored.length < begins || stored.readUInt32BE() !== label.length || !stored.subarray(4, begins).equals(label)) return undefined;
  return new Uint8Array(stored.subarray(begins));
}
