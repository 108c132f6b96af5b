import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { CounterState, CounterStore } from '@express-ai-gateway/core/plugin';
import { sweeper } from './sweep.ts';

// Each of these is one statement, and SQLite has one writer at a time, of all processes: nobody writes between what it sees and what it
// writes. Time is what the statement reads once it may write, in milliseconds since 1970, the same throughout the statement.

const now = "(1000.0 * unixepoch('subsec'))";

/** A window or a lease that begins only later is of before the clock was set back, and would last for as long: it is over. */
const goesOn = `began_at <= ${now} AND ends_at > ${now}`;

export function sqliteCounterStore(database: DatabaseSync): CounterStore {
  const add = database.prepare(
    `INSERT INTO counters (key, value, began_at, ends_at) VALUES ($key, $amount, ${now}, ${now} + $ttl)
     ON CONFLICT (key) DO UPDATE SET
       value = iif(${goesOn}, value, 0) + excluded.value,
       began_at = iif(${goesOn}, began_at, excluded.began_at),
       ends_at = iif(${goesOn}, ends_at, excluded.ends_at)
     WHERE abs(iif(${goesOn}, value, 0) + excluded.value) <= ${Number.MAX_SAFE_INTEGER}
     RETURNING value, ends_at - ${now} AS resetsInMs`,
  );
  const take = database.prepare(
    `INSERT INTO leases (key, id, began_at, ends_at)
     SELECT $key, $id, ${now}, ${now} + $ttl WHERE (SELECT count(*) FROM leases WHERE key = $key AND ${goesOn}) < $limit`,
  );
  const giveBack = database.prepare('DELETE FROM leases WHERE key = ? AND id = ?');
  const sweep = sweeper(database, [
    { table: 'counters', key: 'key', end: 'ends_at' },
    { table: 'leases', key: 'key, id', end: 'ends_at' },
  ]);

  return {
    async add(key, amount, ttlMs) {
      if (!Number.isSafeInteger(amount)) throw new TypeError(`CounterStore.add: amount: expected a safe integer, received ${amount}`);
      checkTtl(ttlMs);
      const [state] = add.all({ key, amount, ttl: ttlMs }) as unknown as CounterState[];
      if (state === undefined) throw new RangeError('CounterStore.add: the sum is more than an integer can hold exactly');
      sweep();
      return { value: state.value, resetsInMs: state.resetsInMs };
    },
    async lease(key, limit, ttlMs) {
      checkTtl(ttlMs);
      if (!(limit >= 1)) return undefined;
      const id = randomUUID();
      const { changes } = take.run({ key, id, limit: Math.floor(limit), ttl: ttlMs });
      sweep();
      if (changes === 0) return undefined;
      return {
        async release() {
          try {
            giveBack.run(key, id);
          } catch {
            // The file is closed, or another process writes for too long: its time gives it back.
          }
        },
      };
    },
  };
}

/** A wrong time would make a counter that never or always forgets. */
function checkTtl(ttlMs: number): void {
  if (!(ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY))
    throw new TypeError(`CounterStore: ttlMs: expected a number of more than 0, received ${ttlMs}`);
}
