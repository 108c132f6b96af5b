import type { JsonDocument } from '../json/document.ts';
import type { TextReference } from '../model/call.ts';
import type { JsonPath, JsonValue } from '../model/json.ts';
import type { TextPlace } from './dialect.ts';

/** Makes the places of a document editable: each reference splices into the document it came from. */
export function textReferences(document: JsonDocument, places: Iterable<TextPlace>): TextReference[] {
  const references: TextReference[] = [];
  for (const place of places) {
    if (!document.has(place.path)) continue; // a value that was removed meanwhile has no text
    const inner = place.jsonString ? document.nested(place.path) : undefined;
    if (inner !== undefined && holdsTexts(inner.value)) collectInner(inner, place, references);
    else references.push(new Reference(document, place.scope, place.path, place.path));
  }
  return references;
}

/** A lone number or word is JSON as well, but rather a text; streams make the same difference at the first character. */
function holdsTexts(value: JsonValue): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** JSON in a string is edited inside: its string values are the texts. */
function collectInner(inner: JsonDocument, place: TextPlace, into: TextReference[]): void {
  for (const path of stringPaths(inner.view)) {
    if (inner.has(path)) into.push(new Reference(inner, place.scope, path, [...place.path, ...path]));
  }
}

/** A class, for an object with a getter of its own would keep its document until the next full collection (see `Attempt`). */
class Reference implements TextReference {
  readonly scope: TextPlace['scope'];
  readonly path: JsonPath;
  readonly replace: (text: string) => void;
  readonly #document: JsonDocument;
  readonly #at: JsonPath;

  /** `at`: the path within `document`; `path` as it is shown. */
  constructor(document: JsonDocument, scope: TextPlace['scope'], at: JsonPath, path: JsonPath) {
    this.scope = scope;
    this.path = path;
    this.replace = (text) => document.replaceString(at, text);
    this.#document = document;
    this.#at = at;
  }

  get text(): string {
    return String(this.#document.currentValue(this.#at));
  }
}

/** Paths of all string values, in document order. Iterative: depth is the document's, already bounded by the scanner. */
export function* stringPaths(root: JsonValue): Generator<JsonPath> {
  const pending: { readonly value: JsonValue; readonly path: JsonPath }[] = [{ value: root, path: [] }];
  while (pending.length > 0) {
    const { value, path } = pending.pop() as { value: JsonValue; path: JsonPath };
    if (typeof value === 'string') yield path;
    else if (typeof value === 'object' && value !== null) {
      const members = Array.isArray(value)
        ? value.map((member, index) => ({ value: member, path: [...path, index] }))
        : Object.entries(value).map(([key, member]) => ({ value: member as JsonValue, path: [...path, key] }));
      for (const member of members.reverse()) pending.push(member); // not spread: there may be more than a call can take
    }
  }
}
