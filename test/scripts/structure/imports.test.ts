import { describe, expect, it } from 'vitest';
import { importsOf } from '../../../scripts/structure/imports.ts';
import { tokenize } from '../../../scripts/structure/tokens.ts';

function read(text: string): unknown[] {
  return importsOf(tokenize(text).tokens).map(({ specifier, names, typeOnly }) => [specifier, names, typeOnly]);
}

describe('importsOf', () => {
  it.each([
    ["import 'a';", ['a', [], false]],
    ["import a from 'a';", ['a', ['default'], false]],
    ["import * as a from 'a';", ['a', ['*'], false]],
    ["import a, { b as c, type D } from 'a';", ['a', ['default', 'b', 'D'], false]],
    ["import { type B, type C as D } from 'a';", ['a', ['B', 'C'], true]],
    ["import type A from 'a';", ['a', ['default'], true]],
    ["import type { A } from 'a';", ['a', ['A'], true]],
    ["import type from 'a';", ['a', ['default'], false]],
    ["import { type } from 'a';", ['a', ['type'], false]],
    ["import { type as b } from 'a';", ['a', ['type'], false]],
    ["export { a, b as c } from 'a';", ['a', ['a', 'b'], false]],
    ["export type { A } from 'a';", ['a', ['A'], true]],
    ["export * from 'a';", ['a', ['*'], false]],
    ["export * as b from 'a';", ['a', ['*'], false]],
    ["const a = await import('a');", ['a', ['*'], false]],
    ["type A = import('a').B;", ['a', ['*'], false]],
    ["const a = require('a');", ['a', ['*'], false]],
    ["import a from 'a' with { type: 'json' };", ['a', ['default'], false]],
    ['import(`a`);', ['a', ['*'], false]],
    ['import(a);', [undefined, ['*'], false]],
    ["import('a' + b);", [undefined, ['*'], false]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test is a template itself.
    ['import(`a${b}`);', [undefined, ['*'], false]],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  it.each([
    "export const from = 'a';",
    'import.meta.main;',
    "// import 'a'",
    `"import 'a'"`,
    'export { a };',
    "a.require('b');",
    'export type A = B;',
  ])('%s is none', (text) => {
    expect(read(text)).toEqual([]);
  });
});
