// `npm run bench`: one run, one report. Progress goes to standard error, the report to standard output.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { peersInstalled } from './contenders.ts';
import { Lab } from './lab.ts';
import { readMachine } from './machine.ts';
import { type Options, readOptions, usageText } from './options.ts';
import { type Planned, planned, scenarioNames } from './plan.ts';
import { report } from './report.ts';
import type { ScenarioResult } from './result.ts';
import { type Judged, judge } from './targets.ts';

const options = optionsOrEnd();
const startedAt = performance.now();
const machine = readMachine();
if (machine.cpus === undefined) say('NOTE: processes cannot be pinned here (no taskset, or one CPU): expect wider intervals.');
const results = await measured(withPeersOrWithout(planned(options)));
const judged = judge(results);
console.log(report(machine, results, judged, options.markdown ? 'markdown' : 'text'));
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ machine, results, judged }, null, 1)}\n`);
conclude(results, judged);

function optionsOrEnd(): Options {
  try {
    return readOptions(process.argv.slice(2), scenarioNames);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usageText}`);
    process.exit(2);
  }
}

/** Other gateways have a lock of their own and are installed when they are first measured. */
function withPeersOrWithout(plan: Planned[]): Planned[] {
  if (!plan.some(({ contenders }) => contenders.some(({ isPeer }) => isPeer)) || peersInstalled() || installPeers()) return plan;
  say('NOTE: THE PEERS CANNOT BE INSTALLED: nothing is compared with them. By hand: npm ci --ignore-scripts --prefix bench/peers');
  return plan.map((one) => ({ ...one, contenders: one.contenders.filter(({ isPeer }) => !isPeer) }));
}

function installPeers(): boolean {
  say('Installing the gateways to compare with: npm ci --ignore-scripts --prefix bench/peers');
  const prefix = join(import.meta.dirname, 'peers');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', prefix], { stdio: ['ignore', 2, 2], timeout: 120_000 });
  return status === 0 && peersInstalled();
}

async function measured(plan: readonly Planned[]): Promise<ScenarioResult[]> {
  const lab = await Lab.open(machine);
  try {
    const found: ScenarioResult[] = [];
    for (const { scenario, ...rest } of plan)
      found.push(await scenario.run(lab, { ...rest, progress: (text) => say(`${scenario.name}: ${text}`) }));
    return found;
  } finally {
    await lab.close();
  }
}

/** The last lines, and the exit code: a run fails by its gates alone, and only when they are past their must without doubt. */
function conclude(all: readonly ScenarioResult[], found: readonly Judged[]): void {
  const faulty = all.filter(({ problems }) => Object.values(problems).some((some) => Object.keys(some).length > 0));
  for (const { name } of faulty)
    console.log(`${name}: there were errors in the timed part, see its table; its numbers are not to be trusted.`);
  for (const { target, verdict } of found) if (verdict === 'too noisy') console.log(`WARNING: too noisy to tell: ${target.label}.`);
  const past = found.filter(({ verdict }) => verdict === 'past the must');
  for (const { target } of past) console.log(`${target.gate ? 'FAILED' : 'MISSED'}: ${target.label}: the whole interval is past the must.`);
  console.log(`bench: ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  if (past.some(({ target }) => target.gate)) process.exitCode = 1;
}

function say(text: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.error(`[${String(seconds).padStart(3)} s] ${text}`);
}
