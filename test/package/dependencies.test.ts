import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Row {
  readonly name: string;
  readonly version: string;
  readonly reason: string;
  readonly instead: string;
  readonly licence: string;
  readonly size: string;
  readonly usedBy: string;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

function foldersIn(parent: string): string[] {
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

const folders = ['core', ...foldersIn('plugins'), ...foldersIn('providers'), ...foldersIn('services'), 'cli', 'test/contract'];
const published = folders
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .map((folder) => ({ folder, manifest: manifestIn(folder) }))
  .filter(({ manifest }) => manifest.private !== true);

/** The page's sections: package name → prose and table rows. */
const sections = new Map(
  readFileSync(join(root, 'DEPENDENCIES.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')).trim(), text]),
);

function rowsOf(section: string): Row[] {
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| package |'));
  return lines.map((line) => {
    const [name = '', version = '', reason = '', instead = '', licence = '', size = '', usedBy = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return { name, version, reason, instead, licence, size, usedBy };
  });
}

/** The manifest of the copy that `folder` loads. Packages may hide their package.json, so the folders are searched. */
function installed(folder: string, name: string): Manifest & { readonly version: string } {
  const paths = createRequire(join(root, folder, 'package.json')).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name, 'package.json')).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed for ${folder}`);
  return JSON.parse(readFileSync(found, 'utf8'));
}

describe('DEPENDENCIES.md', () => {
  it('has one section for each published package', () => {
    expect([...sections.keys()].sort()).toEqual(published.map(({ manifest }) => manifest.name).sort());
  });

  describe.each(published)('$manifest.name', ({ folder, manifest }) => {
    const section = sections.get(manifest.name) ?? '';
    const rows = rowsOf(section);
    const all = Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const direct = Object.fromEntries(all.filter(([name]) => !name.startsWith('@express-ai-gateway/')));

    it('lists exactly the direct dependencies, with their versions', () => {
      expect(Object.fromEntries(rows.map(({ name, version }) => [name, version]))).toEqual(direct);
    });

    it('names every peer', () => {
      const peers = section.split('\n').find((line) => line.startsWith('Peer: ')) ?? '';
      for (const peer of Object.keys(manifest.peerDependencies ?? {})) expect(peers).toContain(peer);
    });

    it('gives reason, alternatives and size of each', () => {
      for (const row of rows) {
        expect(row.reason.length, `${row.name}: reason`).toBeGreaterThan(20);
        expect(row.instead, `${row.name}: instead`).not.toBe('');
        expect(row.size, `${row.name}: size`).toMatch(/^\d+\.\d MB(?: \+ \d+ packages?)?$/);
      }
    });

    it('gives the version and licence that are installed', () => {
      const actual = rows.map(({ name }) => installed(folder, name)).map(({ version, license }) => [version, license]);
      expect(rows.map(({ version, licence }) => [version, licence])).toEqual(actual);
    });

    it('names a file of the package that imports each', () => {
      for (const { name, usedBy } of rows) {
        expect(usedBy).toContain(`${folder}/src/`);
        expect(readFileSync(join(root, usedBy), 'utf8')).toMatch(new RegExp(`(?:from|import) '${name}['/]`));
      }
    });
  });
});

describe('published packages', () => {
  it('core has at most six direct dependencies', () => {
    expect(Object.keys(manifestIn('core').dependencies ?? {}).length).toBeLessThanOrEqual(6);
  });

  it.each(published)('$manifest.name pins its dependencies exactly', ({ manifest }) => {
    for (const version of Object.values(manifest.dependencies ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each(published)('$manifest.name allows no Node on which a dependency cannot load', ({ folder, manifest }) => {
    // The oldest Node that every package of ours names; a dependency that needs a newer one shows here.
    expect(manifest.engines).toEqual({ node: '>=22.19.0' });
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const needed = installed(folder, name).engines?.node ?? '*';
      const lowest = /(\d+)(?:\.(\d+))?/.exec(needed);
      const [major = 0, minor = 0] = (lowest?.slice(1) ?? []).map((part) => Number(part ?? 0));
      expect(major * 100 + minor, `${name} needs ${needed}`).toBeLessThanOrEqual(2219);
    }
  });
});
