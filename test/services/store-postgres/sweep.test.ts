import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../services/store-postgres/src/connection.ts';
import { sweeper } from '../../../services/store-postgres/src/sweep.ts';

// What a sweep throws away, and that it looks at no whole table, is tested with the tables that it sweeps.

describe('sweeper', () => {
  it('asks with every fiftieth call, once for all tables, and rejects never', async () => {
    const asked: string[] = [];
    const changes = async (text: string): Promise<number> => {
      asked.push(text);
      throw new Error('away');
    };
    const sweep = sweeper({ changes } as unknown as Connection, 'mine', { one: 'ends_at', other: 'over_at' });
    for (let calls = 0; calls < 150; calls += 1) await sweep();
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatch(/DELETE FROM "mine"\.one .*ends_at <= .*DELETE FROM "mine"\.other .*over_at <= /);
  });
});
