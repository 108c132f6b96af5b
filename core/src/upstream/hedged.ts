import { gatewayError } from '../errors.ts';
import type { GatewayResponse } from '../model/response.ts';
import { RetryBudget } from '../resilience/retry-budget.ts';
import type { CallSettings } from '../resilience/settings.ts';
import type { TargetStates } from '../resilience/target-states.ts';
import type { Clock } from '../services/clock.ts';
import type { Signals } from '../services/signals.ts';
import type { Journey, Travel } from './along-targets.ts';
import { PartScope } from './scope.ts';

export interface HedgedParts {
  readonly states: TargetStates;
  readonly signals: Signals;
  readonly settings: (model: string, target: string) => CallSettings;
}

/** Milliseconds over which the share of hedged calls is counted. */
const windowMs = 60_000;

/**
 * Asks the second target as well when the first takes longer to begin than 19 of 20 calls did: whoever begins first answers, the
 * other is given up. What that costs is bounded as a share of all calls.
 */
export function hedged(parts: HedgedParts, clock: Clock, travel: Travel): Travel {
  const budgets = new Map<number, RetryBudget>();
  return (journey) => {
    const call = journey.exchange.requireCall();
    const { targets } = parts.states.order(journey.targets);
    const [first, second] = targets;
    if (first === undefined || second === undefined || journey.kind !== 'first' || call.states.length > 0) return travel(journey);
    const { hedge } = parts.settings(call.model, first.id);
    if (hedge === false) return travel(journey);
    let budget = budgets.get(hedge.share);
    if (budget === undefined) {
      budget = new RetryBudget(clock, { ratio: hedge.share, minimum: 1, windowMs });
      budgets.set(hedge.share, budget);
    }
    budget.requested();
    const { streams, wholes } = parts.states.of(first.id);
    const p95 = (call.stream ? streams : wholes).p95Ms;
    if (p95 === undefined) return travel(journey);
    return race(parts, { ...journey, targets }, Math.max(p95, hedge.minMs), budget, travel);
  };
}

async function race(parts: HedgedParts, journey: Journey, waitMs: number, budget: RetryBudget, travel: Travel): Promise<GatewayResponse> {
  const { exchange, targets, scope } = journey;
  const main = new PartScope(scope);
  const begun = new Set<string>();
  const runs = [begin(travel, { ...journey, scope: main, begun }, main)];
  const hedge = new Promise<'late'>((resolve) => {
    const timer = exchange.clock.after(waitMs, () => resolve('late'));
    void runs[0]?.settled.then(() => timer.cancel());
  });
  const early = await Promise.race([runs[0]?.settled, hedge]);
  const others = targets.filter(({ id }) => !begun.has(id));
  const [second] = others;
  if (early === 'late' && second !== undefined && scope.stopped === undefined && budget.take()) {
    parts.signals.emit('hedge', { exchange: exchange.id, from: [...begun].at(-1) ?? '', to: second.id });
    const other = new PartScope(scope);
    runs.push(begin(travel, { ...journey, targets: others, scope: other, kind: 'hedge' }, other));
  }
  return firstOf(runs);
}

interface Run {
  readonly scope: PartScope;
  readonly answer: Promise<GatewayResponse>;
  /** When the answer began or failed. */
  readonly settled: Promise<unknown>;
}

function begin(travel: Travel, journey: Journey, scope: PartScope): Run {
  const answer = travel(journey);
  return { scope, answer, settled: answer.catch(() => {}) };
}

/** The answer that begins first; the others are given up. The first run's error, when all fail: it was the operator's choice. */
async function firstOf(runs: readonly Run[]): Promise<GatewayResponse> {
  try {
    const { answer, scope } = await Promise.any(runs.map(async (run) => ({ answer: await run.answer, scope: run.scope })));
    for (const run of runs) if (run.scope !== scope) run.scope.cancel(gatewayError('GW_HEDGE_LOST'));
    return answer;
  } catch {
    return (runs[0] as Run).answer;
  }
}
