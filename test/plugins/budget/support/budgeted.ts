import type { GatewayConfig } from '../../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../../core/src/define-plugin.ts';
import type { Cost, Principal } from '../../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { BudgetStore, memoryBudgetStore } from '../../../../core/src/services/budget-store.ts';
import { Clock } from '../../../../core/src/services/clock.ts';
import { provide } from '../../../../core/src/services/container.ts';
import { Ledger, memoryLedger } from '../../../../core/src/services/ledger.ts';
import { cost } from '../../../../core/src/slot.ts';
import type { BudgetOptions } from '../../../../plugins/budget/src/options.ts';
import { budget } from '../../../../plugins/budget/src/plugin.ts';
import { modelData } from '../../../../services/model-data/src/service.ts';
import { type Answer, running, type Upstream, upstream } from '../../../core/harness/loopback.ts';
import { manualClock } from '../../../core/harness/manual-clock.ts';
import { believing } from '../../support/believing.ts';

export interface BudgetedSetup {
  readonly config?: Partial<GatewayConfig>;
  readonly answer?: Upstream;
  readonly store?: (store: BudgetStore) => BudgetStore;
  readonly plugins?: readonly GatewayPlugin[];
  readonly startsAt?: string;
}

/** Nano-dollars of a token. */
export const price = { input: 1_000, output: 10_000 } as const;

/** A gateway with budgets, before a provider whose model `m` costs $1 and $10 per million tokens, and whose model `free` has no price. */
export async function budgeted(
  options: BudgetOptions,
  { config = {}, answer, store: wrapped = (own) => own, plugins = [], startsAt = '2026-11-25T12:00:00Z' }: BudgetedSetup = {},
) {
  const up = await upstream(answer);
  const clock = manualClock(Date.parse(startsAt));
  const store = memoryBudgetStore(clock);
  const ledger = memoryLedger();
  const costs: (Cost | undefined)[] = [];
  const observing = definePlugin({
    name: 'observing',
    create: () => ({ onRequest: (context) => void context.onSettled(() => void costs.push(context.get(cost))) }),
  });
  const run = await running(up.url, {
    providers: [
      openaiCompatible({ name: 'up', baseUrl: `${up.url}/v1` }),
      openaiCompatible({ name: 'spare', baseUrl: `${up.url}/spare/v1` }),
    ],
    models: { chat: 'up/m', unknown: 'up/no-such-model', both: ['up/m', 'spare/m'] },
    ...config,
    plugins: [observing(), believing, ...plugins, budget(options)],
    allowAnonymous: false,
    services: [
      ...modelData({ models: { m: { contextTokens: 10_000, maxOutputTokens: 1_000, prices: { input: 1, output: 10 } } } }),
      provide(BudgetStore, wrapped(store)),
      provide(Clock, clock),
      provide(Ledger, ledger),
      ...(config.services ?? []),
    ],
  });
  const ask = (body: object = {}, who: Partial<Principal> = {}, signal?: AbortSignal): Promise<Answer> =>
    run.chat(body, { headers: { 'x-who': JSON.stringify({ id: 'ann', kind: 'key', tenant: 'acme', ...who }) }, ...(signal && { signal }) });
  return { ...run, up, clock, store, ledger, costs, ask };
}
