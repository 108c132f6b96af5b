import { expect } from 'vitest';
import type { TextPlace } from '../../../../core/src/dialects/dialect.ts';
import { textReferences } from '../../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../../core/src/model/json.ts';

// Canaries: every text that must be reached begins with `T:` and the scope it must be reported with; what must not be
// touched does not. Then nothing has to be listed twice.

export const canaries = (value: unknown): number => JSON.stringify(value).split('T:').length - 1;

/** Every canary is a text with its scope, nothing else is one, and edits of all of them change nothing else. */
export function expectEveryText(value: object, places: (body: JsonObject) => Iterable<TextPlace>): void {
  const text = JSON.stringify(value, null, 1);
  const document = new JsonDocument(text);
  const references = textReferences(document, places(document.value as JsonObject));
  for (const { scope, text: found, path } of references)
    expect([path.join('.'), found.split(' ')[0]]).toEqual([path.join('.'), `T:${scope}`]);
  expect(references).toHaveLength(canaries(value));
  for (const reference of references) reference.replace(reference.text.replace('T:', 'E:'));
  expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
}

export function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

/** What nobody promised in place of a member. */
export const junk: readonly JsonValue[] = [null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: { text: 1 } }, { type: 5, id: [] }, true];

/** The value with one of its members, anywhere, replaced by something else. */
export function* mangled(root: JsonValue, other: JsonValue): Generator<JsonValue> {
  const text = JSON.stringify(root);
  const walk = function* (value: JsonValue, path: JsonPath): Generator<JsonPath> {
    yield path;
    if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value))
        yield* walk(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  for (const path of walk(root, [])) {
    const document = new JsonDocument(text);
    document.replaceValue(path, JSON.stringify(other));
    yield JSON.parse(document.toText()) as JsonValue;
  }
}
