import type { TextScope } from '../model/call.ts';
import type { JsonPath, JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';
import { stringPaths } from './texts.ts';

/** Every string of a value as a text, at any depth: for values whose shape is the application's own. */
export function* stringPlaces(value: JsonValue | undefined, path: JsonPath, scope: TextScope): Generator<TextPlace> {
  if (value === undefined) return;
  for (const below of stringPaths(value)) yield { scope, path: [...path, ...below], text: textAt(value, below) };
}

function textAt(value: JsonValue, path: JsonPath): string {
  let at: unknown = value;
  for (const step of path) at = (at as Readonly<Record<string | number, unknown>>)[step];
  return String(at);
}
