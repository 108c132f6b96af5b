import { type AttemptEnd, cost, type ExchangeContext } from '@express-ai-gateway/core/plugin';
import type { Charge } from './charge.ts';

interface Sum {
  nanoDollars: bigint | undefined;
  why: string | undefined;
}

/** What exchanges cost: the sum of their attempts, in the slot `cost` once the last of them has ended. */
export function costs(table: string) {
  const sums = new WeakMap<ExchangeContext, Sum>();

  function publish(exchange: ExchangeContext, { nanoDollars, why }: Sum): void {
    if (exchange.get(cost) === undefined) exchange.set(cost, { nanoDollars, table, ...(why !== undefined && { why }) });
  }

  return {
    /** `dollars`: nano-dollars of what its provider reported. */
    note(exchange: ExchangeContext, { outcome }: AttemptEnd, charge: Charge, dollars: number | undefined, why: string | undefined): void {
      let sum = sums.get(exchange);
      if (sum === undefined) {
        const made: Sum = { nanoDollars: 0n, why: undefined };
        sum = made;
        sums.set(exchange, made);
        exchange.onSettled(() => publish(exchange, made)); // where no attempt was the last in time
      }
      if (charge.kind !== 'free') {
        if (dollars === undefined) {
          sum.nanoDollars = undefined;
          sum.why = why ?? 'an attempt ended without saying what it used';
        } else if (sum.nanoDollars !== undefined) sum.nanoDollars += BigInt(dollars);
      }
      if (outcome === 'completed') publish(exchange, sum);
    },
  };
}
