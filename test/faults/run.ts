// `npm run faults`: the sixteen rows in a tenth of their time; `-- --full` in all of it. `--subject NAME`, `--row N` (again
// for more), `--json FILE`. Ends with code 1 unless every row passes.

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { profiles } from './profile.ts';
import { rows } from './rows.ts';
import { type Outcome, runRows } from './runner.ts';
import { subjects } from './subjects.ts';
import { score, table } from './table.ts';
import { WallProcess } from './wall-process.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    subject: { type: 'string' },
    row: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
});
const subject = values.subject === undefined ? subjects[0] : subjects.find(({ name }) => name === values.subject);
if (subject === undefined) throw new RangeError(`--subject: expected one of ${subjects.map(({ name }) => name).join(', ')}`);
const numbers = values.row?.map(Number) ?? rows.map(({ number }) => number);
if (!numbers.every((one) => rows.some(({ number }) => number === one))) throw new RangeError('--row: expected a number from 1 to 16');
const chosen = rows.filter(({ number }) => numbers.includes(number));
const profile = profiles[values.full ? 'full' : 'fast'];

console.error(`faults: ${subject.name}, ${profile.name} profile`);
const start = performance.now();
const outcomes = await withWall((wall) => runRows({ wall, subject, profile, rows: chosen, progress }));
console.error(`faults: ${((performance.now() - start) / 1000).toFixed(1)} s`);
if (values.json !== undefined) {
  const result = { subject: subject.name, profile: profile.name, date: new Date().toISOString(), score: score(outcomes), outcomes };
  await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
}
console.log(table(outcomes));
console.log(score(outcomes));
process.exitCode = outcomes.every(({ verdict }) => verdict.word === 'pass') ? 0 : 1;

function progress({ evidence, verdict }: Outcome): void {
  console.error(`row ${evidence.row.number}: ${verdict.word} ${verdict.reason}`.trimEnd());
}

async function withWall<T>(use: (wall: WallProcess) => Promise<T>): Promise<T> {
  const wall = await WallProcess.start(profile.factor);
  try {
    return await use(wall);
  } finally {
    await wall.stop();
  }
}
