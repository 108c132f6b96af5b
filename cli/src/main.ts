#!/usr/bin/env node
import { createRequire } from 'node:module';
import { run } from './run.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  now: () => Date.now(),
  version,
});
