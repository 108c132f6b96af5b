// A second opinion on JSON (RFC 8259): written apart from the gateway's, slow and plain, so that the two can be compared.

export type Node =
  | { readonly type: 'object'; readonly members: readonly (readonly [string, Node])[] }
  | { readonly type: 'array'; readonly elements: readonly Node[] }
  | { readonly type: 'string'; readonly value: string }
  /** As written: no number loses a digit. */
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'word'; readonly text: 'true' | 'false' | 'null' };

export interface Bounds {
  /** Containers inside each other. */
  readonly depth: number;
  /** Members of one object. */
  readonly keys: number;
}

/** Why a text is no JSON, or none that two parsers must read alike. */
export class JsonRefusal extends Error {}

/** The text as a tree. Throws for what is not JSON, repeats a key, holds half a surrogate pair, or exceeds a bound. */
export function readJson(text: string, bounds: Bounds): Node {
  const reader = new Reader(text, bounds);
  return reader.document();
}

/** One text for every way of writing the same values in the same order. */
export function canonical(node: Node): string {
  switch (node.type) {
    case 'object':
      return `{${node.members.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join()}}`;
    case 'array':
      return `[${node.elements.map(canonical).join()}]`;
    case 'string':
      return JSON.stringify(node.value);
    default:
      return node.text;
  }
}

export function member(node: Node, key: string): Node | undefined {
  return node.type === 'object' ? node.members.find(([name]) => name === key)?.[1] : undefined;
}

class Reader {
  readonly #text: string;
  readonly #bounds: Bounds;
  #at = 0;

  constructor(text: string, bounds: Bounds) {
    this.#text = text;
    this.#bounds = bounds;
  }

  document(): Node {
    this.#space();
    const node = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('text after the value');
    return node;
  }

  #value(depth: number): Node {
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth + 1);
    if (first === '[') return this.#array(depth + 1);
    if (first === '"') return { type: 'string', value: this.#string() };
    const word = this.#match(/(?:true|false|null)/y);
    if (word !== undefined) return { type: 'word', text: word as 'true' | 'false' | 'null' };
    const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number === undefined) return this.#fail('no value');
    return { type: 'number', text: number };
  }

  #object(depth: number): Node {
    this.#deeper(depth);
    const members: [string, Node][] = [];
    const keys = new Set<string>();
    if (this.#next('}')) return { type: 'object', members };
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('no key');
      const key = this.#string();
      if (keys.has(key)) this.#fail(`the key ${key} twice`);
      keys.add(key);
      if (keys.size > this.#bounds.keys) this.#fail('too many keys');
      if (!this.#next(':')) this.#fail('no colon');
      this.#space();
      members.push([key, this.#value(depth)]);
    } while (this.#next(','));
    if (!this.#next('}')) this.#fail('an object without end');
    return { type: 'object', members };
  }

  #array(depth: number): Node {
    this.#deeper(depth);
    const elements: Node[] = [];
    if (this.#next(']')) return { type: 'array', elements };
    do {
      this.#space();
      elements.push(this.#value(depth));
    } while (this.#next(','));
    if (!this.#next(']')) this.#fail('an array without end');
    return { type: 'array', elements };
  }

  #deeper(depth: number): void {
    if (depth > this.#bounds.depth) this.#fail('too deep');
    this.#at += 1;
  }

  #string(): string {
    let value = '';
    for (this.#at += 1; ; this.#at += 1) {
      const plain = this.#match(/(?:[^"\\\p{Cc}]|[\u007f-\u009f])+/uy);
      if (plain !== undefined) value += plain;
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== '\\') this.#fail('a character that a string may not hold');
      value += this.#escape();
    }
    this.#at += 1;
    if (!value.isWellFormed()) this.#fail('half of a surrogate pair');
    return value;
  }

  /** Leaves the position on the escape's last character. */
  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    this.#at += 1;
    if (letter !== 'u') return escapes[letter] ?? this.#fail('an escape that there is not');
    this.#at += 1;
    const digits = this.#match(/[0-9a-fA-F]{4}/y) ?? this.#fail('an escape cut short');
    this.#at -= 1;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #next(mark: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    this.#match(/[ \t\n\r]+/y);
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(what: string): never {
    throw new JsonRefusal(`${what} at ${this.#at}`);
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
