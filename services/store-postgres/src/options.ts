import { z } from '@express-ai-gateway/core/plugin';
import type { Pool } from 'pg';

const urlRule = 'a URL such as postgres://user:password@host:5432/database?sslmode=verify-full';

const services = ['keys', 'audit', 'counters', 'budgets'] as const;

export type PostgresService = (typeof services)[number];

export const postgresStoreOptions = z
  .strictObject({
    url: z
      .string({ error: urlRule })
      .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), { error: urlRule })
      .optional(),
    /** Instead of a URL: makes a pool of pg, for a certificate or a login of your own. It is ended with the gateway. */
    pool: z.custom<() => Pool>((value) => typeof value === 'function', { error: 'a function that makes a Pool of pg' }).optional(),
    /** Which services are kept there; all when left out. */
    use: z
      .array(z.enum(services))
      .min(1, { error: 'at least one service' })
      .default([...services]),
    /** The schema in the database that everything of ours is in; made where it is missing. Gateways of different schemas share nothing. */
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: 'lower-case letters, digits, _ (63 at most), no digit at the front' })
      .refine((name) => !name.startsWith('pg_'), { error: 'a name that does not begin with pg_' })
      .default('ai_gateway'),
    /** Milliseconds that anything asked of the database may take, connecting included. */
    deadlineMs: z.int().min(1).max(30_000).default(1_000),
    /** Connections of this process, at most. */
    maxConnections: z.int().min(1).max(100).default(5),
  })
  .refine(({ url, pool }) => (url === undefined) !== (pool === undefined), { path: ['url'], error: 'either a url or a pool' });

export type PostgresStoreOptions = z.input<typeof postgresStoreOptions>;

export type ParsedPostgresStoreOptions = z.output<typeof postgresStoreOptions>;
