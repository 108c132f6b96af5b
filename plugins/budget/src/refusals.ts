import { GatewayError } from '@express-ai-gateway/core/plugin';
import type { Budget } from './accounts.ts';

/** Nano-dollars as a person reads them; tokens as they are. */
export function shown(unit: Budget['unit'], amount: number): string {
  return unit === 'tokens' ? `${amount.toLocaleString('en')} tokens` : `$${(amount / 1e9).toFixed(amount < 1e7 ? 6 : 2)}`;
}

export interface ExhaustedBy {
  readonly budget: Budget;
  readonly needed: number;
  readonly spent: number;
  readonly held: number;
  readonly endsAt: number | undefined;
  readonly status: 402 | 429;
}

/** A decision, not a failure: clients are told not to try again. */
export function exhausted({ budget, needed, spent, held, endsAt, status }: ExhaustedBy): GatewayError {
  const { name, per, unit, limit } = budget;
  const whose = per.length === 0 ? 'all callers together' : `this ${per.join(' and ')}`;
  const until = endsAt === undefined ? 'It does not begin anew.' : `It begins anew at ${new Date(endsAt).toISOString()}.`;
  return new GatewayError({
    status,
    type: 'budget',
    code: 'BUDGET_EXCEEDED',
    message:
      `This request may use ${shown(unit, needed)}, and the budget "${name}" of ${whose} has ${shown(unit, Math.max(0, limit - spent - held))} left ` +
      `of ${shown(unit, limit)} (${shown(unit, held)} held by requests under way). Ask for less, or its operator for more. ${until}`,
    headers: { 'x-should-retry': 'false' },
  });
}

/** Nothing is spent that nobody can hold before. */
export function unbounded(target: string, why: string, budget: Budget): GatewayError {
  return new GatewayError({
    status: 402,
    type: 'budget',
    code: 'BUDGET_UNBOUNDED',
    message: `What this request costs at most is not known for ${target} (${why}), and the budget "${budget.name}" holds that before it lets anything go. Use another model, or tell its operator.`,
    headers: { 'x-should-retry': 'false' },
  });
}

export function unavailable(cause: unknown): GatewayError {
  return new GatewayError({
    status: 503,
    code: 'ACCOUNTING_UNAVAILABLE',
    message: 'The gateway cannot reach its accounts at the moment, so it lets nothing go that costs money. Try again in a second.',
    headers: { 'retry-after': '1' },
    retryable: true,
    cause,
  });
}
