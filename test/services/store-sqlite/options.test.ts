import { describe, expect, it } from 'vitest';
import type { SqliteService } from '../../../services/store-sqlite/src/options.ts';
import { sqliteStore } from '../../../services/store-sqlite/src/service.ts';

describe('the options of sqliteStore', () => {
  it('are a path, and nothing misspelt', () => {
    expect(() => sqliteStore({ file: 'x' } as never)).toThrow(/options\.path[\s\S]*options\.file/);
    expect(() => sqliteStore({ path: '' })).toThrow('expected the path of a file, e.g. ./data/gateway.db');
    expect(() => sqliteStore({ path: 'x', busyMs: -1 })).toThrow('options.busyMs');
    expect(() => sqliteStore({ path: 'x', use: ['cache'] } as never)).toThrow('options.use');
    expect(() => sqliteStore({ path: 'x', use: [] })).toThrow('at least one service');
  });

  it('say which services are kept there', () => {
    const names = (use?: SqliteService[]) => sqliteStore({ path: 'x', ...(use && { use }) }).map(({ token }) => token.name);
    expect(names()).toEqual(['KeyStore', 'AuditLog', 'CounterStore', 'BudgetStore']);
    expect(names(['counters', 'counters'])).toEqual(['CounterStore']);
  });
});
