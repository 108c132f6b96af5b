/** Edits one text that arrives in pieces. */
interface PieceEditor {
  push(piece: string): string;
  end(): string;
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Deeper is no tool's arguments; it would only fill memory. */
const maxDepth = 10_000;

/**
 * Edits JSON that arrives in fragments (streamed tool arguments) inside its string values only. Structure and keys pass
 * as they are; each value has an editor of its own, which is ended at the closing quote. Text that an editor leaves as
 * it is keeps its escapes. What does not begin like an object, an array or a string is no JSON but text, edited as such:
 * models write what they like. The result does not depend on where the fragments were cut.
 */
export class JsonStringStream implements PieceEditor {
  readonly #makeEditor: () => PieceEditor;
  /** Open containers: true for objects. */
  readonly #open: boolean[] = [];
  #expectsKey = false;
  #place: 'start' | 'structure' | 'key' | 'value' | 'text' = 'start';
  /** An escape that is not complete yet, from its backslash on. */
  #escape = '';
  /** The first half of a surrogate pair, raw, whose second half may follow. */
  #highHalf = '';
  #editor: PieceEditor | undefined = undefined;

  constructor(makeEditor: () => PieceEditor) {
    this.#makeEditor = makeEditor;
  }

  push(fragment: string): string {
    if (this.#place === 'start') this.#begin(fragment);
    if (this.#place === 'start') return fragment;
    if (this.#place === 'text') return (this.#editor as PieceEditor).push(fragment);
    let output = '';
    let at = 0;
    while (at < fragment.length) {
      if (this.#place === 'structure') {
        output += this.#structure(fragment[at] as string);
        at += 1;
      } else if (this.#escape !== '') {
        this.#escape += fragment[at];
        at += 1;
        if (isWholeEscape(this.#escape)) output += this.#takeEscape();
      } else {
        const end = plainEnd(fragment, at);
        if (end > at) output += this.#plain(fragment.slice(at, end));
        at = end;
        if (at === fragment.length) break;
        if (fragment[at] === '\\') this.#escape = '\\';
        else if (fragment[at] === '"') output += this.#endString();
        else output += this.#control(fragment[at] as string);
        at += 1;
      }
    }
    return output;
  }

  /** The text is over, perhaps in the middle of a string: what is held comes out. */
  end(): string {
    const half = this.#flushHighHalf();
    const rest = this.#editor?.end() ?? '';
    const cut = this.#escape;
    this.#editor = undefined;
    this.#escape = '';
    return half + (this.#place === 'text' ? rest : escaped(rest)) + cut;
  }

  /** What the first character that is no space says. */
  #begin(fragment: string): void {
    const first = /[^ \t\r\n]/.exec(fragment)?.[0];
    if (first === undefined) return;
    this.#place = first === '{' || first === '[' || first === '"' ? 'structure' : 'text';
    if (this.#place === 'text') this.#editor = this.#makeEditor();
  }

  #structure(character: string): string {
    if (character === '"') {
      this.#place = this.#expectsKey ? 'key' : 'value';
      if (this.#place === 'value') this.#editor = this.#makeEditor();
    } else if (character === '{' || character === '[') {
      if (this.#open.length === maxDepth) throw new RangeError(`Streamed JSON is nested more than ${maxDepth} levels deep.`);
      this.#open.push(character === '{');
      this.#expectsKey = character === '{';
    } else if (character === '}' || character === ']') {
      this.#open.pop();
      this.#expectsKey = false;
    } else if (character === ',') this.#expectsKey = this.#open.at(-1) ?? false;
    else if (character === ':') this.#expectsKey = false;
    return character;
  }

  #plain(text: string): string {
    if (this.#editor === undefined) return text;
    const before = this.#flushHighHalf();
    const result = this.#editor.push(text);
    return before + (result === text ? text : escaped(result));
  }

  /** Not JSON, yet some models write it. By itself, so that whether it gets escaped does not depend on its neighbours. */
  #control(character: string): string {
    return this.#editor === undefined ? character : this.#flushHighHalf() + this.#edited(character);
  }

  #takeEscape(): string {
    const raw = this.#escape;
    this.#escape = '';
    if (this.#editor === undefined) return raw;
    const code = raw[1] === 'u' ? Number.parseInt(raw.slice(2), 16) : 0;
    if (code >= 0xd800 && code <= 0xdbff) {
      const before = this.#flushHighHalf();
      this.#highHalf = raw;
      return before;
    }
    const whole = this.#highHalf + raw;
    if (this.#highHalf !== '' && !(code >= 0xdc00 && code <= 0xdfff)) return this.#flushHighHalf() + this.#edited(raw);
    this.#highHalf = '';
    return this.#edited(whole);
  }

  #flushHighHalf(): string {
    const half = this.#highHalf;
    this.#highHalf = '';
    return half === '' ? '' : this.#edited(half);
  }

  /** One escape (or a pair) through the editor; unchanged it stays as it was written. */
  #edited(raw: string): string {
    const decoded = decodeEscapes(raw);
    const result = (this.#editor as PieceEditor).push(decoded);
    return result === decoded ? raw : escaped(result);
  }

  #endString(): string {
    const rest = this.#flushHighHalf() + (this.#editor === undefined ? '' : escaped(this.#editor.end()));
    this.#editor = undefined;
    this.#place = 'structure';
    return `${rest}"`;
  }
}

function isWholeEscape(sequence: string): boolean {
  return sequence[1] === 'u' ? sequence.length === 6 : sequence.length === 2;
}

/** Where a run of plain characters ends: at a quote, a backslash or a control character. */
function plainEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c || code < 0x20) return at;
  }
  return text.length;
}

function decodeEscapes(raw: string): string {
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex: string | undefined, short: string) =>
    hex === undefined ? (escapes[short] ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Text as it stands between the quotes of a JSON string. */
function escaped(text: string): string {
  // Not JSON.stringify: it would escape half of a surrogate pair whose other half comes with the next fragment.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON strings must escape.
  return text.replace(/["\\\u0000-\u001f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
