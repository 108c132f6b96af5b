import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../services/store-sqlite/src/service.ts';

describe('the options of sqliteStore', () => {
  it('are a path, and nothing misspelt', () => {
    expect(() => sqliteStore({ file: 'x' } as never)).toThrow(/options\.path[\s\S]*options\.file/);
    expect(() => sqliteStore({ path: '' })).toThrow('expected the path of a file, e.g. ./data/gateway.db');
    expect(() => sqliteStore({ path: 'x', busyMs: -1 })).toThrow('options.busyMs');
    expect(sqliteStore({ path: 'x' })).toHaveLength(2);
  });
});
