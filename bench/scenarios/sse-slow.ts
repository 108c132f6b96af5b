import type { StreamShape } from '../chat-wire.ts';
import type { Lab, Running } from '../lab.ts';
import type { StreamsTally } from '../load/streams.ts';
import { addProblems, type Problems } from '../load/tally.ts';
import type { Usage } from '../probe.ts';
import { addedTo, Rounds, type ScenarioResult } from '../result.ts';
import { quantile } from '../stats.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';
import { slice } from './slices.ts';

interface SlowSpec {
  readonly name: string;
  readonly title: string;
  readonly streams: number;
}

/** Milliseconds within which the streams begin, and how long they are watched once all have. */
const rampMs = 400;
const windowMs = 1_200;
/** Milliseconds that a stream may take to begin before the window opens without it. */
const lateMs = 600;
/** Milliseconds between two looks at the memory. */
const sampleMs = 100;
const shape: StreamShape = { events: 100, gapMs: 20 };
/** The same events without the waiting: code is loaded and compiled. */
const quick: StreamShape = { events: 100, gapMs: 0 };
const bytes = 1_000;

/** Many streams open at the same time, an event every 20 ms each: one read and one write for each event. */
export const sseSlow500 = slowScenario({ name: 'sse-slow-500', title: '500 streams, 20 ms between events', streams: 500 });
export const sseSlow100 = slowScenario({ name: 'sse-slow-100', title: '100 streams, 20 ms between events', streams: 100 });

/** What an open stream costs in memory, in a process that served next to nobody before. */
export const memory500: Scenario = {
  name: 'memory-500',
  title: '500 streams, 20 ms between events, a new process each time',
  run: (lab, plan) => runMemory(lab, plan, 500),
};

function slowScenario(spec: SlowSpec): Scenario {
  return { name: spec.name, title: spec.title, run: (lab, plan) => runSlow(lab, plan, spec) };
}

async function runSlow(lab: Lab, plan: Plan, { name: scenario, title, streams }: SlowSpec): Promise<ScenarioResult> {
  const all: Running[] = [];
  for (const contender of plan.contenders) all.push(await lab.running(contender));
  for (const running of all) {
    plan.progress(`warming up ${running.contender.name}`);
    await warmUp(lab, running, plan.warmUpMs / 2);
    await pass(lab, running, streams);
  }
  const rounds = new Rounds();
  const problems: Record<string, Problems> = {};
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    const firstEvents = new Map<string, number>();
    for (const running of turned(all, round)) {
      const { name } = running.contender;
      const { cpuUs, events, tally } = await pass(lab, running, streams);
      rounds.add('µs/event', name, cpuUs / events);
      firstEvents.set(name, quantile(tally.firstEventMs, 0.5));
      problems[name] = addProblems(problems[name] ?? {}, tally.problems);
    }
    addedTo('direct', firstEvents, (name, ms) => rounds.add('added TTFT p50 ms', name, ms));
  }
  const measures = [rounds.measure('µs/event', { digits: 1 }), rounds.measure('added TTFT p50 ms', { digits: 2, compared: 'medians' })];
  return { name: scenario, title, rounds: plan.rounds, measures, problems };
}

async function runMemory(lab: Lab, plan: Plan, streams: number): Promise<ScenarioResult> {
  const rounds = new Rounds();
  const problems: Record<string, Problems> = {};
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    for (const contender of turned(plan.contenders, round)) {
      const running = await lab.fresh(contender);
      try {
        await warmUp(lab, running, 300);
        const idle = await running.usage();
        const { rss, tally } = await pass(lab, running, streams);
        rounds.add('KB/stream', contender.name, (rss - idle.rss) / streams / 1_024);
        problems[contender.name] = addProblems(problems[contender.name] ?? {}, tally.problems);
      } finally {
        await running.stop();
      }
    }
  }
  const { name, title } = memory500;
  return { name, title, rounds: plan.rounds, measures: [rounds.measure('KB/stream', { digits: 0 })], problems };
}

async function warmUp(lab: Lab, running: Running, ms: number): Promise<void> {
  await lab.verify(running, bytes, quick);
  await slice(lab, running, { bytes, stream: quick, connections: 4 }, ms);
}

interface Pass {
  /** Of the window in which all streams are open. */
  readonly cpuUs: number;
  readonly events: number;
  readonly rss: number;
  /** Of the whole pass. */
  readonly tally: StreamsTally;
}

/** All streams from their beginning to their end. */
async function pass(lab: Lab, running: Running, streams: number): Promise<Pass> {
  await lab.load.call('beginStreams', { ...lab.request(running, bytes, shape), streams, rampMs, limitMs: lateMs });
  const eventsBefore = await lab.load.call('streamEvents');
  const before = await running.usage();
  const { last, rss } = await watched(running, windowMs);
  const events = (await lab.load.call('streamEvents')) - eventsBefore;
  const tally = await lab.load.call('finishStreams');
  return { cpuUs: last.cpuUs - before.cpuUs, events, rss, tally };
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
