import type { KeyStore, StoredKey } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';
import { Script } from './script.ts';

// One hash tag: what is changed together lies together, in a cluster too. A key is a hash of its document (d), revision (r) and tenant (t).

const add = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'd', ARGV[2], 'r', ARGV[3], 't', ARGV[4])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[3], 0, ARGV[1]) end
return 1`);

const replace = new Script(`
local before = redis.call('HMGET', KEYS[1], 'r', 't')
if before[1] ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'd', ARGV[2], 'r', ARGV[4], 't', ARGV[5])
if before[2] ~= ARGV[5] then
  if before[2] ~= '' then redis.call('ZREM', ARGV[6] .. before[2], ARGV[1]) end
  if ARGV[5] ~= '' then redis.call('ZADD', KEYS[2], 0, ARGV[1]) end
end
return 1`);

const used = new Script(`
for index = 2, #KEYS do
  local id, at = ARGV[2 * index - 3], ARGV[2 * index - 2]
  if redis.call('EXISTS', KEYS[index]) == 1 and tonumber(redis.call('HGET', KEYS[1], id) or '-1') < tonumber(at) then
    redis.call('HSET', KEYS[1], id, at)
  end
end
return 1`);

/** Uses written down in one go. */
const chunk = 500;

export function redisKeyStore(connection: Connection, prefix: string, deadlineMs: number): KeyStore {
  const root = `${prefix}v1:{keys}:`;
  const all = `${root}all`;
  const uses = `${root}used`;
  const keyOf = (publicId: string): string => `${root}k:${publicId}`;
  const ofTenant = (tenant: string): string => `${root}t:${tenant}`;

  return {
    async find(publicId) {
      return read(await connection.run(deadlineMs, (redis) => redis.hget(keyOf(publicId), 'd')));
    },
    async add(key) {
      const { publicId, revision, tenant = '' } = key;
      const names = [keyOf(publicId), all, ofTenant(tenant)];
      const values = [publicId, JSON.stringify(key), revision, tenant];
      return (await connection.run(deadlineMs, (redis) => add.run(redis, names, values))) === 1;
    },
    async replace(key) {
      const { publicId, revision, tenant = '' } = key;
      const values = [publicId, JSON.stringify(key), revision - 1, revision, tenant, ofTenant('')];
      return (await connection.run(deadlineMs, (redis) => replace.run(redis, [keyOf(publicId), ofTenant(tenant)], values))) === 1;
    },
    async list({ tenant, after, limit }) {
      const index = tenant === undefined ? all : ofTenant(tenant);
      const from = after === undefined ? '-' : `(${after}`;
      const ids = await connection.run(deadlineMs, (redis) => redis.zrangebylex(index, from, '+', 'LIMIT', 0, limit + 1));
      const page = ids.slice(0, limit);
      const documents = await connection.run(deadlineMs, (redis) => Promise.all(page.map((id) => redis.hget(keyOf(id), 'd'))));
      return { keys: documents.flatMap((text) => read(text) ?? []), next: ids.length > limit ? page.at(-1) : undefined };
    },
    async used(times) {
      const entries = [...times];
      for (let from = 0; from < entries.length; from += chunk) {
        const some = entries.slice(from, from + chunk);
        const names = [uses, ...some.map(([id]) => keyOf(id))];
        await connection.run(deadlineMs, (redis) => used.run(redis, names, some.flat()));
      }
    },
    async lastUsed(publicIds) {
      if (publicIds.length === 0) return new Map();
      const times = await connection.run(deadlineMs, (redis) => redis.hmget(uses, ...publicIds));
      return new Map(publicIds.flatMap((id, at) => (times[at] == null ? [] : [[id, Number(times[at])]])));
    },
  };
}

function read(text: string | null): StoredKey | undefined {
  return text === null ? undefined : (JSON.parse(text) as StoredKey);
}
