import type { Connection } from './connection.ts';

/** Every so many calls throw away so many rows of each table, at most, whose time is over: more than could have been added meanwhile. */
const sweepEvery = 50;
const sweptAtOnce = 100;

/**
 * What is called with every call, after it: it rejects never. `tables` names the column of each that says when a row is over, by the server's clock in
 * milliseconds since 1970; NULL: never. It has an index.
 */
export function sweeper(connection: Connection, schema: string, tables: Readonly<Record<string, string>>): () => Promise<void> {
  const sweeps = Object.entries(tables).map(([table, end]) => `swept_${table} AS (${sweepOf(`"${schema}".${table}`, end)})`);
  const sweep = `WITH ${sweeps.join(', ')} SELECT`;
  let calls = Math.floor(Math.random() * sweepEvery); // so that processes that make few calls sweep too, now and then
  /** Beside what waits for an answer, and in a statement of its own: one that holds its rows may not wait for others. */
  return async () => {
    calls += 1;
    if (calls % sweepEvery === 0) await connection.changes(sweep, [sweptAtOnce]).catch(() => {}); // the next sweep finds them
  };
}

/** Passes over what others hold, so that it waits for nobody, and nobody for it in a circle. */
function sweepOf(table: string, end: string): string {
  const now = '(SELECT extract(epoch FROM clock_timestamp()) * 1000)::float8';
  const over = `SELECT ctid FROM ${table} WHERE ${end} <= ${now} ORDER BY ${end} LIMIT $1 FOR UPDATE SKIP LOCKED`;
  return `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(${over}))`;
}
