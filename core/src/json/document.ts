import type { JsonPath, JsonValue } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import { type JsonScan, type ScanLimits, scanJson } from './scan.ts';
import { type Edit, isEmptyEdit, splice } from './splice.ts';

/** The text is not JSON. Says where, never what. */
export class JsonSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, cause: unknown) {
    const offset = offsetOf(cause, text);
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    super(`not valid JSON at line ${line}, column ${column}`);
    this.name = 'JsonSyntaxError';
    this.line = line;
    this.column = column;
  }
}

/** An edit that cannot be done: its place is gone or was never there. */
export class JsonEditError extends Error {
  constructor(path: JsonPath, why: string) {
    super(`cannot edit ${path.join('.') || 'the root'}: ${why}`);
    this.name = 'JsonEditError';
  }
}

/**
 * A JSON text that is read by its parsed value and changed by splicing: everything that no edit touches stays
 * byte-exact. Paths always mean positions of the original.
 */
export class JsonDocument {
  readonly text: string;
  /** The parsed text as it came. Not to be mutated. */
  readonly value: JsonValue;
  readonly #scan: JsonScan;
  #edits: Edit | undefined = undefined;

  /** Throws `JsonScanError` for what is refused, `JsonSyntaxError` for what is not JSON. */
  constructor(
    text: string,
    limits?: ScanLimits,
    origin?: { readonly value: JsonValue; readonly scan: JsonScan; readonly edits: Edit | undefined },
  ) {
    this.text = text;
    if (origin !== undefined) {
      this.#scan = origin.scan;
      this.value = origin.value;
      this.#edits = origin.edits;
      return;
    }
    this.#scan = scanJson(text, limits);
    try {
      this.value = JSON.parse(text) as JsonValue;
    } catch (cause) {
      throw new JsonSyntaxError(text, cause);
    }
  }

  get edited(): boolean {
    return this.#edits !== undefined && !isEmptyEdit(this.#edits);
  }

  /** A document of its own with the same edits so far. */
  fork(): JsonDocument {
    const edits = this.#edits === undefined ? undefined : cloneEdit(this.#edits);
    return new JsonDocument(this.text, undefined, { value: this.value, scan: this.#scan, edits });
  }

  /** Whether a value stands at this path, edits included. */
  has(path: JsonPath): boolean {
    return this.#look(path).found;
  }

  /** The value as edited so far; `undefined` where there is none. */
  currentValue(path: JsonPath): JsonValue | undefined {
    return this.#look(path).value;
  }

  /** Puts other JSON in a value's place. A later edit of the same value wins. */
  replaceValue(path: JsonPath, json: string): void {
    const inserted = this.#insertedAt(path);
    if (inserted !== undefined) {
      inserted.json = json;
      return;
    }
    const edit = this.#edit(path);
    edit.replacement = json;
    edit.nested = undefined;
    edit.children = undefined;
    edit.insertions = undefined;
  }

  replaceString(path: JsonPath, text: string): void {
    this.replaceValue(path, JSON.stringify(text));
  }

  /** Appends a member to an object. */
  insertKey(objectPath: JsonPath, key: string, json: string): void {
    const value = this.#look(objectPath);
    if (!value.found || !isJsonObject(value.value)) throw new JsonEditError(objectPath, 'expected an object');
    if (Object.hasOwn(value.value, key)) throw new JsonEditError([...objectPath, key], 'the key is there already');
    const edit = this.#edit(objectPath);
    if (edit.replacement !== undefined) {
      edit.replacement = JSON.stringify({ ...(JSON.parse(edit.replacement) as object), [key]: JSON.parse(json) as unknown });
      return;
    }
    edit.insertions ??= [];
    edit.insertions.push({ key, json });
  }

  /** Removes a member or an element, with its comma. */
  removeKey(path: JsonPath): void {
    if (path.length === 0) throw new JsonEditError(path, 'the root cannot be removed');
    const parent = this.#findEdit(path.slice(0, -1));
    const insertions = parent?.insertions;
    const at = insertions?.findIndex(({ key }) => key === path.at(-1)) ?? -1;
    if (insertions !== undefined && at !== -1) {
      insertions.splice(at, 1);
      return;
    }
    this.#edit(path).removed = true;
  }

  /** The document inside a string value; `undefined` when the string is not JSON. Edits of it end up in this one. */
  nested(path: JsonPath): JsonDocument | undefined {
    const known = this.#findEdit(path)?.nested as JsonDocument | undefined;
    if (known !== undefined) return known;
    const { value } = this.#look(path);
    if (typeof value !== 'string') return undefined;
    try {
      JSON.parse(value);
    } catch {
      return undefined;
    }
    const inner = new JsonDocument(value);
    const edit = this.#edit(path);
    edit.replacement = undefined;
    edit.nested = inner;
    return inner;
  }

  /** The text with its edits. */
  toText(): string {
    return this.#edits === undefined || !this.edited ? this.text : splice(this.text, this.#edits, this.#scan);
  }

  #insertedAt(path: JsonPath): { json: string } | undefined {
    const insertions = path.length === 0 ? undefined : this.#findEdit(path.slice(0, -1))?.insertions;
    return insertions?.find(({ key }) => key === path.at(-1));
  }

  #findEdit(path: JsonPath): Edit | undefined {
    let edit = this.#edits;
    for (const step of path) edit = edit?.children?.get(step);
    return edit;
  }

  /** The edit at a path of the original, made if need be. Throws when what is around it is gone. */
  #edit(path: JsonPath): Edit {
    this.#edits ??= {};
    let edit = this.#edits;
    let original: JsonValue | undefined = this.value;
    for (const step of path) {
      if (edit.removed || edit.replacement !== undefined || edit.nested !== undefined)
        throw new JsonEditError(path, 'a value around it was removed or replaced');
      original = memberOf(original, step);
      if (original === undefined) throw new JsonEditError(path, 'there is no such value');
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

  #look(path: JsonPath): { readonly found: boolean; readonly value: JsonValue | undefined } {
    let edit = this.#edits;
    let value: JsonValue | undefined = this.value;
    for (let depth = 0; ; depth += 1) {
      if (edit?.removed) return { found: false, value: undefined };
      if (edit?.nested?.edited) value = edit.nested.toText();
      if (edit?.replacement !== undefined) {
        value = JSON.parse(edit.replacement) as JsonValue;
        edit = undefined;
      }
      if (depth === path.length) return { found: value !== undefined, value };
      const step = path[depth] as string | number;
      const inserted = edit?.insertions?.find(({ key }) => key === step);
      value = inserted === undefined ? memberOf(value, step) : (JSON.parse(inserted.json) as JsonValue);
      edit = inserted === undefined ? edit?.children?.get(step) : undefined;
    }
  }
}

function memberOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return typeof step === 'number' ? (value[step] as JsonValue | undefined) : undefined;
  return isJsonObject(value) && typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
}

function cloneEdit(edit: Edit): Edit {
  return {
    ...edit,
    ...(edit.insertions && { insertions: edit.insertions.map((insertion) => ({ ...insertion })) }),
    ...(edit.children && { children: new Map([...edit.children].map(([step, child]) => [step, cloneEdit(child)])) }),
  };
}

/** V8 says `at position N`, or names the end of the text. */
function offsetOf(cause: unknown, text: string): number {
  const match = /position (\d+)/.exec(cause instanceof Error ? cause.message : '');
  return match === null ? text.length : Math.min(Number(match[1]), text.length);
}
