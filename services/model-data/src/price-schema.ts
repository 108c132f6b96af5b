import { billedTools, z } from '@express-ai-gateway/core/plugin';
import { tokenKinds } from './price-list.ts';
import { serviceTier, standard } from './service-tier.ts';
import { unknownKeys } from './unknown-keys.ts';

const dollarsRule = 'US dollars per million tokens, 0 to 1,000,000';
const dollars = z.number({ error: dollarsRule }).min(0, { error: dollarsRule }).max(1_000_000, { error: dollarsRule });
const feeRule = 'US dollars per 1,000 calls, 0 to 1,000,000';
const fee = z.number({ error: feeRule }).min(0, { error: feeRule }).max(1_000_000, { error: feeRule });
const lengthRule = 'a whole number of input tokens, 1 or more';
const length = z.int({ error: lengthRule }).min(1, { error: lengthRule });

const listRule = 'prices in US dollars per million tokens';
const list = { ...Object.fromEntries(tokenKinds.map((kind) => [kind, dollars.optional()])), input: dollars };

const stepFields = { above: length, ...list };
const stepsRule = 'a list of prices for longer inputs, each with another length';
const steps = z
  .array(z.strictObject(stepFields, { error: unknownKeys(listRule, stepFields) }), { error: stepsRule })
  .refine((given) => isDistinct(given.map(({ above }) => above)), { error: stepsRule });

const tierFields = { ...list, steps: steps.optional() };
const tierRule = 'a service tier as its provider reports it, in lower case; the standard one has the prices themselves';
const tiers = z.record(
  z.string().refine((name) => name.split('+').every((part) => part !== standard && serviceTier(part) === part), { error: tierRule }),
  z.strictObject(tierFields, { error: unknownKeys(listRule, tierFields) }),
  { error: (issue) => (issue.code === 'invalid_key' ? tierRule : 'prices by service tier') },
);

const fees = Object.fromEntries(billedTools.map((tool) => [tool, fee.optional()]));
const fromRule = 'the day from which they hold (2026-10-01, by UTC), or a time with its zone (2026-10-01T00:00:00+02:00)';
const from = z.string({ error: fromRule }).refine(isStart, { error: fromRule });

const priceFields = {
  ...tierFields,
  from: from.optional(),
  fees: z.strictObject(fees, { error: unknownKeys(feeRule, fees) }).optional(),
  tiers: tiers.optional(),
};
const one = z.strictObject(priceFields, { error: unknownKeys(listRule, priceFields) });
const listedRule = 'one or more lists of prices, each with another `from`; one of them may have none';
const listed = z
  .array(one, { error: listedRule })
  .min(1, { error: listedRule })
  .refine((given) => isDistinct(given.map((prices) => (prices.from === undefined ? undefined : Date.parse(prices.from)))), {
    error: listedRule,
  });

/** Prices of one's own: one list, or several that hold one after the other. A union would say that neither fits, but not why. */
export const prices = z.unknown().check((context) => {
  const { error } = (Array.isArray(context.value) ? listed : one).safeParse(context.value);
  for (const issue of error?.issues ?? []) context.issues.push({ ...issue, input: context.value } as (typeof context.issues)[number]);
});

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function isStart(text: string): boolean {
  return z.iso.date().safeParse(text).success || z.iso.datetime({ offset: true }).safeParse(text).success;
}
