import { definePlugin, type GatewayPlugin, hostRequest, type PluginHooks, parseOptions, principal } from '@express-ai-gateway/core/plugin';
import { checkedPrincipal } from './found-principal.ts';
import { type PassportAuthOptions, passportAuthOptions } from './options.ts';
import { refusal } from './refusals.ts';
import { runStrategy } from './run-strategy.ts';

/** Authenticators stand before whatever asks who is calling. */
export const beforeOthers = ['rate-limit', 'redaction', 'guardrails', 'prompt-optimizer', 'routing', 'budget', 'cache'];

/** Lets in whom a strategy of Passport knows. */
export function passportAuth(options: PassportAuthOptions): GatewayPlugin {
  const {
    strategy,
    principal: principalOf,
    recognises = hasAuthorization,
    name,
    timeoutMs,
  } = parseOptions('passportAuth()', passportAuthOptions, options);
  const own = name === undefined ? 'auth-passport' : `auth-passport.${name}`;
  const hooks: PluginHooks = {
    async onRequest(context) {
      const request = hostRequest(context);
      if (request === undefined || !recognises(request)) return;
      const outcome = await runStrategy(strategy, request);
      if (outcome.kind === 'pass') return;
      if (outcome.kind === 'fail') throw refusal('PASSPORT_REFUSED', { challenge: outcome.challenge });
      context.set(principal, checkedPrincipal(principalOf(outcome.user, outcome.info), 'passportAuth: principal'));
    },
    explain: () => 'lets in whom a strategy of Passport knows',
  };
  return definePlugin({ name: own, provides: [principal], before: beforeOthers, timeoutMs, create: () => hooks })();
}

function hasAuthorization({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): boolean {
  return headers.authorization !== undefined;
}
