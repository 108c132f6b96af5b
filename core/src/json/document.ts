import type { JsonObject, JsonPath, JsonValue } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import { parseEscapedKeys } from './parse.ts';
import { type JsonScan, JsonScanError, type ScanLimits, scanJson } from './scan.ts';
import { type Edit, isEmptyEdit, splice } from './splice.ts';
import { JsonSyntaxError } from './syntax-error.ts';

/** An edit that cannot be done: its place is gone or was never there. */
export class JsonEditError extends Error {
  constructor(path: JsonPath, why: string) {
    super(`cannot edit ${path.join('.') || 'the root'}: ${why}`);
    this.name = 'JsonEditError';
  }
}

/** For texts that are not the client's: an upstream's answer, a plugin's replacement. Depth bounds our own recursion. */
const lenientLimits: ScanLimits = {
  depth: 512,
  values: Number.POSITIVE_INFINITY,
  keys: Number.POSITIVE_INFINITY,
  loneSurrogates: true,
};

interface DocumentEdit extends Edit {
  replacement?: Replacement | undefined;
  nested?: JsonDocument | undefined;
  children?: Map<string | number, DocumentEdit> | undefined;
  insertions?: { readonly key: string; readonly value: Replacement }[] | undefined;
}

interface Parsed {
  readonly value: JsonValue;
  readonly scan: JsonScan;
  readonly edits: DocumentEdit | undefined;
}

/**
 * A JSON text that is read by its parsed value and changed by splicing: everything that no edit touches stays
 * byte-exact. Paths mean positions of the original; inside a value that was put there by an edit, positions of that.
 */
export class JsonDocument {
  readonly text: string;
  /** The parsed text as it came. Not to be mutated. */
  readonly value: JsonValue;
  readonly #limits: ScanLimits;
  readonly #scan: JsonScan;
  #edits: DocumentEdit | undefined = undefined;

  /** Throws `JsonScanError` for what is refused, `JsonSyntaxError` for what is not JSON. */
  constructor(text: string, limits: ScanLimits = {}, origin?: Parsed) {
    this.text = text;
    this.#limits = limits;
    if (origin !== undefined) {
      this.#scan = origin.scan;
      this.value = origin.value;
      this.#edits = origin.edits;
      return;
    }
    this.#scan = scanJson(text, limits);
    try {
      this.value = this.#scan.escapedKeys ? parseEscapedKeys(text) : (JSON.parse(text) as JsonValue);
    } catch (error) {
      throw error instanceof SyntaxError ? new JsonSyntaxError(text) : error;
    }
  }

  /**
   * Reads what is not the client's to shape. Of a key that comes twice the last counts, as in `JSON.parse`, and an
   * edited text has it once: what nobody could look at must not reach another parser.
   */
  static lenient(text: string): JsonDocument {
    try {
      return new JsonDocument(text, lenientLimits);
    } catch (error) {
      if (!(error instanceof JsonScanError) || error.kind !== 'duplicate-key') throw error;
      if (parsed(text) === undefined) throw new JsonSyntaxError(text);
      return new JsonDocument(JSON.stringify(parseEscapedKeys(text)), lenientLimits);
    }
  }

  get edited(): boolean {
    return this.#edits !== undefined && !isEmptyEdit(this.#edits);
  }

  /** A document of its own with the same edits so far. */
  fork(): JsonDocument {
    const edits = this.#edits === undefined ? undefined : cloneEdit(this.#edits);
    return new JsonDocument(this.text, this.#limits, { value: this.value, scan: this.#scan, edits });
  }

  /** Whether a value stands at this path, edits included. */
  has(path: JsonPath): boolean {
    return this.currentValue(path) !== undefined;
  }

  /** The value as edited so far; `undefined` where there is none. */
  currentValue(path: JsonPath): JsonValue | undefined {
    return this.#look(path, false);
  }

  /** The whole value as edited so far, in which every value still has its path: `null` stands for removed elements. */
  get view(): JsonValue {
    return this.#look([], true) as JsonValue;
  }

  /** Puts other JSON in a value's place. A later edit of the same value wins. */
  replaceValue(path: JsonPath, json: string): void {
    const within = this.#within(path);
    if (within !== undefined) {
      within.put.replaceValue(within.rest, json);
      return;
    }
    const edit = this.#edit(path);
    edit.replacement = new Replacement(json);
    edit.nested = undefined;
    edit.children = undefined;
    edit.insertions = undefined;
  }

  replaceString(path: JsonPath, text: string): void {
    this.replaceValue(path, JSON.stringify(text));
  }

  /** Appends a member to an object. */
  insertKey(objectPath: JsonPath, key: string, json: string): void {
    const value = this.currentValue(objectPath);
    if (!isJsonObject(value)) throw new JsonEditError(objectPath, 'expected an object');
    if (Object.hasOwn(value, key)) throw new JsonEditError([...objectPath, key], 'the key is there already');
    const within = this.#within(objectPath);
    if (within !== undefined) {
      within.put.document.insertKey(within.rest, key, json);
      return;
    }
    const edit = this.#edit(objectPath);
    edit.insertions ??= [];
    edit.insertions.push({ key, value: new Replacement(json) });
  }

  /** Removes a member or an element, with its comma. */
  removeKey(path: JsonPath): void {
    if (path.length === 0) throw new JsonEditError(path, 'the root cannot be removed');
    const within = this.#within(path);
    if (within !== undefined && within.rest.length > 0) {
      within.put.document.removeKey(within.rest);
      return;
    }
    const insertions = this.#findEdit(path.slice(0, -1))?.insertions;
    const at = insertions?.findIndex(({ key }) => key === path.at(-1)) ?? -1;
    if (at === -1) this.#edit(path).removed = true;
    else insertions?.splice(at, 1);
  }

  /** The document inside a string value; `undefined` when the string is not JSON. Edits of it end up in this one. */
  nested(path: JsonPath): JsonDocument | undefined {
    const within = this.#within(path);
    if (within !== undefined) return within.put.document.nested(within.rest);
    const known = this.#findEdit(path)?.nested;
    if (known !== undefined) return known;
    const value = this.currentValue(path);
    if (typeof value !== 'string' || parsed(value) === undefined) return undefined;
    const inner = this.#limits.loneSurrogates ? JsonDocument.lenient(value) : new JsonDocument(value, this.#limits);
    this.#edit(path).nested = inner;
    return inner;
  }

  /** The text with its edits. */
  toText(): string {
    return this.#edits === undefined || !this.edited ? this.text : splice(this.text, this.#edits, this.#scan);
  }

  /** The value on the way to a path (or at it) that an edit put there, and the rest of the path inside it. */
  #within(path: JsonPath): { readonly put: Replacement; readonly rest: JsonPath } | undefined {
    let edit = this.#edits;
    for (let depth = 0; edit !== undefined; depth += 1) {
      if (edit.removed) return undefined;
      if (edit.replacement !== undefined) return { put: edit.replacement, rest: path.slice(depth) };
      if (depth === path.length) return undefined;
      const step = path[depth] as string | number;
      const inserted = edit.insertions?.find(({ key }) => key === step);
      if (inserted !== undefined) return { put: inserted.value, rest: path.slice(depth + 1) };
      edit = edit.children?.get(step);
    }
    return undefined;
  }

  #findEdit(path: JsonPath): DocumentEdit | undefined {
    let edit = this.#edits;
    for (const step of path) edit = edit?.children?.get(step);
    return edit;
  }

  /** The edit at a path of the original, made if need be. Throws when what is around it is gone. */
  #edit(path: JsonPath): DocumentEdit {
    if (valueAt(this.value, path) === undefined) throw new JsonEditError(path, 'there is no such value');
    this.#edits ??= {};
    let edit = this.#edits;
    for (const step of path) {
      if (edit.removed) throw new JsonEditError(path, 'a value around it was removed');
      edit.children ??= new Map();
      let child = edit.children.get(step);
      if (child === undefined) {
        child = {};
        edit.children.set(step, child);
      }
      edit = child;
    }
    if (edit.removed) throw new JsonEditError(path, 'it was removed');
    return edit;
  }

  #look(path: JsonPath, places: boolean): JsonValue | undefined {
    const within = this.#within(path);
    if (within !== undefined) return within.put.document.#look(within.rest, places);
    let edit = this.#edits;
    for (const step of path) {
      edit = edit?.children?.get(step);
      if (edit === undefined) break;
      if (edit.removed) return undefined;
    }
    const value = valueAt(this.value, path);
    return edit === undefined || value === undefined ? value : JsonDocument.#applied(value, edit, places);
  }

  /** A value with its edits. Copies only what has some. */
  static #applied(value: JsonValue, edit: DocumentEdit, places: boolean): JsonValue {
    if (edit.replacement !== undefined) return edit.replacement.document.#look([], places) as JsonValue;
    if (edit.nested?.edited) return edit.nested.toText();
    const { children, insertions } = edit;
    if (Array.isArray(value) && children !== undefined) {
      const elements: JsonValue[] = [];
      for (const [index, element] of (value as readonly JsonValue[]).entries()) {
        const child = children.get(index);
        if (!child?.removed) elements.push(child === undefined ? element : JsonDocument.#applied(element, child, places));
        else if (places) elements.push(null);
      }
      return elements;
    }
    if (!isJsonObject(value) || (children === undefined && !insertions?.length)) return value;
    const members: [string, JsonValue][] = [];
    for (const [key, member] of Object.entries(value)) {
      const child = children?.get(key);
      if (!child?.removed) members.push([key, child === undefined ? member : JsonDocument.#applied(member, child, places)]);
    }
    for (const { key, value: put } of insertions ?? []) members.push([key, put.document.#look([], places) as JsonValue]);
    return Object.fromEntries(members) as JsonObject;
  }
}

/** JSON that an edit put somewhere; a document of its own once somebody edits inside it. */
class Replacement {
  #json: string;
  #document: JsonDocument | undefined = undefined;

  constructor(json: string) {
    this.#json = json;
  }

  get text(): string {
    return this.#document?.toText() ?? this.#json;
  }

  get document(): JsonDocument {
    this.#document ??= JsonDocument.lenient(this.#json);
    return this.#document;
  }

  replaceValue(path: JsonPath, json: string): void {
    if (path.length > 0) {
      this.document.replaceValue(path, json);
      return;
    }
    this.#json = json;
    this.#document = undefined;
  }

  fork(): Replacement {
    const copy = new Replacement(this.#json);
    copy.#document = this.#document?.fork();
    return copy;
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (value === undefined) return undefined;
    value = memberOf(value, step);
  }
  return value;
}

function memberOf(value: JsonValue, step: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return typeof step === 'number' ? (value[step] as JsonValue | undefined) : undefined;
  return isJsonObject(value) && typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
}

function cloneEdit(edit: DocumentEdit): DocumentEdit {
  return {
    ...edit,
    ...(edit.replacement && { replacement: edit.replacement.fork() }),
    ...(edit.nested && { nested: edit.nested.fork() }),
    ...(edit.insertions && { insertions: edit.insertions.map(({ key, value }) => ({ key, value: value.fork() })) }),
    ...(edit.children && { children: new Map([...edit.children].map(([step, child]) => [step, cloneEdit(child)])) }),
  };
}
