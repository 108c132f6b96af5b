import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** The names listed below `core/src/` in the page's tree. */
function listed(): string[] {
  const tree = page.slice(page.indexOf('  src/\n'), page.indexOf('\nplugins/<name>/'));
  return [...tree.matchAll(/^ {4}([\w-]+(?:\.ts|\/)) /gm)].map(([, name]) => name as string);
}

function present(): string[] {
  return readdirSync(join(root, 'core/src'), { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
}

describe('docs/architecture.md', () => {
  it('lists every file and folder of core/src, and none that is not there', () => {
    expect(listed().toSorted()).toEqual(present().toSorted());
  });

  it('gives every limit of the config with its name', () => {
    const config = readFileSync(join(root, 'core/src/config.ts'), 'utf8');
    const keys = [...config.matchAll(/^ {2}(\w+): (?:count|milliseconds)\.default/gm)].map(([, key]) => key as string);
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) expect(page).toContain(key);
  });
});
