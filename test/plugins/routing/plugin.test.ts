import { contractCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import type { RoutingReason } from '../../../plugins/routing/src/decision.ts';
import byName, * as index from '../../../plugins/routing/src/index.ts';
import { routing } from '../../../plugins/routing/src/plugin.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { hooksOf } from './context.ts';
import { several } from './gateway.ts';

const {
  abTest,
  byTier,
  canary,
  capabilities,
  leastBusy,
  lowestCost,
  lowestLatency,
  priority,
  region,
  roundRobin,
  shadow,
  sticky,
  weighted,
  when,
} = routing;

const plugins: readonly (() => GatewayPlugin)[] = [
  () => abTest({ name: 'kit', arms: { only: { percent: 100, use: ['nowhere/m'] } } }),
  () => byTier({ default: ['*'] }),
  () => canary({ to: 'kit/m', percent: 0 }),
  () => capabilities(),
  () => leastBusy(),
  () => lowestCost(),
  () => lowestLatency(),
  () => priority(),
  () => region({ regions: { here: ['kit/*'] }, default: 'here' }),
  () => roundRobin(),
  () => shadow({ to: 'kit/m', share: 0 }),
  () => sticky(),
  () => weighted({ 'kit/*': 1 }),
  () => when([{ if: { tokens: { min: 0 }, tools: false }, prefer: 'kit/*' }]),
];

describe('every strategy', () => {
  it('is exported by its name, alone and with the others', () => {
    expect(byName).toBe(routing);
    for (const [name, factory] of Object.entries(routing)) expect(index).toHaveProperty(name, factory);
  });

  it('stands after who may refuse and before money and cache, and says so when it does not', async () => {
    const made = (name: string): GatewayPlugin => definePlugin({ name, create: () => ({}) })();
    for (const plugin of plugins) {
      await expect(several(['a'], { plugins: [made('budget'), plugin()] })).rejects.toThrow(/to stand before budget/);
      await expect(several(['a'], { plugins: [plugin(), made('redaction')] })).rejects.toThrow(/to stand after redaction/);
    }
  });

  it('has a name of its own, and words to explain itself', () => {
    expect(new Set(plugins.map((plugin) => plugin().name)).size).toBe(plugins.length);
    for (const plugin of plugins) expect(hooksOf(plugin()).explain?.({ dialect: 'openai-chat', model: 'chat' })).toMatch(/\w/);
  });

  it('composes with the others: each leaves its reason in their order, and in the debug log', async () => {
    const logger = recordingLogger(['debug']);
    let reasons: readonly RoutingReason[] | undefined;
    const last = definePlugin({
      name: 'last',
      create: () => ({
        beforeRoute(context) {
          reasons = context.get(index.routingReasons);
        },
      }),
    })();
    const list = [when([{ if: {}, only: ['a/*', 'b/*'] }]), canary({ to: 'c/m', percent: 100 }), sticky(), priority(), last];
    const { chat, gateway } = await several(['a', 'b', 'c'], { plugins: list, services: [provide(Logger, logger)] });
    await chat({ user: 'alice' });
    expect(reasons?.map(({ strategy }) => strategy)).toEqual(['routing.when', 'routing.canary', 'routing.sticky', 'routing.priority']);
    expect(reasons?.[0]).toMatchObject({ kept: ['a/m', 'b/m'], excluded: [{ target: 'c/m' }] });
    expect(reasons?.[1]?.kept).toEqual(['c/m', 'a/m', 'b/m']);
    expect(logger.lines.filter(({ message }) => message.startsWith('routing.'))).toHaveLength(4);
    const explained = gateway.explain({ body: { model: 'chat', messages: [] } });
    expect(explained.plugins.find(({ name }) => name === 'routing.canary')?.says).toBe('100 % of the callers meet c/m first');
  });
});

/** Those with hooks of their own kind; the rest, which only put targets in order, stand before one of them. */
const [alone, others] = ((): [(() => GatewayPlugin)[], (() => GatewayPlugin)[]] => {
  const own = new Set(['routing.lowest-latency', 'routing.region', 'routing.when']);
  return [plugins.filter((plugin) => own.has(plugin().name)), plugins.filter((plugin) => !own.has(plugin().name))];
})();

for (const plugin of alone)
  describe(`${plugin().name} keeps the contract of plugins`, () => {
    for (const { name, run } of contractCases({ plugin })) it(name, run);
  });

describe('the others keep the contract of plugins, all in one list', () => {
  const [last, ...earlier] = others;
  if (last === undefined) throw new Error('there are others');
  for (const { name, run } of contractCases({ plugin: last, earlier: () => earlier.map((make) => make()) })) it(name, run);
});

describe('routing.shadow keeps the contract while it mirrors', () => {
  // A mirrored call is an exchange of its own; `symmetry` counts on there being one.
  const cases = contractCases({ plugin: () => shadow({ to: 'kit/m', share: 1, perMinute: 10_000 }) });
  for (const { name, run } of cases.filter(({ check }) => check !== 'symmetry')) it(name, run);
});
