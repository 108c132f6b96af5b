// Just enough of TypeScript's grammar to tell code from comments, strings, templates and regular expressions. TypeScript 7
// has no JavaScript interface to ask.

export interface Token {
  /** `word` is an identifier or keyword; a `string` carries its contents without quotes. */
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'number' | 'mark';
  readonly text: string;
  readonly line: number;
}

export interface Source {
  readonly tokens: readonly Token[];
  /** Lines that hold a comment, with what it says. A comment of several lines is told at each of them. */
  readonly comments: ReadonlyMap<number, string>;
}

/** After these words a slash begins a regular expression, not a division. */
const beforeRegex = new Set(['return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'throw', 'new', 'else', 'do', 'await', 'yield']);

const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const number = /\d[\w.]*/y;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const quoted = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;

/** Splits a source text. Never throws: what it cannot read becomes one `mark` after another. */
export function tokenize(text: string): Source {
  return new Tokenizer(text).run();
}

class Tokenizer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #comments = new Map<number, string>();
  /** For each template whose `${` is open: how many braces are open inside it. */
  readonly #templates: number[] = [];
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Source {
    while (this.#at < this.#text.length) this.#step();
    return { tokens: this.#tokens, comments: this.#comments };
  }

  #step(): void {
    const char = this.#text.charAt(this.#at);
    if (/\s/.test(char)) this.#advance(char);
    else if (char === '/' && this.#comment()) return;
    else if (char === '/' && this.#regexMayStart() && this.#take('regex', regex)) return;
    else if ((char === "'" || char === '"') && this.#take('string', quoted)) return;
    else if (char === '`') this.#template();
    else if (char === '}' && this.#templates.at(-1) === 0) this.#template();
    else if (this.#take('word', word) || this.#take('number', number)) return;
    else this.#mark(char);
  }

  #comment(): boolean {
    const found = this.#match(comment);
    if (found === undefined) return false;
    const first = this.#line;
    this.#advance(found);
    for (let line = first; line <= this.#line; line += 1) this.#comments.set(line, `${this.#comments.get(line) ?? ''} ${found}`.trim());
    return true;
  }

  #take(kind: Token['kind'], pattern: RegExp): boolean {
    const found = this.#match(pattern);
    if (found === undefined) return false;
    this.#tokens.push({ kind, text: kind === 'string' ? found.slice(1, -1) : found, line: this.#line });
    this.#advance(found);
    return true;
  }

  /** The text part of a template: from its backtick, or from the brace that closes an inserted expression. */
  #template(): void {
    if (this.#text.charAt(this.#at) === '}') this.#templates.pop();
    const start = this.#at + 1;
    let end = start;
    while (end < this.#text.length && this.#text.charAt(end) !== '`' && !this.#text.startsWith('${', end)) {
      end += this.#text.charAt(end) === '\\' ? 2 : 1;
    }
    const inserts = this.#text.startsWith('${', end);
    this.#tokens.push({ kind: 'template', text: this.#text.slice(start, end), line: this.#line });
    this.#advance(this.#text.slice(this.#at, end + (inserts ? 2 : 1)));
    if (inserts) this.#templates.push(0);
  }

  #mark(char: string): void {
    const open = this.#templates.length - 1;
    if (open >= 0 && char === '{') this.#templates[open] = (this.#templates[open] ?? 0) + 1;
    if (open >= 0 && char === '}') this.#templates[open] = (this.#templates[open] ?? 0) - 1;
    this.#tokens.push({ kind: 'mark', text: char, line: this.#line });
    this.#advance(char);
  }

  #regexMayStart(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'word') return beforeRegex.has(last.text);
    return last.kind === 'mark' && !')]}'.includes(last.text);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #advance(over: string): void {
    this.#at += over.length;
    for (const char of over) if (char === '\n') this.#line += 1;
  }
}
