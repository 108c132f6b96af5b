import type { z } from 'zod';
import type { ConfigProblem } from './errors.ts';

/** zod's issues as lines a person can act on: path, what is expected, what was received. */
export function configProblems(error: z.ZodError, given: unknown, root = ''): ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, given, root));
}

function problemsOf(issue: z.core.$ZodIssue, given: unknown, root: string): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: pathText(root, [...issue.path, key]),
      expected: 'no such key (is it misspelt?)',
      received: describeReceived(valueAt(given, [...issue.path, key])),
    }));
  return [
    {
      path: pathText(root, issue.path),
      expected: expectation(issue),
      received: describeReceived(valueAt(given, issue.path)),
    },
  ];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  return issue.message;
}

function pathText(root: string, path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return (root + text).replace(/^\./, '') || '(the whole value)';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** A config value as it is shown in a message. Long texts are left out: one of them could be a secret. */
export function describeReceived(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value.length <= 24 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'function' ? 'a function' : 'an object';
}
