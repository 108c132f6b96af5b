import type { Principal } from '@express-ai-gateway/core/plugin';
import { checkedPrincipal, type FoundPrincipal } from './found-principal.ts';

/** What an identity provider says of a token (RFC 7662 §2.2). */
export interface Introspected extends Readonly<Record<string, unknown>> {
  readonly active: boolean;
}

export interface TokenRules {
  /** Of which one at least must stand in `aud`. */
  readonly audience: readonly string[];
  readonly issuer?: string | undefined;
  /** Who a token is of. */
  readonly principal?: ((answer: Introspected) => FoundPrincipal) | undefined;
}

/** Throws for what is none: half an answer lets nobody in. */
export function readIntrospected(text: string): Introspected {
  const answer = JSON.parse(text) as Introspected | null;
  if (typeof answer === 'object' && answer !== null && typeof answer.active === 'boolean') return answer;
  throw new Error('it answered with something else than RFC 7662 says');
}

/** Who the token is of; `undefined` where it is not active, or meant for somebody else. */
export function holderOf(answer: Introspected, { audience, issuer, principal = usualPrincipal }: TokenRules): Principal | undefined {
  const { active, aud, iss } = answer;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isMeant = active && audience.some((one) => audiences.includes(one)) && (issuer === undefined || iss === issuer);
  return isMeant ? checkedPrincipal(principal(answer), 'introspection: principal') : undefined;
}

/** Milliseconds since 1970. */
export function endOf({ exp }: Introspected): number {
  return typeof exp === 'number' ? exp * 1_000 : Number.POSITIVE_INFINITY;
}

function usualPrincipal({ iss, sub, client_id: client, scope }: Introspected): FoundPrincipal {
  const isUser = typeof sub === 'string' && sub !== client;
  const id = isUser ? sub : client;
  if (typeof id !== 'string' || id === '') throw new Error('it says neither sub nor client_id of a token');
  return {
    id: typeof iss === 'string' ? `${iss}#${id}` : id,
    kind: isUser ? 'user' : 'service',
    ...(typeof scope === 'string' && { scopes: scope.split(' ').filter((one) => one !== '') }),
  };
}
