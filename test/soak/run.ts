// `npm run soak`: 10⁶ requests; `-- --short` for CI; `-- --requests N`, `-- --seed N`.

import { parseArgs } from 'node:util';
import { missed, reportOf, table } from './report.ts';
import { type Progress, soak } from './soak.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, requests: { type: 'string' }, seed: { type: 'string' } },
});
const requests = wholeNumber('requests', values.requests) ?? (values.short ? 20_000 : 1_000_000);
const seed = wholeNumber('seed', values.seed) ?? Date.now() % 2 ** 31;

if (requests < 100) throw new RangeError(`--requests: expected 100 or more, received ${requests}`);
console.log(`soak: ${requests} requests, seed ${seed}`);
const result = await soak({ requests, seed, streams: 1_000, progress: show });
const lines = reportOf(result);
console.log(`\n${table(lines)}`);
const { load, drained, census } = result;
for (const problem of [...load.problems, ...drained.problems, ...census.books.errorLines.slice(0, 5)]) console.log(`  ${problem}`);
const failures = missed(lines);
for (const { what, measured, bound } of failures) console.log(`MISSED ${what}: ${measured}, bound ${bound}`);
console.log(failures.length === 0 ? 'soak: every bound was kept' : `soak: ${failures.length} bounds were missed (seed ${seed})`);
process.exitCode = failures.length === 0 ? 0 : 1;

function show({ done, elapsedMs, sample }: Progress): void {
  const rate = done / elapsedMs;
  const left = Math.round((requests - done) / rate / 1000);
  const heap = `${(sample.heap / 1024 ** 2).toFixed(2)} MiB`;
  console.log(`${String(done).padStart(9)} done  ${Math.round(rate * 1000)}/s  ${left} s left  heap ${heap}`);
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`--${name}: expected a whole number, received ${value}`);
  return number;
}
