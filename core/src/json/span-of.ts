import { decodeKey, skipSpace, stringEnd } from './scan.ts';
import { valueEnd } from './splice.ts';

/** A part of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The member `key` of the first object in a text, with one adjoining comma: cutting the span out leaves valid JSON.
 * `undefined` when there is no such member.
 */
export function topLevelKeySpan(text: string, key: string): Span | undefined {
  const open = text.indexOf('{');
  if (open === -1) return undefined;
  let at = skipSpace(text, open + 1);
  let comma = -1; // the one before the member looked at
  while (at < text.length && text[at] === '"') {
    const start = at;
    const keyEnd = stringEnd(text, at);
    if (keyEnd === -1) return undefined;
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') return undefined;
    const end = valueEnd(text, skipSpace(text, colon + 1));
    const next = skipSpace(text, end);
    if (decodeKey(text, start, keyEnd) === key) {
      if (comma !== -1) return { start: comma, end };
      return { start, end: text[next] === ',' ? skipSpace(text, next + 1) : end };
    }
    if (text[next] !== ',') return undefined;
    comma = next;
    at = skipSpace(text, next + 1);
  }
  return undefined;
}
