import type { StreamShape } from '../chat-wire.ts';
import type { Lab, Running } from '../lab.ts';
import { addProblems, type Problems, type Tally } from '../load/tally.ts';
import { Rounds, type ScenarioResult } from '../result.ts';
import { type Plan, type Scenario, turned } from './scenario.ts';

/** Closed-loop load. */
export interface Load {
  /** Bytes of the request body. */
  readonly bytes: number;
  readonly stream?: StreamShape;
  readonly connections: number;
}

/** Load in short slices, contender after contender, round after round. */
export interface SliceSpec extends Load {
  readonly name: string;
  readonly title: string;
  /** What the CPU time is divided by. */
  readonly per: 'request' | 'event';
  /** The contender that ratios are taken against. Default: hpm. */
  readonly scale?: string;
  /** Milliseconds of load per contender and round. Default: 400. */
  readonly sliceMs?: number;
}

const usualSliceMs = 400;

export function sliceScenario(spec: SliceSpec): Scenario {
  return { name: spec.name, title: spec.title, run: (lab, plan) => runSlices(lab, plan, spec) };
}

async function runSlices(lab: Lab, plan: Plan, spec: SliceSpec): Promise<ScenarioResult> {
  const all: Running[] = [];
  for (const contender of plan.contenders) all.push(await lab.running(contender));
  for (const running of all) {
    await lab.verify(running, spec.bytes, spec.stream);
    plan.progress(`warming up ${running.contender.name}`);
    await slice(lab, running, spec, plan.warmUpMs);
  }
  const rounds = new Rounds();
  const problems: Record<string, Problems> = {};
  const measure = `µs/${spec.per}`;
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    for (const running of turned(all, round)) {
      const { name } = running.contender;
      const { cpuUs, tally } = await slice(lab, running, spec, spec.sliceMs ?? usualSliceMs);
      rounds.add(measure, name, cpuUs / (spec.per === 'request' ? tally.requests : tally.events));
      problems[name] = addProblems(problems[name] ?? {}, tally.problems);
    }
  }
  return {
    name: spec.name,
    title: spec.title,
    rounds: plan.rounds,
    measures: [rounds.measure(measure, { digits: spec.per === 'request' ? 1 : 3 })],
    ...(spec.scale !== undefined && { scale: spec.scale }),
    problems,
  };
}

/** The CPU time that a contender spends on a slice; connecting and the first requests are outside. */
export async function slice(
  lab: Lab,
  running: Running,
  spec: Load,
  ms: number,
): Promise<{ readonly cpuUs: number; readonly tally: Tally }> {
  const { load } = lab;
  await load.call('connect', { ...lab.request(running, spec.bytes, spec.stream), connections: spec.connections });
  const before = await running.usage();
  const tally = await load.call('slice', ms);
  const after = await running.usage();
  await load.call('disconnect');
  return { cpuUs: after.cpuUs - before.cpuUs, tally };
}
