import type { z } from 'zod';
import type { ConfigProblem } from './errors.ts';
import { nearKey } from './near-key.ts';

type Path = readonly PropertyKey[];

/** zod's issues as lines a person can act on: path, what is expected, what was received. */
export function configProblems(error: z.ZodError, given: unknown, root = '', schema?: z.ZodType): ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, given, root, schema));
}

function problemsOf(issue: z.core.$ZodIssue, given: unknown, root: string, schema: z.ZodType | undefined): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = schema === undefined ? [] : keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKeyAt([...issue.path, key], unknownKey(key, known), given, root));
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, given, root, schema);
  return [problemAt(issue.path, expectation(issue), given, root)];
}

function problemAt(path: Path, expected: string, given: unknown, root: string): ConfigProblem {
  return { path: pathText(root, path), expected, received: describeReceived(valueAt(given, path), path) };
}

/** A text under a name that nobody knows is not echoed: it may be a secret under a misspelt name. */
function unknownKeyAt(path: Path, expected: string, given: unknown, root: string): ConfigProblem {
  const value = valueAt(given, path);
  const received = typeof value === 'string' ? hiddenText(value) : describeReceived(value, path);
  return { path: pathText(root, path), expected, received };
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearKey(key, known);
  if (near !== undefined) return `no such key (did you mean ${near}?)`;
  return known.length === 0 ? 'no such key (is it misspelt?)' : `no such key (there are: ${known.join(', ')})`;
}

/** The branch that came furthest says what is wrong; when none got inside the value, all say what they take. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, given: unknown, root: string, schema: z.ZodType | undefined): ConfigProblem[] {
  const branches = issue.errors.map((issues) => issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  const inside = branches.find((issues) => issues.every((inner) => inner.code !== 'invalid_type' || inner.path.length > issue.path.length));
  if (inside !== undefined && inside.length > 0) return inside.flatMap((inner) => problemsOf(inner, given, root, schema));
  const expected = branches.flatMap((issues) => issues.slice(0, 1).map(expectation));
  return [problemAt(issue.path, [...new Set(expected)].join(' or ') || issue.message, given, root)];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (!/^(?:Invalid|Too) /.test(issue.message)) return issue.message; // the schema's own words
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : withArticle(issue.expected);
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return amount(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return amount(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    default:
      return issue.message;
  }
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function amount(origin: string, comparison: string, bound: number | bigint): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' elements' : '';
  return `${unit === '' ? 'a number of ' : ''}${comparison} ${bound}${unit}`;
}

function pathText(root: string, path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return (root + text).replace(/^\./, '') || '(the whole value)';
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** What of a zod schema leads to the keys of its objects. */
interface SchemaDefinition {
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

/** The keys that the schema knows at a place; none when it cannot be told. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let definition = definitionOf(schema);
  for (const step of path) {
    const next = definition?.shape?.[String(step)] ?? definition?.element ?? definition?.valueType;
    if (next === undefined) return [];
    definition = definitionOf(next);
  }
  return Object.keys(definition.shape ?? {});
}

/** Looks through what wraps a schema: optional, default, pipe. */
function definitionOf(schema: z.ZodType): SchemaDefinition {
  let definition = schema.def as SchemaDefinition;
  for (let depth = 0; depth < 16; depth += 1) {
    const inner = definition.innerType ?? definition.in;
    if (inner === undefined) break;
    definition = inner.def as SchemaDefinition;
  }
  return definition;
}

/** Names of values that are nobody's to read. */
const secretName = /key|secret|pepper|token|passw|authori[sz]ation|credential|cookie|^headers$/i;

/** A URL with a password in it. */
const secretText = /\/\/[^/\s]*@|^Bearer /i;

/**
 * A config value as it is shown in a message. Texts below names like `apiKey`, and long ones, are left out: they could be
 * secrets.
 */
export function describeReceived(value: unknown, path: Path = []): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return describeText(value, path);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'function' ? 'a function' : 'an object';
}

function describeText(text: string, path: Path): string {
  const hidden = text.length > 24 || secretText.test(text) || path.some(namesSecret);
  return hidden ? hiddenText(text) : JSON.stringify(text);
}

function hiddenText(text: string): string {
  return `a string of ${text.length} characters`;
}

function namesSecret(step: PropertyKey): boolean {
  return typeof step === 'string' && secretName.test(step);
}
