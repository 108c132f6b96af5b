import { randomUUID } from 'node:crypto';
import type { CounterStore } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';
import { digest } from './digest.ts';
import { lock } from './migrations.ts';
import { sweeper } from './sweep.ts';

// Time is the server's, one for all processes, in milliseconds since 1970.

const now = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';

/** A window that begins only later is of before the server's clock was set back, and would last for as long: it is over. */
const goesOn = (at: string): string => `counter.began_at <= ${at} AND counter.ends_at > ${at}`;

/** Leases that could not be given back are remembered up to so many; beyond, their time gives them back. */
const mostOwed = 1_000;

interface Taken {
  readonly key: Buffer;
  readonly id: string;
}

export function postgresCounterStore(connection: Connection, schema: string): CounterStore {
  // What is set is worked out when the row is locked, from one time: two times could see a window that goes on, and end it.
  const add = `
    INSERT INTO "${schema}".counters AS counter (key, value, began_at, ends_at) VALUES ($1, $2::bigint, ${now}, ${now} + $3::float8)
    ON CONFLICT (key) DO UPDATE SET (value, began_at, ends_at) = (
      SELECT
        CASE WHEN ${goesOn('ms')} THEN counter.value ELSE 0 END + excluded.value,
        CASE WHEN ${goesOn('ms')} THEN counter.began_at ELSE ms END,
        CASE WHEN ${goesOn('ms')} THEN counter.ends_at ELSE ms + $3::float8 END
      FROM (SELECT ${now} AS ms) AS moment)
    WHERE NOT (${goesOn(now)}) OR abs(counter.value + excluded.value) <= ${Number.MAX_SAFE_INTEGER}
    RETURNING value, greatest(ends_at - ${now}, 0) AS left_ms`;
  const take = `SELECT "${schema}".take_lease($1, $2, $3, $4, ${lock}, $5) AS taken`;
  const giveBack = `DELETE FROM "${schema}".leases WHERE (key, id) IN (SELECT * FROM unnest($1::bytea[], $2::uuid[]))`;
  const sweep = sweeper(connection, schema, { counters: 'ends_at', leases: 'ends_at' });
  const owed: Taken[] = [];

  /** Rejects never: what is not given back now is with the next lease, and at the latest when its time is over. */
  async function giveBackOwed(until?: number): Promise<void> {
    const leases = owed.splice(0);
    const values = [leases.map(({ key }) => key), leases.map(({ id }) => id)];
    await connection.changes(giveBack, values, until).catch(() => {
      owed.unshift(...leases); // the oldest first: of those that failed since, many were never sent
      owed.splice(mostOwed);
    });
  }

  return {
    async add(key, amount, ttlMs) {
      if (!Number.isSafeInteger(amount)) throw new TypeError(`CounterStore.add: amount: expected a safe integer, received ${amount}`);
      checkTtl(ttlMs);
      const [row] = await connection.rows<{ value: string; left_ms: number }>(add, [digest(key), amount, ttlMs]);
      if (row === undefined) throw new RangeError('CounterStore.add: the sum is more than an integer can hold exactly');
      void sweep();
      return { value: Number(row.value), resetsInMs: Number(row.left_ms) };
    },
    async lease(key, limit, ttlMs) {
      checkTtl(ttlMs);
      if (!(limit >= 1)) return undefined;
      const lease: Taken = { key: digest(key), id: randomUUID() };
      const release = (): Promise<void> => {
        owed.push(lease);
        return giveBackOwed();
      };
      const until = connection.deadline();
      if (owed.length > 0) await giveBackOwed(until);
      try {
        const values = [lease.key, lease.id, Math.floor(limit), ttlMs, lease.key.readInt32BE()];
        const [row] = await connection.rows<{ taken: boolean }>(take, values, until);
        void sweep();
        return row?.taken === true ? { release } : undefined;
      } catch (error) {
        void release(); // it may have been taken all the same
        throw error;
      }
    },
  };
}

/** A wrong time would make a counter that never or always forgets. */
function checkTtl(ttlMs: number): void {
  if (!(ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY))
    throw new TypeError(`CounterStore: ttlMs: expected a number of more than 0, received ${ttlMs}`);
}
