import { z } from '@express-ai-gateway/core/plugin';

/** Who a budget is of. */
export const levels = ['tenant', 'app', 'user', 'key'] as const;

export type Level = (typeof levels)[number];

/** The largest limit in dollars: in nano-dollars it is still an integer that every store counts exactly. */
const maxDollars = 9_000_000;

const dollarRule = `an amount of dollars above 0, up to ${maxDollars.toLocaleString('en')}, with 9 decimals at most`;
const zoneRule = 'a time zone by its IANA name, such as Europe/Berlin';

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** Nano-dollars, exactly as the decimal digits say. */
function nanoDollars(dollars: number): number {
  return Math.round(dollars * 1e9);
}

const budget = z
  .strictObject({
    /** Part of the account's name: another name is another budget, with nothing spent. */
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, { error: 'letters, digits, dots, dashes (64 at most)' })
      .optional(),
    /** Whose: each tenant, each user of a tenant, … has one. `[]`: one for all. */
    per: z.array(z.enum(levels)).max(levels.length).default(['tenant']),
    dollars: z
      .number({ error: dollarRule })
      .positive({ error: dollarRule })
      .max(maxDollars, { error: dollarRule })
      .refine((value) => Number(value.toFixed(9)) === value, { error: dollarRule })
      .transform(nanoDollars)
      .optional(),
    tokens: z.int().min(1).max(1_000_000_000_000_000).optional(),
    window: z.enum(['day', 'week', 'month', 'once']).default('month'),
    timeZone: z.string().refine(isZone, { error: zoneRule }).default('UTC'),
  })
  .refine(({ dollars, tokens }) => (dollars === undefined) !== (tokens === undefined), { error: 'either dollars or tokens' });

export type BudgetRule = z.output<typeof budget>;

export const budgetOptions = z.strictObject({
  budgets: z.array(budget).min(1).max(20),
  /** Tokens that an answer may have where the request sets no maximum. */
  maxOutputTokens: z.int().min(1).max(1_000_000).default(4_096),
  /** What becomes of a call that no bound is known of: its price, or what it may use. */
  unbounded: z.enum(['reject', 'allow']).default('reject'),
  /** The status of a refusal. Clients try a 429 again. */
  status: z.union([z.literal(402), z.literal(429)]).default(402),
  /** Shares of a limit that are told when they are reached. */
  thresholds: z.array(z.number().gt(0).max(1)).max(10).default([0.5, 0.8, 1]),
});

export type BudgetOptions = z.input<typeof budgetOptions>;

export type ParsedBudgetOptions = z.output<typeof budgetOptions>;
