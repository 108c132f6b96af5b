import type { StreamShape } from '../chat-wire.ts';
import type { Contender } from '../contenders.ts';
import type { Lab, Running } from '../lab.ts';
import type { StreamsTally } from '../load/streams.ts';
import { addProblems, type Problems } from '../load/tally.ts';
import type { Usage } from '../probe.ts';
import { Rounds, type ScenarioResult } from '../result.ts';
import { quantile } from '../stats.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

interface SlowSpec {
  readonly name: string;
  readonly title: string;
  readonly streams: number;
}

/** Milliseconds within which the streams begin, and how long they are watched once all have. */
const rampMs = 500;
const windowMs = 1_500;
/** Milliseconds that a stream may take to begin before the window opens without it. */
const lateMs = 700;
/** Milliseconds between two looks at the memory. */
const sampleMs = 100;
const shape: StreamShape = { events: 130, gapMs: 20 };
const warmUp: StreamShape = { events: 130, gapMs: 0 };
/** Milliseconds of bursts before the streams: code is loaded and compiled, little memory is used. */
const warmUpMs = 300;

/** Many streams open at the same time, an event every 20 ms each, in a process that is new in each round. */
export const sseSlow500 = slowScenario({ name: 'sse-slow-500', title: '500 streams, 20 ms between events, fresh processes', streams: 500 });

export const sseSlow100 = slowScenario({ name: 'sse-slow-100', title: '100 streams, 20 ms between events, fresh processes', streams: 100 });

function slowScenario(spec: SlowSpec): Scenario {
  return { name: spec.name, title: spec.title, run: (lab, plan) => runSlow(lab, plan, spec) };
}

async function runSlow(lab: Lab, plan: Plan, spec: SlowSpec): Promise<ScenarioResult> {
  const rounds = new Rounds();
  const problems: Record<string, Problems> = {};
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    const firstEvents = new Map<string, number>();
    for (const contender of turned(plan.contenders, round)) {
      const { name } = contender;
      const pass = await onePass(lab, contender, spec);
      rounds.add('µs/event', name, pass.cpuUs / pass.events);
      // The mock upstream is the same process in every round and has no memory of its own to show.
      if (contender.file !== undefined) rounds.add('KB/stream', name, pass.bytesPerStream / 1_024);
      firstEvents.set(name, quantile(pass.tally.firstEventMs, 0.5));
      problems[name] = addProblems(problems[name] ?? {}, pass.tally.problems);
    }
    addFirstEvents(rounds, firstEvents);
  }
  const measures = [rounds.measure('µs/event', 1), rounds.measure('KB/stream', 0), rounds.measure('added TTFT p50 ms', 2)];
  return { name: spec.name, title: spec.title, rounds: plan.rounds, measures, problems };
}

/** What each contender adds to the time to the first event without a gateway, in the same round. */
function addFirstEvents(rounds: Rounds, firstEvents: ReadonlyMap<string, number>): void {
  const direct = firstEvents.get('direct');
  if (direct === undefined) return;
  for (const [name, ms] of firstEvents) if (name !== 'direct') rounds.add('added TTFT p50 ms', name, ms - direct);
}

interface Pass {
  readonly cpuUs: number;
  readonly events: number;
  readonly bytesPerStream: number;
  readonly tally: StreamsTally;
}

/** A process from its start to the end of its streams. */
async function onePass(lab: Lab, contender: Contender, { streams }: SlowSpec): Promise<Pass> {
  const running = await lab.fresh(contender);
  try {
    await warmedUp(lab, running);
    const idle = await running.usage();
    await lab.load.call('beginStreams', { ...lab.request(running, 1_000, shape), streams, rampMs, limitMs: lateMs });
    const eventsBefore = await lab.load.call('streamEvents');
    const before = await running.usage();
    const { last, rss } = await watched(running, windowMs);
    const events = (await lab.load.call('streamEvents')) - eventsBefore;
    const tally = await lab.load.call('finishStreams');
    return { cpuUs: last.cpuUs - before.cpuUs, events, bytesPerStream: (rss - idle.rss) / streams, tally };
  } finally {
    await running.stop();
  }
}

async function warmedUp(lab: Lab, running: Running): Promise<void> {
  await lab.verify(running, 1_000, warmUp);
  await lab.load.call('connect', { ...lab.request(running, 1_000, warmUp), connections: 4 });
  await lab.load.call('slice', warmUpMs);
  await lab.load.call('disconnect');
}

/** Looks at a process from time to time: what it had used at the end, and the median of its memory. */
async function watched(running: Running, ms: number): Promise<{ readonly last: Usage; readonly rss: number }> {
  const samples: number[] = [];
  const until = performance.now() + ms;
  let last = await running.usage();
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, sampleMs));
    last = await running.usage();
    samples.push(last.rss);
  }
  return { last, rss: quantile(samples, 0.5) };
}
