import { endpointPattern, weakSecret, z } from '@express-ai-gateway/core/plugin';

const endpointRule = 'a path below the mount, with * for any characters and perhaps a method before it: "POST /v1/embeddings", "/v1/*"';

export const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, { error: 'a scope (64 printable characters at most, no spaces)' });

export const endpoint = z.string({ error: endpointRule }).max(200).regex(endpointPattern, { error: endpointRule });

/** RFC 6749 §3.3: what a scope may be called. */
const scopeRules = z.record(endpoint, z.array(scopeName).min(1, { error: 'at least one scope' }));

export const apiKeysOptions = z.strictObject({
  /** What keys are hashed with besides themselves: whoever has the store alone cannot try keys. At least 128 random bits; changed, it ends every key. */
  pepper: z.string({ error: 'at least 128 random bits, e.g. of "openssl rand -base64 32"' }).superRefine((value, refinement) => {
    const problem = weakSecret(value);
    if (problem !== undefined) refinement.addIssue({ code: 'custom', message: problem });
  }),
  /** Stands in new keys, and keys of another are refused: `gw_live_…` does not work where `test` is. */
  environment: z
    .string()
    .regex(/^[a-z0-9]{1,16}$/, { error: 'lower-case letters and digits (16 at most)' })
    .default('live'),
  /** Scopes that a key needs for an endpoint: `{ 'POST /v1/embeddings': ['embed'] }`. Of every rule that fits, all. */
  requiredScopes: scopeRules.default({}),
  /** Milliseconds that a key is used as it was read before it is read again: so long a revoked one may work. 1,000 at most. */
  freshMs: z.int().min(1).max(1_000).default(500),
  /** Milliseconds that keys are used as they were last read while the store is away. 30,000 at most. */
  staleMs: z.int().min(0).max(30_000).default(30_000),
  /** Keys that are remembered between requests. */
  maxRemembered: z.int().min(1).default(10_000),
  /** Milliseconds between two times that the last use of keys is written down. */
  usedEveryMs: z.int().min(1_000).default(30_000),
});

export type ApiKeysOptions = z.input<typeof apiKeysOptions>;
