import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What people copy from: every page and every example. */
function copied(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || ['node_modules', 'dist', 'test', 'bench', 'data', 'logs'].includes(entry.name)) return [];
    if (entry.isDirectory()) return copied(path);
    return /\.md$/.test(path) || /^examples\/.*\.(?:ts|json|html|js)$/.test(path) ? [path] : [];
  });
}

/** A name that says secret, and beside it a text that could be one. `sk-…` and the like are no texts to use. */
const literal = /(?:secret|pepper|passw(?:or)?d|api_?key|credential)["']?\s*[:=]\s*["'`]([A-Za-z0-9+/_=-]{8,})["'`]/gi;
const key = /\b(?:sk-[A-Za-z0-9_-]{16,}|gw_[a-z0-9]+_[a-z2-7]{16}_[a-z2-7]{20,}|AKIA[A-Z0-9]{16})\b/g;

describe('AUTH-8: no page and no example has a secret that works when it is copied', () => {
  const paths = copied('');

  it('looks where people look', () => {
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'plugins/admin/README.md', 'examples/api-keys/src/app.ts', 'docs/threat-model.md']),
    );
  });

  it.each(paths)('%s', (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    expect([...text.matchAll(literal), ...text.matchAll(key)].map(([found]) => found)).toEqual([]);
  });

  it('would find one', () => {
    for (const bad of [`admin({ secret: 'hunter22hunter22' })`, `ADMIN_SECRET="changemechangeme"`, `"apiKey": "abcdefgh12345678"`])
      expect([...bad.matchAll(literal)], bad).toHaveLength(1);
  });
});
