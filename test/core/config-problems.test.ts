import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configProblems, describeReceived } from '../../core/src/config-problems.ts';
import type { ConfigProblem } from '../../core/src/errors.ts';
import { z } from '../../core/src/plugin.ts';

function problemsOf(schema: z.ZodType, given: unknown, root?: string): ConfigProblem[] {
  const result = schema.safeParse(given);
  return result.success ? [] : configProblems(result.error, given, root, schema);
}

const secretNames = [
  'apiKey',
  'api_key',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'password',
  'PASSWORD',
  'passwd',
  'authorization',
  'Cookie',
];

describe('secrets', () => {
  it.each(secretNames)('a wrong value under %s is never echoed', (name) => {
    const [problem] = problemsOf(z.strictObject({ [name]: z.number() }), { [name]: 'hunter2' });
    expect(problem).toEqual({ path: name, expected: 'a number', received: 'a string of 7 characters' });
  });

  it.each(secretNames)('an unknown key %s does not echo its value', (name) => {
    const [problem] = problemsOf(z.strictObject({}), { [name]: 'hunter2' });
    expect(problem?.received).toBe('a string of 7 characters');
  });

  it('under a name that nobody knows are not echoed, however short: it may be a misspelt one', () => {
    expect(problemsOf(z.strictObject({}), { bearer: 'hunter2', nested: ['hunter2'], port: 1 })).toMatchObject([
      { path: 'bearer', received: 'a string of 7 characters' },
      { path: 'nested', received: 'an array of 1' },
      { path: 'port', received: '1' },
    ]);
  });

  it('are not echoed when headers are written as one text', () => {
    const [problem] = problemsOf(z.strictObject({ headers: z.record(z.string(), z.string()) }), { headers: 'x-auth: hunter2' });
    expect(problem?.received).toBe('a string of 15 characters');
  });

  it('are not echoed below such a name either, nor in lists', () => {
    const schema = z.strictObject({ keys: z.array(z.strictObject({ value: z.number() })), tokens: z.array(z.number()) });
    const given = { keys: [{ value: 'hunter2' }], tokens: ['hunter2'] };
    expect(JSON.stringify(problemsOf(schema, given))).not.toContain('hunter2');
  });

  it.each(['redis://me:pw@db', 'Bearer abc', 'x'.repeat(25)])('%s is not echoed under any name', (text) => {
    expect(describeReceived(text, ['where'])).toBe(`a string of ${text.length} characters`);
  });

  it('never stand in a problem, whatever the text and the schema', () => {
    const schemas = fc.constantFrom(
      z.number(),
      z.enum(['a', 'b']),
      z.string().max(3),
      z.string().regex(/^!$/),
      z.union([z.number(), z.array(z.string())]),
    );
    fc.assert(
      fc.property(schemas, fc.constantFrom(...secretNames), fc.stringMatching(/^zq[0-9a-f]{6,40}$/), (schema, name, secret) => {
        expect(JSON.stringify(problemsOf(z.strictObject({ [name]: schema }), { [name]: secret }))).not.toContain(secret);
      }),
    );
  });
});

describe('paths', () => {
  it('start at the root that is given, and count list elements', () => {
    const schema = z.strictObject({ list: z.array(z.strictObject({ a: z.number() })) });
    expect(problemsOf(schema, { list: [{ a: 1 }, { a: 'x' }] }, 'options')).toEqual([
      { path: 'options.list[1].a', expected: 'a number', received: '"x"' },
    ]);
  });

  it('of the root itself is the root, or says so', () => {
    expect(problemsOf(z.string(), 5, 'options')[0]?.path).toBe('options');
    expect(problemsOf(z.string(), 5)[0]?.path).toBe('(the whole value)');
  });
});

describe('expectations', () => {
  it.each([
    [z.enum(['info', 'debug']), 'x', '"info" or "debug"'],
    [z.literal(5), 6, '5'],
    [z.string().min(2), 'x', 'at least 2 characters'],
    [z.string().max(1), 'xy', 'at most 1 characters'],
    [z.array(z.string()).min(1), [], 'at least 1 elements'],
    [z.number().lt(5), 5, 'a number of less than 5'],
    [z.string().min(2, { error: 'a name of two letters' }), 'x', 'a name of two letters'],
    [z.union([z.string(), z.number()]), true, 'a string or a number'],
    [z.union([z.string(), z.strictObject({ a: z.number() })]), { a: 'x' }, 'a number'],
  ])('%# says what is expected', (schema, given, expected) => {
    expect(problemsOf(schema, given).map((problem) => problem.expected)).toEqual([expected]);
  });

  it('for unknown keys look through defaults and options of a schema', () => {
    const inner = z.strictObject({ windowMs: z.number().optional() });
    for (const wrapped of [
      inner.optional(),
      inner.prefault({}),
      inner.default({}).optional(),
      inner.nullable(),
      z.array(inner),
      z.record(z.string(), inner),
    ]) {
      const value = { windowMS: 1 };
      const given = wrapped instanceof z.ZodArray ? [value] : value;
      const [problem] = problemsOf(z.strictObject({ part: wrapped }), { part: wrapped instanceof z.ZodRecord ? { any: value } : given });
      expect(problem?.expected).toBe('no such key (did you mean windowMs?)');
    }
  });

  it('without the schema still refuse the unknown key', () => {
    const { error } = z.strictObject({}).safeParse({ x: 1 });
    expect(configProblems(error as z.ZodError, { x: 1 })).toEqual([
      { path: 'x', expected: 'no such key (is it misspelt?)', received: '1' },
    ]);
  });
});

describe('what was received', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['', '""'],
    ['a"b', '"a\\"b"'],
    [0, '0'],
    [10n, '10'],
    [false, 'false'],
    [[1, 2], 'an array of 2'],
    [{ a: 1 }, 'an object'],
    [() => {}, 'a function'],
    [Symbol('x'), 'an object'],
  ])('%# is described', (value, text) => {
    expect(describeReceived(value)).toBe(text);
  });
});
