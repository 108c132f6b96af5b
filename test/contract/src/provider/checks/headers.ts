import type { Provider } from '@express-ai-gateway/core/provider';
import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';

/** What the gateway, or HTTP itself, says in headers: a second copy could be read by somebody else than the first. */
const taken: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent'],
]);

/** Headers have lower-case names, each once, and values of one line. */
export function headers({ provider }: ProviderRegistration): ProviderCase[] {
  const made = provider();
  const sets: [string, readonly Pair[]][] = [
    ['of every request', pairsOf(made.headers)],
    ...Object.entries(made.dialectHeaders).map(([dialect, own]): [string, Pair[]] => [dialect, Object.entries(own)]),
    ...made.credentials.map((one): [string, Pair[]] => [one.name, [...pairsOf(made.headers), ...pairsOf(one.headers)]]),
  ];
  return sets.map(([where, pairs]) => providerCase('headers', where, () => mustBeHeaders(pairs)));
}

type Pair = readonly [name: string, value: string];

export function pairsOf(list: Provider['headers']): Pair[] {
  return list.map(({ name, value }): Pair => [name, value.reveal()]);
}

export function mustBeHeaders(pairs: readonly Pair[]): void {
  for (const [index, [name, value]] of pairs.entries()) {
    must(/^[a-z0-9-]+$/.test(name), () => `the header name ${JSON.stringify(name)} is not of lower-case letters, digits and dashes`);
    must(!taken.has(name), () => `the header ${name} is written by the gateway itself`);
    must(typeof value === 'string' && /^[\t -~]*$/.test(value), () => `the value of ${name} is not one line of printable ASCII`);
    must(pairs.findIndex(([other]) => other === name) === index, () => `the header ${name} is sent twice`);
  }
}
