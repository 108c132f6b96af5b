import type { Token } from './tokens.ts';

export interface Import {
  /** `undefined` for `import(expression)`: what it loads cannot be read from the source. */
  readonly specifier: string | undefined;
  /** The names taken, as exported; `default` and `*` stand for themselves, none for a bare or a dynamic import. */
  readonly names: readonly string[];
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every module that a source names: import and export declarations, `import()` as a value or a type, `require()`. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.kind !== 'word' || isMember(tokens, at)) continue;
    const read = readAt(tokens, at);
    if (read !== undefined) found.push(read);
  }
  return found;
}

/** Whether the word at `at` is a property of something: `a.word` or `a?.word`. A spread's three dots are no property. */
export function isMember(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === '.' && tokens[at - 1]?.kind === 'mark' && tokens[at - 2]?.text !== '.';
}

function readAt(tokens: readonly Token[], at: number): Import | undefined {
  const text = tokens[at]?.text;
  const next = tokens[at + 1];
  if ((text === 'import' || text === 'require') && next?.kind === 'mark' && next.text === '(') return called(tokens, at);
  if (text === 'import' && next?.kind === 'string') return { specifier: next.text, names: [], typeOnly: false, line: next.line };
  if (text === 'import' || text === 'export') return declared(tokens, at);
  return undefined;
}

function called(tokens: readonly Token[], at: number): Import | undefined {
  const argument = tokens[at + 2];
  const end = tokens[at + 3]?.text;
  const literal = argument?.kind === 'string' || argument?.kind === 'template';
  const specifier = literal && (end === ')' || end === ',') ? argument.text : undefined;
  return { specifier, names: ['*'], typeOnly: false, line: tokens[at]?.line ?? 0 };
}

/** `import type? default?, { names }? from '…'`, `export type? { names } from '…'`, `export * as name from '…'`. */
function declared(tokens: readonly Token[], start: number): Import | undefined {
  let at = start + 1;
  const typeOnly = tokens[at]?.text === 'type' && tokens[at + 1]?.text !== 'from' && tokens[at + 1]?.text !== ',';
  if (typeOnly) at += 1;
  const clause = clauseAt(tokens, at);
  const specifier = tokens[clause.end + 1];
  if (tokens[clause.end]?.text !== 'from' || specifier?.kind !== 'string') return undefined;
  const isTypeOnly = typeOnly || (clause.entries.length > 0 && clause.entries.every((entry) => entry.typeOnly));
  return {
    specifier: specifier.text,
    names: clause.entries.map(({ name }) => name),
    typeOnly: isTypeOnly,
    line: tokens[start]?.line ?? 0,
  };
}

interface Entry {
  readonly name: string;
  readonly typeOnly: boolean;
}

/** What stands between `import` or `export` and `from`; ends at the first token that cannot belong there. */
function clauseAt(tokens: readonly Token[], start: number): { readonly entries: Entry[]; readonly end: number } {
  const entries: Entry[] = [];
  let at = start;
  for (; ; at += 1) {
    const token = tokens[at];
    if (token?.text === '*') entries.push({ name: '*', typeOnly: false });
    else if (token?.text === '{') at = braces(tokens, at, entries);
    else if (token?.kind === 'word' && token.text === 'as') at += 1;
    else if (token?.kind === 'word' && tokens[start - 1]?.text !== 'export' && isDefault(tokens, at, entries)) {
      entries.push({ name: 'default', typeOnly: false });
    } else if (token?.text !== ',') break;
  }
  return { entries, end: at };
}

function isDefault(tokens: readonly Token[], at: number, before: readonly Entry[]): boolean {
  const next = tokens[at + 1]?.text;
  return before.length === 0 && (next === ',' || next === 'from');
}

function braces(tokens: readonly Token[], open: number, entries: Entry[]): number {
  let at = open + 1;
  while (at < tokens.length && tokens[at]?.text !== '}') {
    const typeOnly =
      tokens[at]?.text === 'type' && tokens[at + 1]?.text !== ',' && tokens[at + 1]?.text !== '}' && tokens[at + 1]?.text !== 'as';
    const name = tokens[typeOnly ? at + 1 : at]?.text ?? '';
    entries.push({ name, typeOnly });
    while (at < tokens.length && tokens[at]?.text !== ',' && tokens[at]?.text !== '}') at += 1;
    if (tokens[at]?.text === ',') at += 1;
  }
  return at;
}
