import type { StreamShape } from '../chat-wire.ts';
import type { Lab, Running } from '../lab.ts';
import { Rounds, type ScenarioResult } from '../result.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

const streams = 200;
const shape: StreamShape = { events: 1_000, gapMs: 20 };
/** Milliseconds after which streams that still run at the upstream count as left open. */
const limitMs = 2_000;

/** Every client leaves at the same moment: how long the provider goes on being paid for, and whether the gateway lives on. */
export const abortStorm: Scenario = { name: 'abort-storm', title: `${streams} clients leave their streams at once`, run };

async function run(lab: Lab, plan: Plan): Promise<ScenarioResult> {
  const rounds = new Rounds();
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    for (const contender of turned(plan.contenders, round)) {
      const running = await lab.fresh(contender);
      try {
        const { abortMs, left } = await storm(lab, running);
        rounds.add('ms to the last abort', contender.name, abortMs);
        rounds.add('left open', contender.name, left);
        await lab.verify(running, 1_000);
      } finally {
        await running.stop(); // with it go the streams it left open
      }
    }
  }
  const measures = [
    rounds.measure('ms to the last abort', { digits: 1, compared: 'not' }),
    rounds.measure('left open', { digits: 0, compared: 'not' }),
  ];
  return { name: abortStorm.name, title: abortStorm.title, rounds: plan.rounds, measures, problems: {} };
}

/** From the moment the clients leave until the upstream has lost its last stream. */
async function storm(lab: Lab, running: Running): Promise<{ readonly abortMs: number; readonly left: number }> {
  await lab.load.call('beginStreams', { ...lab.request(running, 1_000, shape), streams, rampMs: 200, limitMs: 5_000 });
  const leftAt = await lab.load.call('abandonStreams');
  const until = performance.now() + limitMs;
  for (;;) {
    const { open, lastEndedAt } = await lab.upstream.call('streams');
    if (open === 0) return { abortMs: lastEndedAt - leftAt, left: 0 };
    if (performance.now() > until) return { abortMs: limitMs, left: open };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
