import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import { fieldOf } from '../../google-fields.ts';
import { jsonText } from '../../translate/lenient.ts';

type Step = string | number;
type Node = { [key: string]: JsonValue | Node } | (JsonValue | Node)[];

/** Deeper than any schema that providers take, and than what a recursive writer of JSON can stand. */
const maxDepth = 100;

/**
 * Arguments that Vertex streams one by one, each with the path at which it belongs (RFC 9535). Kept until the call is over: the
 * pieces come in no order that would make JSON.
 */
export class PartialArguments {
  readonly #root: { [key: string]: JsonValue | Node } = {};

  /** Begins with what a call already said. */
  constructor(begun: JsonValue | undefined) {
    if (isJsonObject(begun)) for (const [key, value] of Object.entries(copied(begun))) define(this.#root, key, value);
  }

  add(piece: JsonObject): void {
    const path = fieldOf(piece, 'jsonPath');
    const steps = typeof path === 'string' ? stepsOf(path) : undefined;
    if (steps === undefined) return;
    const { list, at } = steps;
    const last = at.at(-1);
    const holder = last === undefined ? undefined : this.#holder(at);
    if (holder === undefined || last === undefined || !fits(holder, last)) return;
    const before = memberOf(holder, last);
    const value = pieceValue(piece);
    if (typeof value === 'string' && typeof before === 'string') define(holder, last, before + value);
    else if (value !== undefined) define(holder, last, value);
    // Without a value: the end of what was begun, or an empty list or object.
    else if (before === undefined && fieldOf(piece, 'willContinue') !== true) define(holder, last, list ? [] : {});
  }

  toText(): string {
    return jsonText(this.#root as JsonObject);
  }

  /** The object or list that a path's last step is in, made where it is not there yet; `undefined` where there cannot be one. */
  #holder(path: readonly Step[]): Node | undefined {
    let node: Node = this.#root;
    for (const [index, step] of path.slice(0, -1).entries()) {
      if (!fits(node, step)) return undefined;
      let next = memberOf(node, step);
      if (next === undefined || next === null) {
        next = typeof path[index + 1] === 'number' ? [] : {};
        define(node, step, next);
      }
      if (typeof next !== 'object' || next === null) return undefined;
      node = next as Node;
    }
    return node;
  }
}

/** The event belongs to whoever else reads it. Nothing of what is nested too deep to be copied or written. */
function copied(begun: JsonObject): JsonObject {
  try {
    return structuredClone(begun);
  } catch {
    return {};
  }
}

/** A list grows by one: a path from far away would make it as long as it says. */
function fits(node: Node, step: Step): boolean {
  return Array.isArray(node) ? typeof step === 'number' && step <= node.length : typeof step === 'string';
}

function memberOf(node: Node, step: Step): JsonValue | Node | undefined {
  return Object.hasOwn(node, step) ? (node as { readonly [key: Step]: JsonValue | Node })[step] : undefined;
}

/** `__proto__` is a key like others. */
function define(node: Node, step: Step, value: unknown): void {
  Object.defineProperty(node, step, { value, configurable: true, enumerable: true, writable: true });
}

function pieceValue(piece: JsonObject): JsonValue | undefined {
  for (const field of ['stringValue', 'numberValue', 'boolValue']) {
    const value = fieldOf(piece, field);
    if (value !== undefined) return value;
  }
  return Object.hasOwn(piece, 'nullValue') || Object.hasOwn(piece, 'null_value') ? null : undefined;
}

const step = /\.([^.[\]]+)|\[(\d{1,15})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|(\[\])$/y;

/** `$.a.b[0]`, `$['a b']`; a path that ends with `[]` ends a list. `undefined` for what is no path. */
function stepsOf(path: string): { readonly at: readonly Step[]; readonly list: boolean } | undefined {
  if (!path.startsWith('$')) return undefined;
  const at: Step[] = [];
  let list = false;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null || at.length >= maxDepth) return undefined;
    const [, name, index, single, double, end] = found;
    if (end !== undefined) list = true;
    else if (index !== undefined) at.push(Number(index));
    else at.push(name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
  }
  return { at, list };
}
