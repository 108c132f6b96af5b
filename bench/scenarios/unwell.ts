import { type Contender, unwellContenders } from '../contenders.ts';
import type { Lab, Running } from '../lab.ts';
import { Rounds, type ScenarioResult } from '../result.ts';
import { quantile } from '../stats.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

const perSecond = 100;
/** Milliseconds per contender and round. */
const passMs = 3_000;
const bytes = 1_000;

/** One of three targets fails, or is half a second late: what clients notice of it. */
export const unwell: Scenario = { name: 'unwell', title: 'JSON, 1 KB, 100 requests per second, one of three targets unwell', run };

async function run(lab: Lab, plan: Plan): Promise<ScenarioResult> {
  const all: Running[] = [];
  for (const contender of unwellContenders) all.push(await started(lab, contender, plan));
  const rounds = new Rounds();
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    for (const running of turned(all, round)) {
      const { name } = running.contender;
      const tally = await lab.load.call('openLoop', { ...lab.request(running, bytes), perSecond, ms: passMs });
      const failed = Object.values(tally.problems).reduce((sum, count) => sum + count, 0);
      rounds.add('failed %', name, (failed / (failed + tally.requests)) * 100);
      rounds.add('p50 ms', name, quantile(tally.latencies, 0.5));
      rounds.add('p99 ms', name, quantile(tally.latencies, 0.99));
    }
  }
  const shown = { digits: 1, compared: 'not' } as const;
  return {
    name: unwell.name,
    title: unwell.title,
    rounds: plan.rounds,
    measures: [rounds.measure('failed %', shown), rounds.measure('p50 ms', shown), rounds.measure('p99 ms', shown)],
    problems: {}, // failures are what is measured
  };
}

/** Its first seconds are how long it takes to find out; what counts is how it goes on. */
async function started(lab: Lab, contender: Contender, plan: Plan): Promise<Running> {
  const running = await lab.running(contender);
  plan.progress(`warming up ${contender.name}`);
  await lab.load.call('openLoop', { ...lab.request(running, bytes), perSecond, ms: plan.warmUpMs });
  return running;
}
