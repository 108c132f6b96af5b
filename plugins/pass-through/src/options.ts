import { type HandoffMethod, type Provider, z } from '@express-ai-gateway/core/plugin';

const pathRule = 'a path of the provider, such as /v1/audio/*, with one * at most';

const path = z
  .string({ error: pathRule })
  .regex(/^\/[\w\-.~!$&'()+,;=:@/]+\*?[\w\-.~!$&'()+,;=:@/]*$/, { error: pathRule })
  .refine((text) => !/\/\/|\/\.{1,2}(?:\/|$)/.test(text), { error: 'a path without empty or dotted segments' });

const milliseconds = z.int().positive();

const ruleSchema = z.strictObject({
  /** The provider's own value, as in the gateway's `providers`: destination and credential come from it alone. */
  provider: z.custom<Provider>(isProvider, { error: 'a provider such as openai({ apiKey })' }),
  methods: z.array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies HandoffMethod[])).min(1, { error: 'at least one method' }),
  /** Below the provider's origin, base path included. A `*` stands for any rest; `/v1/files*` is `/v1/files` and all below it. */
  paths: z.array(path).min(1, { error: 'at least one path' }),
});

export const passThroughOptions = z.strictObject({
  allow: z.array(ruleSchema).min(1, { error: 'at least one rule' }),
  /** Bytes of a request's body. */
  maxBodyBytes: z
    .int()
    .positive()
    .default(512 * 1024 * 1024),
  /** Milliseconds, in place of the gateway's own. */
  timeouts: z
    .strictObject({ connectMs: milliseconds.optional(), idleMs: milliseconds.optional(), totalMs: milliseconds.optional() })
    .default({}),
  /** What happens to requests that would run a batch: work that nobody here meters. */
  batches: z.enum(['refuse', 'allow']).default('refuse'),
});

export type PassThroughOptions = z.input<typeof passThroughOptions>;

export type Rule = z.output<typeof ruleSchema>;

function isProvider(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { readonly kind?: unknown }).kind === 'provider';
}
