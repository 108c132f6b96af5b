import { describe, expect, it } from 'vitest';
import { postgresStoreOptions } from '../../../services/store-postgres/src/options.ts';
import { postgresStore } from '../../../services/store-postgres/src/service.ts';

const url = 'postgres://user:hunter22@db.example/app';

describe('postgresStoreOptions', () => {
  it('take a URL, or a pool of the team’s own', () => {
    expect(postgresStoreOptions.parse({ url })).toEqual({
      url,
      use: ['keys', 'audit', 'counters', 'budgets'],
      schema: 'ai_gateway',
      deadlineMs: 1_000,
      maxConnections: 5,
    });
    const pool = (): never => {
      throw new Error('not called');
    };
    expect(postgresStoreOptions.parse({ pool })).toMatchObject({ pool });
  });

  it.each([
    [{}, 'url', 'either a url or a pool'],
    [{ url, pool: () => {} }, 'url', 'either a url or a pool'],
    [{ url: 'mysql://user:hunter22@db/app' }, 'url', 'a URL such as postgres://'],
    [{ url: 'postgres://' + 'user:hunter22@:x' }, 'url', 'a URL such as postgres://'],
    [{ pool: {} }, 'pool', 'a function that makes a Pool of pg'],
    [{ url, schema: 'Robert"; DROP' }, 'schema', 'lower-case letters'],
    [{ url, schema: 'pg_catalog' }, 'schema', 'does not begin with pg_'],
    [{ url, use: [] }, 'use', 'at least one service'],
    [{ url, use: ['cache'] }, 'use', ''],
    [{ url, deadlineMs: 0 }, 'deadlineMs', ''],
    [{ url, maxConnections: 1.5 }, 'maxConnections', ''],
    [{ url, tls: true }, 'tls', ''],
  ])('refuse %j, naming %s and never a password', (options, path, expected) => {
    const refused = (): unknown => postgresStore(options as never);
    expect(refused).toThrow(path);
    expect(refused).toThrow(expected);
    expect(refused).not.toThrow('hunter22');
  });
});
