import type { DialectId } from '../model/call.ts';
import type { Provider } from './provider.ts';

/**
 * What a provider gets of the client's headers: of those it takes only some values of (`headerValues`), these values.
 * litellm#19373, claude-code#34802: one unknown value of `anthropic-beta` makes Vertex refuse the whole request.
 */
export function passedHeaders(
  provider: Provider,
  dialect: DialectId,
  client: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const known = provider.headerValues[dialect];
  if (known === undefined) return client;
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(client)) {
    const left = Object.hasOwn(known, name) ? knownValues(value, known[name] ?? []) : value;
    if (left !== '') passed[name] = left;
  }
  return passed;
}

/** A list of HTTP (RFC 9110 §5.6.1) without the values that are not known. */
function knownValues(list: string, known: readonly string[]): string {
  return list
    .split(',')
    .map((value) => value.trim())
    .filter((value) => known.includes(value))
    .join(', ');
}
