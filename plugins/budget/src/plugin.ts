import { randomUUID } from 'node:crypto';
import {
  type AttemptContext,
  type AttemptEnd,
  BudgetStore,
  Clock,
  definePlugin,
  type ExchangeContext,
  type GatewayError,
  type HoldPart,
  Ledger,
  Logger,
  ModelCatalog,
  PriceBook,
  type PricedCall,
  principal,
  Signals,
} from '@express-ai-gateway/core/plugin';
import { accountOf, type Budget, budgetOf } from './accounts.ts';
import { boundsOf } from './bounds.ts';
import { chargeOf, dollarsOf, tokensOf } from './charge.ts';
import { costs } from './costs.ts';
import { budgetOptions } from './options.ts';
import { exhausted, unavailable, unbounded } from './refusals.ts';
import { Settlements } from './settlements.ts';
import { reached } from './thresholds.ts';

/** A part of a hold, and whose budget it is. */
interface Held extends HoldPart {
  readonly budget: Budget;
}

/** Budgets that cannot be overspent: every attempt holds the most it can cost before it goes out, and is settled once after it. */
export const budget = definePlugin({
  name: 'budget',
  options: budgetOptions,
  requires: [BudgetStore, PriceBook, ModelCatalog, Ledger, Signals, Clock, Logger],
  before: ['cache'],
  create(options, { budgets: store, prices, catalog, ledger, signals, clock, logger }) {
    const budgets = options.budgets.map(budgetOf);
    refuseTwins(budgets);
    const settlements = new Settlements({ store, clock, logger });
    const spent = costs(prices.table);
    const inDollars = budgets.some(({ unit }) => unit === 'dollars');

    /** What each budget has to hold for the attempt, priced once for all of them; an error where that is not known. */
    function partsOf(attempt: AttemptContext): readonly Held[] | GatewayError {
      const { target, exchange } = attempt;
      const who = exchange.get(principal);
      const now = clock.now();
      const bounds = boundsOf(attempt, catalog, options.maxOutputTokens);
      const parts: Held[] = [];
      if (bounds.kind === 'free') return parts;
      const worst = bounds.kind === 'bounded' && inDollars ? prices.figure(target, bounds.usage, pricedCall(exchange, now)) : undefined;
      for (const one of budgets) {
        if (bounds.kind === 'unbounded') return unbounded(target.id, bounds.why, one);
        const amount = one.unit === 'tokens' ? bounds.usage.inputTokens + bounds.usage.outputTokens : dollarsOf(worst);
        if (amount === undefined) return unbounded(target.id, worst?.why ?? 'its price is not known', one);
        parts.push({ budget: one, ...accountOf(one, who, now), amount, limit: one.limit });
      }
      return parts;
    }

    /** Holds it all, or refuses. What becomes of a hold whose answer is lost nobody knows: it is ended, whenever it may arrive. */
    async function held(id: string, parts: readonly Held[]): Promise<void> {
      let outcome: Awaited<ReturnType<BudgetStore['hold']>>;
      try {
        outcome = await store.hold(id, parts);
      } catch (error) {
        void settlements.settle(id, nothingOf(parts));
        throw unavailable(error);
      }
      if (outcome.kind === 'held') return;
      if (outcome.kind === 'over') throw unavailable(new Error('the hold was over before it began'));
      const { budget: one, amount, endsAt } = parts[outcome.at] as Held;
      const { spent: used = 0, held: underWay = 0 } = outcome.states[outcome.at] ?? {};
      throw exhausted({ budget: one, needed: amount, spent: used, held: underWay, endsAt, status: options.status });
    }

    /** Books what the attempt cost, writes its line, tells of thresholds. */
    async function settle(id: string, parts: readonly Held[], attempt: AttemptContext, end: AttemptEnd, startedAt: number): Promise<void> {
      const { exchange, target } = attempt;
      const charge = chargeOf(end);
      const figure = charge.kind === 'used' ? prices.figure(target, charge.usage, pricedCall(exchange, startedAt)) : undefined;
      const dollars = dollarsOf(figure);
      const booked = parts.map((part) => {
        const real = charge.kind === 'used' ? (part.budget.unit === 'tokens' ? tokensOf(charge.usage) : dollars) : undefined;
        return { ...part, amount: charge.kind === 'free' ? 0 : (real ?? part.amount) };
      });
      spent.note(exchange, end, charge, dollars, figure?.why);
      void ledger
        .append({
          attempt: attempt.id,
          exchange: exchange.id,
          at: startedAt,
          principal: exchange.get(principal)?.id,
          tenant: exchange.get(principal)?.tenant,
          target: target.id,
          purpose: exchange.parent === undefined ? 'answer' : 'auxiliary',
          outcome: end.outcome,
          usage: end.usage,
          cost: charge.kind === 'free' ? 0n : dollars === undefined ? undefined : BigInt(dollars),
        })
        .catch((error: unknown) =>
          logger.log('error', 'A line of the ledger was not written.', { attempt: attempt.id, error: String(error) }),
        );
      if (booked.length === 0) return;
      const outcome = await settlements.settle(id, booked);
      if (outcome === undefined || outcome.repeated) return;
      for (const [at, { budget: one, amount, account }] of booked.entries()) {
        const most = parts[at]?.amount ?? 0;
        if (amount > most)
          logger.log('error', `A provider says that it used more than its own API promises; the budget "${one.name}" is charged in full.`, {
            target: target.id,
            attempt: attempt.id,
            held: most,
            charged: amount,
          });
        for (const share of reached(options.thresholds, outcome.states[at]?.spent ?? 0, amount, one.limit)) {
          logger.log('warn', `The budget "${one.name}" is spent to ${share * 100} %.`, { account, limit: one.limit, unit: one.unit });
          signals.emit('budget-threshold', { budget: one.name, account, share, limit: one.limit, unit: one.unit });
        }
      }
    }

    return {
      async attempt(attempt) {
        const startedAt = clock.now();
        const found = partsOf(attempt);
        if (!Array.isArray(found) && options.unbounded === 'reject') throw found;
        const parts: readonly Held[] = Array.isArray(found) ? found : [];
        const id = randomUUID(); // an exchange's id may be the client's own
        if (parts.length > 0) await held(id, parts);
        // Not waited for: it may take until the store is back, and `dispose` sees to what is left.
        attempt.onSettled((end) => void settle(id, parts, attempt, end, startedAt));
      },
      dispose: () => settlements.close(),
      explain: () =>
        `holds the most that a call can cost on ${budgets.length} budget${budgets.length === 1 ? '' : 's'} (${budgets.map(({ name }) => name).join(', ')}), by ${prices.table}`,
    };
  },
});

function nothingOf(parts: readonly Held[]): readonly Held[] {
  return parts.map((part) => ({ ...part, amount: 0 }));
}

/** What changes the price of a call beside its tokens. */
function pricedCall({ call }: ExchangeContext & { readonly call: AttemptContext['exchange']['call'] }, at: number): PricedCall {
  const tier = call.opaque === true ? undefined : call.body.service_tier;
  return typeof tier === 'string' ? { at, serviceTier: tier } : { at };
}

/** Two budgets of one name would spend from one account. */
function refuseTwins(budgets: readonly Budget[]): void {
  const names = budgets.map(({ name }) => name);
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin !== undefined) throw new TypeError(`budget(): budgets: expected a name of its own for each, received two named ${twin}`);
}
