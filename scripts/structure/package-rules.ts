import { exists, foldersIn, type Package, readText, scope, type Tree, type Violation } from './tree.ts';

/** Folders of packages beside the core, and the file that each package of it is named for. */
const kinds = { plugins: 'src/plugin.ts', providers: 'src/provider.ts', services: 'src/service.ts' } as const;
const files = ['package.json', 'README.md', 'tsconfig.json', 'src/index.ts', 'src/options.ts'];
const headings = ['## Install', '## Use', '## Options', '## What it does', '## Limits'];
const conditions = [scope.replace(/\/$/, '/source'), 'types', 'default'];

/** Every package of a kind looks the same: its files, its README's headings in order, its manifest. Core depends on none of them. */
export function packageRules(tree: Tree): Violation[] {
  const packages = new Map(tree.packages.map((one) => [one.folder, one]));
  return [
    ...coreManifest(packages.get('core')),
    ...Object.entries(kinds).flatMap(([kind, own]) =>
      foldersIn(tree, kind).flatMap((folder) => [
        ...packageFiles(tree, folder, own),
        ...packageReadme(tree, folder),
        ...packageManifest(packages.get(folder)),
      ]),
    ),
  ];
}

function coreManifest(core: Package | undefined): Violation[] {
  if (core === undefined) return [];
  const { folder, manifest } = core;
  const wanted = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'].flatMap((field) =>
    namesOf(manifest[field]),
  );
  return wanted
    .filter((name) => name.startsWith(scope))
    .map((name) => violation(folder, 'package.json', 'core-imports-plugin', `core depends on no package of ours: '${name}'`));
}

function packageFiles(tree: Tree, folder: string, own: string): Violation[] {
  return [...files, own]
    .filter((file) => !exists(tree, `${folder}/${file}`))
    .map((file) => violation(folder, file, 'plugin-files', 'every package of its kind has this file'));
}

function packageReadme(tree: Tree, folder: string): Violation[] {
  if (!exists(tree, `${folder}/README.md`)) return [];
  const found = readText(tree, `${folder}/README.md`)
    .replace(/^```[\s\S]*?^```/gm, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => headings.includes(line));
  if (found.join() === headings.join()) return [];
  const missing = headings.filter((heading) => !found.includes(heading));
  const what = missing.length > 0 ? `misses ${missing.join(', ')}` : `has them as ${found.join(', ')}`;
  return [
    violation(folder, 'README.md', 'plugin-readme', `has the headings ${headings.join(', ')}, once each and in this order; it ${what}`),
  ];
}

function packageManifest(plugin: Package | undefined): Violation[] {
  if (plugin === undefined) return [];
  const { folder, manifest } = plugin;
  const said = (message: string): Violation => violation(folder, 'package.json', 'plugin-manifest', message);
  const expected = scope + folder.slice(folder.indexOf('/') + 1);
  const found: Violation[] = [];
  if (manifest.name !== expected) found.push(said(`is named '${expected}', not '${manifest.name}'`));
  if (manifest.type !== 'module') found.push(said('has "type": "module"'));
  const entry = manifest.exports['.'];
  if (typeof entry !== 'object' || entry === null || Object.keys(entry).join() !== conditions.join()) {
    found.push(said(`exports "." with the conditions ${conditions.join(', ')}, in this order`));
  }
  if (!namesOf(manifest.peerDependencies).includes(`${scope}core`)) found.push(said(`has ${scope}core as a peer`));
  return found;
}

function namesOf(field: unknown): string[] {
  return typeof field === 'object' && field !== null ? Object.keys(field) : [];
}

function violation(folder: string, file: string, rule: string, message: string): Violation {
  return { path: `${folder}/${file}`, line: 1, rule, message };
}
