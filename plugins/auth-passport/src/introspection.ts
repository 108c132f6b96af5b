import {
  Clock,
  definePlugin,
  type GatewayPlugin,
  GuardedFetch,
  Logger,
  parseOptions,
  presentedCredential,
  principal,
  Secret,
  z,
} from '@express-ai-gateway/core/plugin';
import type { FoundPrincipal } from './found-principal.ts';
import { endOf, holderOf, type Introspected, readIntrospected } from './introspected.ts';
import { beforeOthers } from './plugin.ts';
import { refusal } from './refusals.ts';
import { type TokenState, Tokens } from './tokens.ts';

const urlRule = 'an https URL, such as https://idp.example/introspect';
const textRule = 'a text that is not empty';
const text = z.string({ error: textRule }).min(1, { error: textRule });

const introspectionOptions = z.strictObject({
  /** RFC 7662's endpoint. */
  url: z.string({ error: urlRule }).refine((one) => URL.canParse(one) && /^https?:$/.test(new URL(one).protocol), { error: urlRule }),
  clientId: text,
  clientSecret: text.transform((secret) => new Secret(secret)),
  /** Of which one at least must stand in `aud`: a token that is meant for another API is none for this one. */
  audience: z.union([text, z.array(text).min(1)]).transform((one) => (typeof one === 'string' ? [one] : one)),
  issuer: text.optional(),
  /** Who a token is of. Default: `sub`, or else `client_id` as a service, with the scopes of `scope`. */
  principal: z.custom<(answer: Introspected) => FoundPrincipal>((value) => typeof value === 'function', { error: 'a function' }).optional(),
  /** Seconds that an answer is believed: so long a revoked token may work. */
  cacheSeconds: z.int().min(0).max(60, { error: '60 seconds at most' }).default(10),
  /** Seconds that the last answer goes on while the provider is away. */
  staleSeconds: z.int().min(0).max(30, { error: '30 seconds at most' }).default(30),
  /** Lets the URL lead to your own network, and be plain http there. */
  allowPrivate: z.boolean().default(false),
  timeoutMs: z.int().min(1).max(10_000).default(2_000),
  maxRemembered: z.int().min(1).default(10_000),
});

export type IntrospectionOptions = z.input<typeof introspectionOptions>;

type ParsedOptions = z.output<typeof introspectionOptions>;

/** Of an answer. Bytes. */
const maxBytes = 64 * 1024;

/** Lets in who shows a token that its provider says is active: opaque ones, and ones that may be revoked. Takes every credential: list it last. */
export function introspection(options: IntrospectionOptions): GatewayPlugin {
  const parsed = parseOptions('introspection()', introspectionOptions, options);
  return definePlugin({
    name: 'auth-introspection',
    requires: [GuardedFetch, Clock, Logger],
    provides: [principal],
    before: beforeOthers,
    create(_options, { guardedFetch, clock, logger }) {
      const { cacheSeconds, staleSeconds, maxRemembered } = parsed;
      const ask = (token: string): Promise<TokenState> => introspected(token, parsed, guardedFetch);
      const tokens = new Tokens({ ask, clock, logger, cacheSeconds, staleSeconds, maxRemembered });
      return {
        async onRequest(context) {
          const token = presentedCredential(context.headers);
          if (token === undefined) return;
          const known = await tokens.of(token);
          if (known.principal === undefined) throw refusal('TOKEN_INACTIVE', { challenge: 'Bearer error="invalid_token"' });
          context.set(principal, known.principal);
          known.principal = context.get(principal);
        },
        explain: () => 'lets in who shows a token that its provider says is active',
      };
    },
  })();
}

async function introspected(token: string, options: ParsedOptions, guardedFetch: GuardedFetch): Promise<TokenState> {
  const { url, clientId, clientSecret, timeoutMs, allowPrivate } = options;
  const credential = [clientId, clientSecret.reveal()].map(encodeURIComponent).join(':'); // RFC 6749 §2.3.1
  const { status, body } = await guardedFetch.fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(credential).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    timeoutMs,
    maxBytes,
    allowPrivate,
  });
  if (status !== 200) throw new Error(`it answered with status ${status}`);
  const answer = readIntrospected(body.toString('utf8'));
  return { principal: holderOf(answer, options), expiresAt: endOf(answer) };
}
