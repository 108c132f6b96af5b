import { type Clock, type CounterStore, GatewayConfigError } from '@express-ai-gateway/core/plugin';
import type { Meter } from './meter.ts';
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
  /** Told when a place was given back. */
  readonly freed: (limit: string, subject: string) => void;
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
  const common = options.rules.flatMap((rule) => limitsOf(rule, options, services));
  const plans = Object.entries(options.plans);
  const byPlan = new Map(plans.map(([plan, rules]) => [plan, rules.flatMap((rule) => limitsOf(rule, options, services, plan))]));
  const all = [...common, ...[...byPlan.values()].flat()];
  refuseTwins(all);
  const usual = inPhases([...common, ...(byPlan.get(options.defaultPlan ?? plans[0]?.[0] ?? '') ?? [])]);
  const ofPlan = new Map([...byPlan].map(([plan, limits]) => [plan, inPhases([...common, ...limits])]));
  return { all, of: (plan) => (plan === undefined ? usual : (ofPlan.get(plan) ?? usual)) };
}

function limitsOf(rule: RuleOptions, options: ParsedRateLimitOptions, services: RulesServices, plan?: string): Limit[] {
  const { per, window, requests, tokens, concurrent, burst } = rule;
  const { counters, clock, failed } = services;
  const whose = per.length === 0 ? 'all' : per.join('+');
  const name = rule.name ?? `${plan === undefined ? '' : `${plan}: `}${whose} ${window.text}`;
  const common = { name, instances: options.instances, counters, clock, failed };
  const meters: Meter[] = [];
  if (requests !== undefined) meters.push(windowMeter({ ...common, what: 'requests', limit: requests, windowMs: window.ms, burst }));
  if (tokens !== undefined) meters.push(windowMeter({ ...common, what: 'tokens', limit: tokens, windowMs: window.ms }));
  if (concurrent !== undefined) {
    const freed = (subject: string): void => services.freed(name, subject);
    meters.push(placeMeter({ ...common, limit: concurrent, leaseMs: options.leaseMs, freed }));
  }
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

function inPhases(limits: readonly Limit[]): Limits {
  const isLate = ({ per, meter }: Limit): boolean => meter.what === 'tokens' || per.includes('model');
  return { early: limits.filter((limit) => !isLate(limit)), late: limits.filter(isLate) };
}
