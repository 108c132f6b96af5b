import type { Lab, Running } from '../lab.ts';
import { addProblems, type Problems } from '../load/tally.ts';
import { addedTo, Rounds, type ScenarioResult } from '../result.ts';
import { quantile } from '../stats.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

const perSecond = 200;
/** Milliseconds per contender and round. */
const passMs = 1_500;
const bytes = 1_000;

/** What a gateway adds to these of the time without one. */
const quantiles = [
  [0.5, 'added p50 ms'],
  [0.99, 'added p99 ms'],
] as const;

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
    for (const [at, measure] of quantiles) {
      const values = new Map([...latencies].map(([name, ms]) => [name, quantile(ms, at)]));
      addedTo('direct', values, (name, ms) => rounds.add(measure, name, ms));
    }
  }
  const added = quantiles.map(([, measure]) => rounds.measure(measure, { digits: 2, compared: 'medians' }));
  return {
    name: rate200.name,
    title: rate200.title,
    rounds: plan.rounds,
    measures: [rounds.measure('µs/request', { digits: 0 }), ...added],
    problems,
  };
}
