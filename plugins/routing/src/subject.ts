import { type JsonValue, principal, type RoutingContext, z } from '@express-ai-gateway/core/plugin';
import { joined } from './unit-hash.ts';

const source = z.string().regex(/^(?:principal|user|tenant|ip|header:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}|body:[A-Za-z0-9_.]{1,100})$/, {
  error: '"principal", "user", "tenant", "ip", "header:<name>" or "body:<path>"',
});

/** By what an exchange is told from others: the first of these that it has. */
export const subjectSources = z.array(source).min(1);

/**
 * Who or what an exchange belongs to; `undefined` when it has none of the sources. What a client chooses (a header, a field) is
 * told apart by its tenant, and nobody is kept together with everybody who is anonymous.
 */
export function subjectOf(context: RoutingContext, sources: readonly string[]): string | undefined {
  for (const from of sources) {
    const value = foundIn(context, from);
    if (value !== undefined && value !== '') return joined(context.get(principal)?.tenant ?? '', from, value);
  }
  return undefined;
}

function foundIn(context: RoutingContext, from: string): string | undefined {
  const who = context.get(principal);
  switch (from) {
    case 'principal':
      return who?.kind === 'anonymous' ? undefined : who?.id;
    case 'user':
      return who?.user;
    case 'tenant':
      return who?.tenant;
    case 'ip':
      return context.ip;
    default:
      return from.startsWith('header:') ? headerOf(context, from.slice(7).toLowerCase()) : fieldOf(context, from.slice(5));
  }
}

function headerOf({ headers }: RoutingContext, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join();
}

function fieldOf({ call }: RoutingContext, path: string): string | undefined {
  if (call.opaque === true) return undefined;
  let value: JsonValue | undefined = call.body;
  for (const step of path.split('.')) value = memberOf(value, step);
  return typeof value === 'string' ? value : undefined;
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, JsonValue>>)[key] : undefined;
}
