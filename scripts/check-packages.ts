// `npm run check:packages`: what would be published, used as its users use it. Builds and packs every public package, lints
// the tarballs, installs them into applications outside this repository and runs those.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { main, run, step } from './run.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');
const consumers = join(root, 'test/package/consumers');

interface Packed {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
}

interface Consumer {
  readonly name: string;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
}

const versions = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).devDependencies as Readonly<Record<string, string>>;

/** The package that is a program. */
const commandLine = 'express-ai-gateway';

const applications: readonly Consumer[] = [
  {
    name: 'CommonJS on Express 4',
    files: ['main.cjs', 'visit.cjs'],
    dependencies: { express: '4.22.3' },
    command: [process.execPath, 'main.cjs'],
  },
  {
    name: 'ES modules on Express 5',
    files: ['main.mjs', 'visit.cjs'],
    dependencies: { express: '5.3.0' },
    command: [process.execPath, 'main.mjs'],
  },
  {
    name: 'The command line',
    files: ['command-line.mjs'],
    dependencies: {},
    command: [process.execPath, 'command-line.mjs'],
  },
  {
    name: 'TypeScript, skipLibCheck off',
    files: ['types.mts', 'types.cts', 'tsconfig.json'],
    dependencies: { express: '5.3.0', '@types/express': version('@types/express'), '@types/node': version('@types/node') },
    command: [join(bin, 'tsc'), '-p', '.'],
  },
];

await main('packages: every tarball works', async () => {
  const work = await mkdtemp(join(tmpdir(), 'packages-'));
  try {
    const folders = await publicPackages();
    await step('build', () => build(folders));
    const packed = await step('pack', () => pack(folders, work));
    for (const one of packed) await step(`lint ${one.name}`, () => lint(one));
    for (const one of applications) await step(one.name, () => tryOut(one, packed, work));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});

function version(name: string): string {
  const found = versions[name];
  if (found === undefined) throw new Error(`The root package.json has no devDependency ${name}.`);
  return found;
}

/** Workspaces that are not private. */
async function publicPackages(): Promise<string[]> {
  const folders = [
    'core',
    ...(await foldersIn('plugins')),
    ...(await foldersIn('providers')),
    ...(await foldersIn('services')),
    'cli',
    'test/contract',
  ];
  const manifests = await Promise.all(folders.map((folder) => readManifest(folder)));
  return folders.filter((_folder, index) => manifests[index]?.private !== true);
}

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(join(root, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}`);
}

async function readManifest(folder: string): Promise<{ readonly name: string; readonly private?: boolean }> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
}

/** From nothing, so that no file of an earlier build is packed. */
async function build(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rm(join(root, folder, 'dist'), { recursive: true, force: true });
  await run(join(bin, 'tsc'), ['-b', '--force'], { cwd: root });
}

async function pack(folders: readonly string[], into: string): Promise<Packed[]> {
  const packed: Packed[] = [];
  for (const folder of folders) {
    const { name } = await readManifest(folder);
    const target = join(into, 'tarballs', basename(folder));
    await mkdir(target, { recursive: true });
    await run('npm', ['pack', '--pack-destination', target], { cwd: join(root, folder) });
    const [file] = await readdir(target);
    if (file === undefined) throw new Error(`npm pack made no tarball of ${name}.`);
    packed.push({ name, folder, tarball: join(target, file) });
  }
  return packed;
}

async function lint({ name, tarball }: Packed): Promise<void> {
  const isCommand = name === commandLine;
  await contents(name, tarball, isCommand ? 'main' : 'index');
  await run(join(bin, 'publint'), ['run', tarball, '--strict']);
  if (isCommand) return; // it is run, not imported
  await run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-definitely-typed']);
}

/** Sources go along because the source maps and the source condition name them; nothing of the build's own does. */
async function contents(name: string, tarball: string, entry: string): Promise<void> {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  for (const wanted of ['package/README.md', `package/dist/${entry}.js`, `package/dist/${entry}.d.ts`, `package/src/${entry}.ts`]) {
    if (!files.includes(wanted)) throw new Error(`${name}: the tarball has no ${wanted}.`);
  }
  const strange = files.filter(
    (file) => !/^package\/(?:package\.json|README\.md|LICENSE|dist\/.+\.(?:js|d\.ts)(?:\.map)?|src\/.+\.ts)$/.test(file),
  );
  if (strange.length > 0) throw new Error(`${name}: the tarball has files that nobody needs: ${strange.join(', ')}`);
}

async function tryOut(consumer: Consumer, packed: readonly Packed[], work: string): Promise<void> {
  const folder = await mkdtemp(join(work, 'consumer-'));
  const ours = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { name: 'consumer', private: true, dependencies: { ...consumer.dependencies, ...ours } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  for (const file of consumer.files) await copyFile(join(consumers, file), join(folder, file));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
  const [command, ...args] = consumer.command;
  // The source condition must not reach a consumer by way of our own environment.
  await run(command, args, { cwd: folder, env: { ...process.env, NODE_OPTIONS: undefined }, timeoutMs: 60_000 });
}
