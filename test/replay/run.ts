// `npm run replay`: all recordings; `-- --seed N`, `-- --cuts N`, `-- --differences` lists where another gateway translates
// otherwise.

import { parseArgs } from 'node:util';
import { known as everyKnown } from './known.ts';
import { conformance, missing, replayTraffic } from './replay.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, cuts: { type: 'string', default: '8' }, differences: { type: 'boolean', default: false } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const cuts = Number(values.cuts);
const notThere = missing();
if (notThere !== undefined) console.log(notThere);
console.log(`replay: seed ${seed}`);

const results = [await replayTraffic({ seed, cuts }), await conformance({ seed, cuts })];
for (const { tally } of results) console.log(`\n${tally.table().join('\n')}`);
for (const { known } of results) for (const [why, count] of known) console.log(`KNOWN ${count} × ${why}`);
const met = new Set(results.flatMap(({ known }) => [...known.keys()]));
if (notThere === undefined) for (const { why } of everyKnown) if (!met.has(why)) console.log(`GONE, to be taken out of known.ts: ${why}`);
if (values.differences) for (const { differences } of results) for (const difference of differences) console.log(`OTHER ${difference}`);
const found = results.flatMap((result) => result.found);
for (const { what, id, detail } of found.slice(0, 100)) console.log(`FOUND ${what}, ${id}: ${detail}`);
console.log(found.length === 0 ? 'replay: nothing found' : `replay: found ${found.length} (seed ${seed})`);
process.exitCode = found.length === 0 ? 0 : 1;
