import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where a program is: on the PATH, or where Debian puts PostgreSQL's. */
export function programPath(...names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), ...postgresFolders()];
  for (const name of names) for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

/**
 * Whether a server that tests need is here. Without it they are skipped, which one loud line says; where nothing may be skipped
 * (`CI=true`) it is an error.
 */
export function isHere(what: string, found: string | undefined): boolean {
  if (found !== undefined) return true;
  const message = `${what} is not installed: its tests cannot run. On Debian: apt-get install redis-server postgresql`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(`\n*** SKIPPED: ${message} ***\n`);
  return false;
}
