import type { CredentialSpec } from './define-provider.ts';
import { kindOf, placeOf, refuse } from './provider-options.ts';

/** The key of a hosted provider: present, and not an empty environment variable. */
export function requiredKey(name: string, apiKey: unknown, path = 'apiKey'): string {
  if (typeof apiKey === 'string' && apiKey.trim() !== '') return apiKey;
  return refuse(placeOf(name), path, 'the API key (is the environment variable set?)', kindOf(apiKey));
}

/** Keys given as one or several: each is required, and none twice. */
export function requiredKeys(name: string, apiKey: unknown, path = 'apiKey'): string[] {
  if (!Array.isArray(apiKey)) return [requiredKey(name, apiKey, path)];
  const place = placeOf(name);
  if (apiKey.length === 0) refuse(place, path, 'at least one API key', 'an empty list');
  const keys = apiKey.map((key: unknown, index) => requiredKey(name, key, `${path}[${index}]`));
  const repeated = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (repeated >= 0) refuse(place, `${path}[${repeated}]`, 'each API key once', 'one of them twice');
  return keys;
}

/** One credential per key, sent as a bearer token. */
export function bearerKeys(name: string, apiKey: unknown): CredentialSpec[] {
  return requiredKeys(name, apiKey).map((key) => ({ headers: { authorization: `Bearer ${key}` } }));
}

/** One credential per key, sent as it is in a header of its own. */
export function headerKeys(name: string, header: string, apiKey: unknown, path?: string): CredentialSpec[] {
  return requiredKeys(name, apiKey, path).map((key) => ({ headers: { [header]: key } }));
}
