import type { JsonValue } from '../model/json.ts';
import { decodeKey, skipSpace, stringEnd } from './scan.ts';
import { valueEnd } from './splice.ts';

/**
 * `JSON.parse` of a text that writes keys with escapes. V8 (13.6 at least) confuses such keys: once it has seen an object
 * with the key `\`, it reads `{"\u006e":1}` as `{"\":1}`, for it compares the text as written with the key it expects.
 * Whoever sends both could hide a member from us that the provider reads. Here V8 still says whether the text is valid,
 * but reads no escaped key. Throws SyntaxError.
 */
export function parseEscapedKeys(text: string): JsonValue {
  JSON.parse(text);
  return read(text, skipSpace(text, 0)).value;
}

interface Read {
  readonly value: JsonValue;
  readonly end: number;
}

/** The value at `start` of a valid text. As deep as the text, which the scanner bounds. */
function read(text: string, start: number): Read {
  const opening = text[start];
  if (opening === '{') return readObject(text, start);
  if (opening === '[') return readArray(text, start);
  const end = valueEnd(text, start);
  return { value: JSON.parse(text.slice(start, end)) as JsonValue, end };
}

function readObject(text: string, start: number): Read {
  const members: [string, JsonValue][] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}') {
    const keyEnd = stringEnd(text, at);
    const key = decodeKey(text, at, keyEnd);
    const { value, end } = read(text, skipSpace(text, skipSpace(text, keyEnd) + 1));
    members.push([key, value]);
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return { value: Object.fromEntries(members), end: at + 1 };
}

function readArray(text: string, start: number): Read {
  const elements: JsonValue[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== ']') {
    const { value, end } = read(text, at);
    elements.push(value);
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return { value: elements, end: at + 1 };
}
