import type { JsonValue } from '../model/json.ts';
import { stringEnd } from './scan.ts';

/** ECMAScript's JSON.parse source text access (V8 11.4), which TypeScript's library does not know yet. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): JsonValue;
  rawJSON(text: string): unknown;
}

/**
 * As deep as the gateway lets a client's body be (`limits.jsonDepth`). What is deeper is looked at nowhere: reading it takes a
 * stack as deep, and a body that held it would be refused.
 */
const maxDepth = 64;

/**
 * Parses JSON so that `JSON.stringify` writes its numbers as they stood: `1.0`, `1e400` and integers beyond 2⁵³ keep their
 * digits. Only for values that are written again as they are: a number whose double says less is an object here.
 * Throws `SyntaxError`, also for what is nested more than 64 levels deep.
 */
export function parseExact(text: string): JsonValue {
  if (isDeeperThan(text, maxDepth)) throw new SyntaxError(`JSON nested more than ${maxDepth} levels deep`);
  const json = JSON as unknown as ExactJson;
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** Whether brackets outside of strings are open so deep. Cheap: it is asked before anything is parsed. */
function isDeeperThan(text: string, levels: number): boolean {
  if (text.length <= levels) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        depth += 1;
        if (depth > levels) return true;
        break;
      case '}':
      case ']':
        depth -= 1;
        break;
      case '"': {
        const end = stringEnd(text, at);
        if (end === -1) return false; // no JSON: the parser will say so
        at = end - 1;
      }
    }
  }
  return false;
}
