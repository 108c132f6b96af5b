// `npm run fuzz`: 10⁵ generated requests; `-- --requests N`, `-- --seed N`.

import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string' } } });
const requests = Number(values.requests);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
console.log(`fuzz: ${requests} requests, seed ${seed}`);

const { findings, report, ended, statuses, forwarded, slowestMs, ms } = await campaign({
  requests,
  seed,
  progress: (done) => {
    if (done % 10_000 === 0) console.log(`  ${done} done`);
  },
});
const counts = [...statuses]
  .sort(([one], [other]) => one - other)
  .map(([status, count]) => `${count} × ${status === 0 ? 'closed' : status}`);
console.log(`  ${(ms / 1000).toFixed(1)} s, slowest answer ${Math.round(slowestMs)} ms; ${counts.join(', ')}`);
console.log(`  ${forwarded} reached the upstream`);
for (const { kind, what, number, request } of findings.slice(0, 20))
  console.log(`FOUND ${kind}, request ${number}: ${what.slice(0, 600)}\n  ${request.slice(0, 600)}`);
for (const line of report?.errorLines ?? []) console.log(`LOGGED ${line}`);
if (report?.polluted) console.log('FOUND Object.prototype was changed');
if (report !== undefined && report.warnings > 0) console.log(`FOUND ${report.warnings} warnings of the process`);
const clean = findings.length === 0 && ended === undefined && report?.errorLines.length === 0 && !report.polluted && report.warnings === 0;
console.log(clean ? 'fuzz: nothing found' : `fuzz: found something (seed ${seed})`);
process.exitCode = clean ? 0 : 1;
