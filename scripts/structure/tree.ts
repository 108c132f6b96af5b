import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';
import { type Source, tokenize } from './tokens.ts';

export interface SourceFile extends Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
}

export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Package {
  /** From the root: `core`, `plugins/logging`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** What the rules look at: every TypeScript source of the repository, and its packages. */
export interface Tree {
  readonly root: string;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly packages: readonly Package[];
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

export const scope = '@express-ai-gateway/';
const sourceCondition = '@express-ai-gateway/source';
const skipped = new Set(['node_modules', 'dist', 'coverage', 'peers', 'results']);

export function readTree(root: string): Tree {
  const files = new Map<string, SourceFile>();
  const packages: Package[] = [];
  walk(root, '', (path) => {
    if (path.endsWith('/package.json')) packages.push({ folder: posix.dirname(path), manifest: readManifest(root, path) });
    if (/\.m?ts$/.test(path) && !path.endsWith('.d.ts')) files.set(path, readSource(root, path));
  });
  return { root, files, packages };
}

function walk(root: string, folder: string, visit: (path: string) => void): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || skipped.has(entry.name)) continue;
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) walk(root, path, visit);
    else if (entry.isFile()) visit(path);
  }
}

function readSource(root: string, path: string): SourceFile {
  const source = tokenize(readFileSync(join(root, path), 'utf8'));
  return { path, ...source, imports: importsOf(source.tokens) };
}

function readManifest(root: string, path: string): Manifest {
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Partial<Manifest>;
  return { ...manifest, name: manifest.name ?? dirname(path), exports: manifest.exports ?? {} };
}

/** The package that a source belongs to: the one with the longest folder. */
export function packageOf(tree: Tree, path: string): Package | undefined {
  return tree.packages.filter(({ folder }) => path.startsWith(`${folder}/`)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** The source that an import means, when it is one of ours. */
export function resolveImport(tree: Tree, from: string, specifier: string | undefined): string | undefined {
  if (specifier === undefined) return undefined;
  const path = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : entryOf(tree, specifier);
  return path !== undefined && tree.files.has(path) ? path : undefined;
}

function entryOf(tree: Tree, specifier: string): string | undefined {
  if (!specifier.startsWith(scope)) return undefined;
  const name = specifier.split('/').slice(0, 2).join('/');
  const owner = tree.packages.find(({ manifest }) => manifest.name === name);
  const entry = owner?.manifest.exports[`.${specifier.slice(name.length)}`];
  const source = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)[sourceCondition] : undefined;
  return owner !== undefined && typeof source === 'string' ? posix.join(owner.folder, source) : undefined;
}

/** The folders directly in `folder`. */
export function foldersIn(tree: Tree, folder: string): string[] {
  if (!exists(tree, folder)) return [];
  const entries = readdirSync(join(tree.root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !skipped.has(entry.name)).map(({ name }) => `${folder}/${name}`);
}

export function exists(tree: Tree, path: string): boolean {
  return existsSync(join(tree.root, path));
}

export function readText(tree: Tree, path: string): string {
  return readFileSync(join(tree.root, path), 'utf8');
}
