import { Secret } from '../secret.ts';
import type { HeaderPairs, ProviderHeader } from './provider.ts';
import { refuse } from './provider-options.ts';

/** What the gateway writes itself, or HTTP's framing: a second copy could be read by somebody else than the first. */
const taken: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent'],
]);

export function headersOf(place: string, path: string, given: Readonly<Record<string, string>>): ProviderHeader[] {
  const headers = Object.entries(given).map(([name, value]) => header(place, path, name, value));
  for (const [index, { name }] of headers.entries()) {
    if (taken.has(name)) refuse(place, `${path}.${name}`, 'a header that the gateway does not write itself', 'one that it does');
    if (headers.findIndex((other) => other.name === name) < index) refuse(place, `${path}.${name}`, 'each header once', 'it twice');
  }
  return headers;
}

/** Headers that a credential made for one request, checked like those of the config. Throws for what may not be sent. */
export function checkedHeaders(pairs: HeaderPairs): readonly (readonly [name: string, value: string])[] {
  return pairs.map(([name, value]) => {
    const checked = header('credential', 'authorize', name, value);
    if (taken.has(checked.name)) throw new TypeError(`authorize: the gateway writes ${checked.name} itself`);
    return [checked.name, value] as const;
  });
}

/** A value with a line break would write headers of its own. */
function header(place: string, path: string, name: string, value: string): ProviderHeader {
  if (!/^[A-Za-z0-9-]+$/.test(name)) refuse(place, `${path}.${JSON.stringify(name)}`, 'a header name', 'other characters');
  if (typeof value !== 'string' || /[^\t\u0020-\u007e]/.test(value))
    refuse(place, `${path}.${name}`, 'printable ASCII', 'other characters');
  return Object.freeze({ name: name.toLowerCase(), value: new Secret(value) });
}
