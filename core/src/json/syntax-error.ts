import { skipSpace } from './scan.ts';

/** The text is not JSON. Says where, never what. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  readonly line: number;
  readonly column: number;

  constructor(text: string) {
    const offset = syntaxErrorOffset(text);
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    super(`not valid JSON at line ${line}, column ${column}`);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}

/** `JSON.parse` names the place in some messages, not in others, and quotes the text in those: so we look ourselves. */
const token = /[{}[\],:"]|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

type Expected = 'value' | 'first element' | 'first key' | 'key' | 'colon' | 'comma';

/** Where a text stops being JSON: the first character that cannot stand there, or its end. Runs on refused texts only. */
export function syntaxErrorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = skipSpace(text, 0);
  while (at < text.length) {
    if (expected === 'comma' && open.length === 0) return at;
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return at;
    const next = after(found, expected, open);
    if (next === undefined) return at;
    const end = found === '"' ? closeOf(text, at) : at + found.length;
    if (end < 0) return -end;
    expected = next;
    at = skipSpace(text, end);
  }
  return text.length;
}

/** What is expected behind a token, or `undefined` where it cannot stand. */
function after(found: string, expected: Expected, open: ('{' | '[')[]): Expected | undefined {
  const closing = found === '}' ? '{' : found === ']' ? '[' : undefined;
  if (closing !== undefined) {
    const first = closing === '{' ? 'first key' : 'first element';
    if ((expected !== 'comma' && expected !== first) || open.pop() !== closing) return undefined;
    return 'comma';
  }
  if (found === ',') return expected !== 'comma' ? undefined : open.at(-1) === '{' ? 'key' : 'value';
  if (found === ':') return expected === 'colon' ? 'value' : undefined;
  if (expected === 'key' || expected === 'first key') return found === '"' ? 'colon' : undefined;
  if (expected !== 'value' && expected !== 'first element') return undefined;
  if (found !== '{' && found !== '[') return 'comma';
  open.push(found);
  return found === '{' ? 'first key' : 'first element';
}

/** Behind the string that opens at `start`; where it is broken, the negative offset of that. */
function closeOf(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -at;
    if (code !== 0x5c) continue;
    const escaped = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[0];
    if (escaped === undefined) return -at;
    at += escaped.length;
  }
  return -text.length;
}
