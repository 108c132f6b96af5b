/** Bounds of a JSON text. */
export interface ScanLimits {
  readonly depth?: number;
  /** Members and elements together. */
  readonly values?: number;
  /** Members of one object. */
  readonly keys?: number;
  /** Lets escapes through that are half of a surrogate pair: some servers cut streams there. */
  readonly loneSurrogates?: boolean;
}

/** A member of the root object: offsets into the text. */
export interface MemberSpan {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface JsonScan {
  /** The members of the root object; empty for other roots. */
  readonly members: ReadonlyMap<string, MemberSpan>;
  /** Offset of the root object's closing brace, or -1. */
  readonly rootEnd: number;
  /** Whether some key is written with a backslash. */
  readonly escapedKeys: boolean;
}

export type ScanProblem = 'duplicate-key' | 'depth' | 'values' | 'keys' | 'lone-surrogate';

/** A text that is refused although it may be JSON. */
export class JsonScanError extends Error {
  readonly kind: ScanProblem;
  readonly offset: number;
  /** Where, e.g. `messages[3].content`. */
  readonly path: string;

  constructor(kind: ScanProblem, offset: number, path: string) {
    super(`${kind} at ${path === '' ? 'the top' : path}`);
    this.name = 'JsonScanError';
    this.kind = kind;
    this.offset = offset;
    this.path = path;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** From so many keys on, a set finds duplicates faster than looking through them. */
const manyKeys = 8;

/** One open container. Kept per level and used again, so that a scan allocates little. */
interface Level {
  isObject: boolean;
  /** The next string of an object is a key. */
  expectsKey: boolean;
  readonly keys: string[];
  set: Set<string> | undefined;
  /** Position in an array. */
  index: number;
}

/**
 * Looks through a JSON text once, before it is parsed, so that hostile input is refused cheaply. It does not validate:
 * `JSON.parse` does that afterwards; for valid JSON the scan is exact, on anything else it ends without harm.
 */
export function scanJson(text: string, limits: ScanLimits = {}): JsonScan {
  const { depth: maxDepth = 64, values: maxValues = 500_000, keys: maxKeys = 10_000 } = limits;
  const checkSurrogates = limits.loneSurrogates !== true && text.includes('\\u') && /\\u[dD]/.test(text);
  const members = new Map<string, MemberSpan>();
  const levels: Level[] = [];
  let depth = 0;
  let level: Level | undefined;
  let values = 0;
  let rootEnd = -1;
  let escapedKeys = false;
  let keyStart = -1;
  let valueStart = -1;

  const fail = (kind: ScanProblem, offset: number): never => {
    throw new JsonScanError(kind, offset, pathOf(levels, depth));
  };
  const endMember = (end: number): void => {
    if (valueStart === -1 || level === undefined) return;
    const key = level.keys.at(-1) as string;
    members.set(key, { keyStart, valueStart: skipSpace(text, valueStart), valueEnd: skipSpaceBack(text, end) });
    valueStart = -1;
  };

  const length = text.length;
  let at = 0;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (end === -1) break; // unterminated: JSON.parse will say so
      if (checkSurrogates && !isWellFormed(text.slice(at, end))) fail('lone-surrogate', at);
      if (level?.expectsKey) {
        level.expectsKey = false;
        if (depth === 1) keyStart = at;
        const key = decodeKey(text, at, end);
        if (key.length !== end - at - 2) escapedKeys = true; // every escape is longer than what it stands for
        if (addKey(level, key)) fail('duplicate-key', at);
        if (level.keys.length > maxKeys) fail('keys', at);
      }
      at = end;
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth >= maxDepth) fail('depth', at);
      values += 1;
      if (values > maxValues) fail('values', at);
      level = openLevel(levels, depth, code === OPEN_BRACE);
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 1 && level?.isObject) {
        endMember(at);
        rootEnd = at;
      }
      if (depth > 0) depth -= 1;
      level = depth === 0 ? undefined : levels[depth - 1];
    } else if (code === COMMA) {
      values += 1;
      if (values > maxValues) fail('values', at);
      if (level !== undefined) {
        if (depth === 1 && level.isObject) endMember(at);
        level.expectsKey = level.isObject;
        level.index += 1;
      }
    } else if (code === COLON && depth === 1 && valueStart === -1) {
      valueStart = at + 1;
    }
    at += 1;
  }
  return { members, rootEnd, escapedKeys };
}

function openLevel(levels: Level[], depth: number, isObject: boolean): Level {
  const level = levels[depth];
  if (level === undefined) {
    const made: Level = { isObject, expectsKey: isObject, keys: [], set: undefined, index: 0 };
    levels.push(made);
    return made;
  }
  level.isObject = isObject;
  level.expectsKey = isObject;
  level.keys.length = 0;
  level.set = undefined;
  level.index = 0;
  return level;
}

/** Remembers a key of an object; true when it was there already. */
function addKey(level: Level, key: string): boolean {
  const { keys } = level;
  if (level.set === undefined) {
    for (let index = 0; index < keys.length; index += 1) if (keys[index] === key) return push(keys, key);
    keys.push(key);
    if (keys.length > manyKeys) level.set = new Set(keys);
    return false;
  }
  const known = level.set.has(key);
  level.set.add(key);
  keys.push(key);
  return known;
}

/** The key at fault is the last of its path. */
function push(keys: string[], key: string): true {
  keys.push(key);
  return true;
}

/** Behind the closing quote of the string that opens at `start`; -1 when there is none. */
export function stringEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** The key between two quotes, escapes resolved: `"a"` and `"\u0061"` are the same key. */
export function decodeKey(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (decodeString(text.slice(start, end)) ?? raw) : raw;
}

function isWellFormed(literal: string): boolean {
  return !/\\u[dD]/.test(literal) || (decodeString(literal)?.isWellFormed() ?? true);
}

function decodeString(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined; // not JSON: the parser will say so
  }
}

export function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function skipSpaceBack(text: string, end: number): number {
  let at = end;
  while (isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function pathOf(levels: readonly Level[], depth: number): string {
  let path = '';
  for (const level of levels.slice(0, depth)) {
    if (!level.isObject) path += `[${level.index}]`;
    else if (level.keys.length > 0) path += path === '' ? level.keys.at(-1) : `.${level.keys.at(-1)}`;
  }
  return path;
}
