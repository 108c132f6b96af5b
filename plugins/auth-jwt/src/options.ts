import { createPublicKey } from 'node:crypto';
import { endpointPattern, weakSecret, z } from '@express-ai-gateway/core/plugin';

const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

const algorithmRule = `a list of ${[...asymmetric, ...symmetric].join(', ')}: which ones your issuer signs with is not the token's to say`;
const urlRule = 'an https URL, such as https://idp.example/.well-known/jwks.json';
const claim = z.string().min(1).max(200);

const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, { error: 'a scope (64 printable characters at most, no spaces)' });

const jwks = z.strictObject({
  /** Where the issuer publishes its keys. No key is fetched from anywhere else, whatever a token says. */
  url: z.string({ error: urlRule }).refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), { error: urlRule }),
  /** Lets the URL lead to your own network, and be plain http there. */
  allowPrivate: z.boolean().default(false),
  /** Seconds until the keys are fetched again. */
  maxAgeSeconds: z.int().min(1).default(600),
  /** Seconds between two fetches for keys that tokens name and nobody knows. */
  cooldownSeconds: z.int().min(1).default(30),
  /** Seconds that the last keys go on while the issuer is away. */
  staleSeconds: z.int().min(0).default(3_600),
  timeoutMs: z.int().min(1).max(10_000).default(2_000),
});

const pemRule = 'a public key in PEM (BEGIN PUBLIC KEY)';

/** Claims by their names, or paths with dots into objects: `org.id`. */
const claims = z.strictObject({
  id: claim.default('sub'),
  tenant: claim.optional(),
  app: claim.optional(),
  user: claim.optional(),
  plan: claim.optional(),
  /** A text with spaces between (RFC 8693), or a list. */
  scopes: claim.optional(),
  models: claim.optional(),
  metadata: z.record(z.string().min(1), claim).optional(),
});

const issuer = z
  .strictObject({
    /** Exactly what stands in `iss`. */
    issuer: z.string().min(1),
    /** Of which one at least stands in `aud`. */
    audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((one) => (typeof one === 'string' ? [one] : one)),
    algorithms: z
      .array(z.enum([...asymmetric, ...symmetric], { error: algorithmRule }), { error: algorithmRule })
      .min(1, { error: algorithmRule }),
    jwks: jwks.optional(),
    publicKey: z.string({ error: pemRule }).refine(isPublicKey, { error: pemRule }).optional(),
    secret: z
      .string()
      .superRefine((value, refinement) => {
        const problem = value.length < 32 ? 'at least 256 random bits' : weakSecret(value);
        if (problem !== undefined) refinement.addIssue({ code: 'custom', message: problem });
      })
      .optional(),
    claims: claims.prefault({}),
    /** Fields of the principal without which a token is refused. */
    required: z.array(z.enum(['tenant', 'app', 'user', 'plan', 'scopes', 'models'])).default([]),
    kind: z.enum(['user', 'service']).default('user'),
    /** Before the id of a principal, so that no two issuers' users are one. Default: the issuer and `#`. */
    idPrefix: z.string().optional(),
    /** Seconds that clocks may differ. */
    skewSeconds: z.int().min(0).max(60, { error: '60 seconds at most' }).default(30),
    /** Seconds since `iat` after which a token is refused, whatever its `exp`. */
    maxAgeSeconds: z.int().min(1).optional(),
    /** The `typ` of its header, such as `at+jwt` (RFC 9068). */
    type: z.string().min(1).optional(),
    /** Lets ID tokens in, which are made for a client and not for an API: known by `nonce`, `at_hash`, `c_hash`. */
    allowIdTokens: z.boolean().default(false),
  })
  .superRefine((given, refinement) => {
    const sources = (['jwks', 'publicKey', 'secret'] as const).filter((source) => given[source] !== undefined);
    const add = (path: string, message: string): void => refinement.addIssue({ code: 'custom', path: [path], message });
    if (sources.length !== 1) add('jwks', 'exactly one of jwks, publicKey, secret');
    const shared = given.algorithms.filter((one) => one.startsWith('HS'));
    if (shared.length > 0 && shared.length < given.algorithms.length)
      add('algorithms', 'either HS… or others: mixed, a public key could be taken for a secret');
    else if (sources.length === 1 && shared.length > 0 !== (sources[0] === 'secret'))
      add('algorithms', sources[0] === 'secret' ? 'HS… alone, with a secret' : 'none of HS…, which need a secret');
  });

export const jwtOptions = z.strictObject({
  issuers: z
    .array(issuer)
    .min(1, { error: 'at least one issuer' })
    .refine((issuers) => new Set(issuers.map((one) => one.issuer)).size === issuers.length, { error: 'each issuer once' }),
  /** Scopes that a token needs for an endpoint: `{ 'POST /v1/embeddings': ['embed'] }`. Of every rule that fits, all. */
  requiredScopes: z
    .record(z.string().regex(endpointPattern, { error: 'a path, perhaps with a method before it' }), z.array(scopeName).min(1))
    .default({}),
  /** Tokens whose verification is remembered, for a minute at most. */
  maxRemembered: z.int().min(1).default(10_000),
});

export type JwtOptions = z.input<typeof jwtOptions>;

export type Issuer = z.output<typeof issuer>;

function isPublicKey(pem: string): boolean {
  try {
    return pem.includes('PUBLIC KEY') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}
