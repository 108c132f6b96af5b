import { z } from '@express-ai-gateway/core/plugin';

/** What a limit may be counted by. */
export const dimensions = ['key', 'user', 'tenant', 'app', 'plan', 'endpoint', 'model', 'ip'] as const;

export type Dimension = (typeof dimensions)[number];

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `30s`, `1m`, `12h`, `7d`. */
function milliseconds(text: string): number {
  return Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];
}

const windowRule = 'a time of at most 31 days, such as 1s, 1m, 12h or 7d';
const count = z.int().min(1).max(1_000_000_000_000);

const window = z
  .string({ error: windowRule })
  .regex(/^[1-9]\d{0,6}[smhd]$/, { error: windowRule, abort: true })
  .refine((text) => milliseconds(text) <= 31 * unitMs.d, { error: windowRule })
  .transform((text) => ({ text, ms: milliseconds(text) }));

const ruleName = 'letters, digits, dots, dashes, colons, plus signs and spaces (64 at most)';

const rule = z
  .strictObject({
    /** Shown to callers and in logs, and part of the counter's key. Default: what it counts by, and its window. */
    name: z
      .string()
      .regex(/^[\w.:+ -]{1,64}$/, { error: ruleName })
      .optional(),
    /** Every combination of these has counters of its own; with none of them all callers share one. */
    per: z.array(z.enum(dimensions)).max(dimensions.length).default(['key']),
    /** Requests in a window. */
    requests: count.optional(),
    /** Tokens in a window, of prompts and answers: taken by estimate, corrected by what the provider reports. */
    tokens: count.optional(),
    /** Requests at the same time. */
    concurrent: z.int().min(1).max(100_000).optional(),
    /** A window begins with the first request that it counts. */
    window: window.prefault('1m'),
    /** Requests beyond `requests`, once in ten windows. */
    burst: count.optional(),
    /** `shadow`: logs what it would refuse. Default: that of the plugin. */
    mode: z.enum(['enforce', 'shadow']).optional(),
  })
  .refine(({ requests, tokens, concurrent }) => (requests ?? tokens ?? concurrent) !== undefined, {
    error: 'a rule with requests, tokens or concurrent',
  })
  .refine(({ burst, requests }) => burst === undefined || requests !== undefined, { error: 'burst beside requests', path: ['burst'] });

export type RuleOptions = z.output<typeof rule>;

export const rateLimitOptions = z
  .strictObject({
    /** Held for every caller, all at once. */
    rules: z.array(rule).max(50).default([]),
    /** Rules for callers of a plan, besides those for all. */
    plans: z.record(z.string().regex(/^[\w.-]{1,64}$/), z.array(rule).max(50)).default({}),
    /** Whose rules hold for callers with no plan, or one that is not listed. Default: the first plan. */
    defaultPlan: z.string().optional(),
    /** `shadow`: logs what would be refused, and refuses nothing. */
    mode: z.enum(['enforce', 'shadow']).default('enforce'),
    /** Processes of this gateway: while the store is away, each lets in its share of a limit. */
    instances: z.int().min(1).max(10_000).default(1),
    /** Milliseconds after which the place of a request under way is free again even if its process died. */
    leaseMs: z.int().min(1_000).max(86_400_000).default(900_000),
    /** Tokens that an answer is expected to have where the request does not say. */
    expectedOutputTokens: z.int().min(0).max(1_000_000).default(500),
    /** Bits of an IPv6 address that are one caller: providers give a whole network to each customer. */
    ipv6Prefix: z.int().min(32).max(128).default(56),
    /** Requests over a limit wait for their turn instead of being refused. */
    queue: z
      .strictObject({
        /** Milliseconds that one waits at most. */
        deadlineMs: z.int().min(1).max(60_000).default(2_000),
        /** Requests that wait at the same time, in this process. */
        max: z.int().min(1).max(100_000).default(100),
      })
      .optional(),
  })
  .refine(({ rules, plans }) => rules.length > 0 || Object.keys(plans).length > 0, { error: 'rules, plans or both' })
  .refine(({ plans, defaultPlan }) => defaultPlan === undefined || Object.hasOwn(plans, defaultPlan), {
    error: 'one of plans',
    path: ['defaultPlan'],
  })
  .refine(({ plans, defaultPlan }) => defaultPlan !== undefined || !Object.keys(plans).some((name) => /^\d+$/.test(name)), {
    error: 'the name of a plan, for objects list numbers first, wherever they stand',
    path: ['defaultPlan'],
  });

export type RateLimitOptions = z.input<typeof rateLimitOptions>;

export type ParsedRateLimitOptions = z.output<typeof rateLimitOptions>;
