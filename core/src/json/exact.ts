import type { JsonValue } from '../model/json.ts';

/** ECMAScript's JSON.parse source text access (V8 11.4), which TypeScript's library does not know yet. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): JsonValue;
  rawJSON(text: string): unknown;
}

/**
 * Parses JSON so that `JSON.stringify` writes its numbers as they stood: `1.0`, `1e400` and integers beyond 2⁵³ keep their
 * digits. Only for values that are written again as they are: a number whose double says less is an object here.
 * Throws `SyntaxError`.
 */
export function parseExact(text: string): JsonValue {
  const json = JSON as unknown as ExactJson;
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}
