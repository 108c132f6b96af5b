import { z } from '@express-ai-gateway/core/plugin';

const services = ['keys', 'audit', 'counters', 'budgets'] as const;

export type SqliteService = (typeof services)[number];

export const sqliteStoreOptions = z.strictObject({
  /** Where the file is, or is to be made: `./data/gateway.db`. Its folder is made too. */
  path: z.string({ error: 'the path of a file, e.g. ./data/gateway.db' }).min(1, { error: 'the path of a file, e.g. ./data/gateway.db' }),
  /** Which services are kept there; all when left out. */
  use: z
    .array(z.enum(services))
    .min(1, { error: 'at least one service' })
    .default([...services]),
  /** Milliseconds to wait for another process that is writing. */
  busyMs: z.int().min(0).max(10_000).default(1_000),
});

export type SqliteStoreOptions = z.input<typeof sqliteStoreOptions>;

export type ParsedSqliteStoreOptions = z.output<typeof sqliteStoreOptions>;
