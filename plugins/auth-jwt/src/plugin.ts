import {
  Clock,
  definePlugin,
  GatewayError,
  GuardedFetch,
  Logger,
  type Principal,
  presentedCredential,
  principal,
  type RequestContext,
  requiredScopes,
} from '@express-ai-gateway/core/plugin';
import { TokenIssuer } from './issuer.ts';
import { jwtOptions } from './options.ts';
import { refusal, Unfit } from './refusals.ts';
import { digestOf, Remembered } from './remembered.ts';
import { isTokenLike, type ReadToken, readToken } from './token.ts';

/** Lets in who shows a JWT of an identity provider that is known here, as whom its claims say. */
export const jwt = definePlugin({
  name: 'auth-jwt',
  options: jwtOptions,
  requires: [GuardedFetch, Clock, Logger],
  provides: [principal],
  before: ['rate-limit', 'redaction', 'guardrails', 'prompt-optimizer', 'routing', 'budget', 'cache'],
  create({ issuers, requiredScopes: rules, maxRemembered }, { guardedFetch, clock, logger }) {
    const byName = new Map(issuers.map((options) => [options.issuer, new TokenIssuer(options, { guardedFetch, clock, logger })]));
    const remembered = new Remembered(maxRemembered);
    const checkScopes = requiredScopes(rules);

    function letIn(context: RequestContext, verified: { principal: Principal }): void {
      checkScopes(context.method, context.path, verified.principal.scopes);
      context.set(principal, verified.principal);
      verified.principal = context.get(principal) as Principal; // the frozen copy: taken as it is from then on
    }

    async function verify(context: RequestContext, token: string, read: ReadToken | 'twice', digest: string): Promise<void> {
      try {
        if (read === 'twice') throw new Unfit('a name in it comes twice');
        const issuer = typeof read.issuer === 'string' ? byName.get(read.issuer) : undefined;
        if (issuer === undefined) throw new Unfit('nobody here knows its issuer');
        const now = clock.now();
        letIn(context, remembered.add(digest, await issuer.verify(token, read, now), now));
      } catch (error) {
        if (error instanceof GatewayError) throw error;
        const why = error instanceof Error ? error.message : String(error);
        if (logger.enabled('debug')) logger.log('debug', 'A token was refused.', { exchange: context.id, why });
        throw refusal(error instanceof Unfit && error.expired ? 'JWT_EXPIRED' : 'JWT_INVALID', error);
      }
    }

    return {
      onRequest(context) {
        const token = presentedCredential(context.headers);
        if (token === undefined || !isTokenLike(token)) return undefined;
        const digest = digestOf(token);
        const known = remembered.get(digest, clock.now());
        if (known !== undefined) {
          letIn(context, known);
          return undefined;
        }
        const read = readToken(token);
        return read === undefined ? undefined : verify(context, token, read, digest);
      },
      explain: () => 'lets in who shows a JWT of an identity provider that is known here',
    };
  },
});
