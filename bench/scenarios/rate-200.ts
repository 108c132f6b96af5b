import type { Lab, Running } from '../lab.ts';
import { addProblems, type Problems } from '../load/tally.ts';
import { Rounds, type ScenarioResult } from '../result.ts';
import { quantile } from '../stats.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

const perSecond = 200;
/** Milliseconds per contender and round. */
const passMs = 2_500;
const bytes = 1_000;

/** A process that is mostly idle, as most are: what it adds to the time of an answer, and what waking up costs. */
export const rate200: Scenario = { name: 'rate-200', title: 'JSON, 1 KB, 200 requests per second whether answers come or not', run };

async function run(lab: Lab, plan: Plan): Promise<ScenarioResult> {
  const all: Running[] = [];
  for (const contender of plan.contenders) all.push(await lab.running(contender));
  for (const running of all) {
    await lab.verify(running, bytes);
    plan.progress(`warming up ${running.contender.name}`);
    await lab.load.call('openLoop', { ...lab.request(running, bytes), perSecond: 1_000, ms: plan.warmUpMs });
  }
  const rounds = new Rounds();
  const problems: Record<string, Problems> = {};
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    const latencies = new Map<string, readonly number[]>();
    for (const running of turned(all, round)) {
      const { name } = running.contender;
      const before = await running.usage();
      const tally = await lab.load.call('openLoop', { ...lab.request(running, bytes), perSecond, ms: passMs });
      const after = await running.usage();
      latencies.set(name, tally.latencies);
      rounds.add('µs/request', name, (after.cpuUs - before.cpuUs) / tally.requests);
      problems[name] = addProblems(problems[name] ?? {}, tally.problems);
    }
    addLatencies(rounds, latencies);
  }
  const measures = [rounds.measure('µs/request', 0), rounds.measure('added p50 ms', 2), rounds.measure('added p99 ms', 2)];
  return { name: rate200.name, title: rate200.title, rounds: plan.rounds, measures, problems };
}

/** What each contender adds to the time without a gateway, in the same round. */
function addLatencies(rounds: Rounds, latencies: ReadonlyMap<string, readonly number[]>): void {
  const direct = latencies.get('direct');
  if (direct === undefined) return;
  for (const [name, values] of latencies) {
    if (name === 'direct') continue;
    rounds.add('added p50 ms', name, quantile(values, 0.5) - quantile(direct, 0.5));
    rounds.add('added p99 ms', name, quantile(values, 0.99) - quantile(direct, 0.99));
  }
}
