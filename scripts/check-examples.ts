// `npm run check:examples`: every example has a `smoke` script that starts it, uses it and ends; all of them pass.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main, run, step } from './run.ts';

const root = join(import.meta.dirname, '..');
const limitMs = 120_000;

interface Example {
  readonly folder: string;
  readonly smoke: string | undefined;
}

await main('examples: every one runs', async () => {
  const examples = await readExamples();
  const untested = examples.filter(({ smoke }) => smoke === undefined);
  if (untested.length > 0) throw new Error(`No "smoke" script in the package.json of: ${untested.map(({ folder }) => folder).join(', ')}`);
  for (const example of examples) await step(example.folder, () => smoke(example));
});

async function readExamples(): Promise<Example[]> {
  const entries = await readdir(join(root, 'examples'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}`);
  if (folders.length === 0) throw new Error('There is no example at all.');
  return Promise.all(folders.sort().map(readExample));
}

async function readExample(folder: string): Promise<Example> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as { scripts?: { smoke?: string } };
  return { folder, smoke: manifest.scripts?.smoke };
}

/** With no provider's key in the environment: an example must run without an account, and must not spend on ours. */
async function smoke({ folder }: Example): Promise<void> {
  const keys = Object.keys(process.env).filter((name) => /_(?:API_KEY|BASE_URL)$/.test(name));
  const env = { ...process.env, ...Object.fromEntries(keys.map((name) => [name, undefined])) };
  await run('npm', ['run', '--silent', 'smoke'], { cwd: join(root, folder), env, timeoutMs: limitMs });
}
