import { type Clock, type CounterStore, GatewayConfigError, memoryCounterStore } from '@express-ai-gateway/core/plugin';
import type { Meter, Metered } from './meter.ts';
import type { Dimension, ParsedRateLimitOptions, RuleOptions } from './options.ts';
import { placeMeter } from './place-meter.ts';
import { windowMeter } from './window-meter.ts';

/** One limit of a rule. */
export interface Limit {
  readonly name: string;
  readonly per: readonly Dimension[];
  readonly window: string;
  readonly windowMs: number;
  /** Whether requests over it are refused; else they are logged. */
  readonly enforced: boolean;
  readonly meter: Meter;
}

/** The limits that hold for one caller, by when they can be counted. */
export interface Limits {
  /** Those that need the head of a request alone. */
  readonly early: readonly Limit[];
  /** Those that need the call: its model, its tokens. */
  readonly late: readonly Limit[];
}

export interface RulesServices {
  readonly counters: CounterStore;
  readonly clock: Clock;
  /** Told each time the store cannot count. */
  readonly failed: (error: unknown) => void;
}

export interface Rules {
  /** Those for everybody, and those of the caller's plan. */
  of(plan: string | undefined): Limits;
  readonly all: readonly Limit[];
}

/** Every rule of the options with its counters. Throws where two of them would share theirs. */
export function rulesOf(options: ParsedRateLimitOptions, services: RulesServices): Rules {
  const spare = memoryCounterStore(services.clock); // one for all, so that its own limit of keys holds for all
  const making = { ...services, spare, options, lonely: lonelyPhases(options) };
  const common = options.rules.flatMap((rule) => limitsOf(rule, making));
  const plans = Object.entries(options.plans);
  const byPlan = new Map(plans.map(([plan, rules]) => [plan, rules.flatMap((rule) => limitsOf(rule, making, plan))]));
  const all = [...common, ...[...byPlan.values()].flat()];
  refuseTwins(all);
  const usual = inPhases([...common, ...(byPlan.get(options.defaultPlan ?? plans[0]?.[0] ?? '') ?? [])]);
  const ofPlan = new Map([...byPlan].map(([plan, limits]) => [plan, inPhases([...common, ...limits])]));
  return { all, of: (plan) => (plan === undefined ? usual : (ofPlan.get(plan) ?? usual)) };
}

interface Making extends RulesServices {
  readonly spare: CounterStore;
  readonly options: ParsedRateLimitOptions;
  readonly lonely: Readonly<Record<Phase, boolean>>;
}

function limitsOf(rule: RuleOptions, { options, lonely, counters, spare, clock, failed }: Making, plan?: string): Limit[] {
  const { per, window, requests, tokens, concurrent, burst } = rule;
  const whose = per.length === 0 ? 'all' : per.join('+');
  const name = rule.name ?? `${plan === undefined ? '' : `${plan}: `}${whose} ${window.text}`;
  const common = { name, instances: options.instances, counters, spare, failed };
  const meters: Meter[] = [];
  const windowed = { ...common, clock, windowMs: window.ms };
  // A request that waits and leaves gives back what it got too late.
  const returns = !lonely[phaseOf(per, 'requests')] || options.queue !== undefined;
  if (requests !== undefined) meters.push(windowMeter({ ...windowed, what: 'requests', limit: requests, burst, returns }));
  if (tokens !== undefined) meters.push(windowMeter({ ...windowed, what: 'tokens', limit: tokens, returns: true }));
  if (concurrent !== undefined) meters.push(placeMeter({ ...common, limit: concurrent, leaseMs: options.leaseMs }));
  const enforced = (rule.mode ?? options.mode) === 'enforce';
  return meters.map((meter) => ({ name, per, window: window.text, windowMs: window.ms, enforced, meter }));
}

/** Two limits of one name would count in one counter, and each would see the other's requests. */
function refuseTwins(all: readonly Limit[]): void {
  const seen = new Set<string>();
  for (const { name, meter } of all) {
    const own = `${name} (${meter.what})`;
    if (seen.has(own))
      throw new GatewayConfigError('rateLimit() cannot tell two rules apart.', [
        { path: 'rules', expected: 'a name of its own for each rule', received: `two rules ${own}` },
      ]);
    seen.add(own);
  }
}

type Phase = keyof Limits;

const metered: readonly Metered[] = ['requests', 'tokens', 'concurrent'];

function phaseOf(per: readonly Dimension[], what: Metered): Phase {
  return what === 'tokens' || per.includes('model') ? 'late' : 'early';
}

function inPhases(limits: readonly Limit[]): Limits {
  const ofPhase = (phase: Phase): Limit[] => limits.filter(({ per, meter }) => phaseOf(per, meter.what) === phase);
  return { early: ofPhase('early'), late: ofPhase('late') };
}

/** Phases in which no caller has more than one limit: none is given back because another one refuses. */
function lonelyPhases({ rules, plans }: ParsedRateLimitOptions): Record<Phase, boolean> {
  const most = (phase: Phase): number => countIn(phase, rules) + Math.max(0, ...Object.values(plans).map((own) => countIn(phase, own)));
  return { early: most('early') <= 1, late: most('late') <= 1 };
}

function countIn(phase: Phase, rules: readonly RuleOptions[]): number {
  const counted = rules.flatMap((rule) => metered.filter((what) => rule[what] !== undefined && phaseOf(rule.per, what) === phase));
  return counted.length;
}
