import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';

/** Destination and credential are the operator's decision alone: nothing in the process can change them afterwards. */
export function frozen({ provider }: ProviderRegistration): ProviderCase[] {
  return [
    providerCase('frozen', 'every part', () => {
      const thawed = thawedPart(provider(), 'provider', new Set());
      must(thawed === undefined, () => `${thawed} can be changed; make the provider by defineProvider, and pass on what it returns`);
    }),
  ];
}

/** The first plain object or array that is not frozen, by its path. */
function thawedPart(value: unknown, path: string, seen: Set<unknown>): string | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value) || !isPlain(value)) return undefined;
  seen.add(value);
  if (!Object.isFrozen(value)) return path;
  for (const [key, part] of Object.entries(value)) {
    const found = thawedPart(path === 'provider' && key === 'dialects' ? listOf(part) : part, `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A dialect is code, like a function: that there is no other in the list is what counts. */
function listOf(dialects: unknown): unknown {
  return Object.isFrozen(dialects) ? undefined : dialects;
}

/** Instances guard their own state: a secret does. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
