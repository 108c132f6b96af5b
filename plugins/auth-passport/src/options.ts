import { z } from '@express-ai-gateway/core/plugin';
import type { FoundPrincipal } from './found-principal.ts';

/** A strategy of Passport. */
export interface Strategy {
  authenticate(request: unknown, options?: unknown): unknown;
}

const strategyRule = 'a strategy of Passport, such as new BearerStrategy(…)';

export const passportAuthOptions = z.strictObject({
  strategy: z.custom<Strategy>((value) => typeof (value as Partial<Strategy> | undefined)?.authenticate === 'function', {
    error: strategyRule,
  }),
  /** Who a user of the strategy's is to the gateway. */
  principal: z.custom<(user: unknown, info: unknown) => FoundPrincipal>((value) => typeof value === 'function', { error: 'a function' }),
  /** Whether a request shows a credential of the strategy's kind; others are left to other authenticators. Default: it has `authorization`. */
  recognises: z
    .custom<(request: { readonly headers: Readonly<Record<string, unknown>> }) => boolean>((value) => typeof value === 'function', {
      error: 'a function',
    })
    .optional(),
  /** Where several are listed: `github` makes `auth-passport.github`. */
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, { error: 'lower-case letters, digits, dashes (32 at most)' })
    .optional(),
  /** Milliseconds that a strategy may take. */
  timeoutMs: z.int().min(1).max(60_000).default(5_000),
});

export type PassportAuthOptions = z.input<typeof passportAuthOptions>;
