import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../scripts/structure/tokens.ts';

/** The words of a source, in order. */
function words(text: string): string[] {
  return tokenize(text)
    .tokens.filter(({ kind }) => kind === 'word')
    .map((token) => token.text);
}

describe('tokenize', () => {
  it.each([
    ['line comments', 'a // b\nc', ['a', 'c']],
    ['block comments', 'a /* b\n */ c', ['a', 'c']],
    ['strings of both kinds, with escapes', `a 'b \\' c' "d \\" e" f`, ['a', 'f']],
    ['templates', 'a `b` c', ['a', 'c']],
    ['regular expressions, with quotes and slashes in classes', `a = /b'[/"]c\\/d/g; e`, ['a', 'e']],
    ['a comment mark in a string', `a 'http://b' c`, ['a', 'c']],
  ])('leaves %s out of the words', (_name, text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('reads the code inside templates, nested ones and ones with braces too', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test is a template itself.
    expect(words('`a ${b} c ${d({ e: `f ${g}` })} h` + i')).toEqual(['b', 'd', 'e', 'g', 'i']);
  });

  it('tells a division from a regular expression', () => {
    expect(words('a / b / c; (d) / e / f; return /g/ + h')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'return', 'h']);
  });

  it('keeps the line of each token across comments, templates and strings', () => {
    const { tokens } = tokenize('/*\n*/ a\n`\n\n` b\n// x\nc');
    expect(tokens.filter(({ kind }) => kind === 'word').map(({ text, line }) => [text, line])).toEqual([
      ['a', 2],
      ['b', 5],
      ['c', 7],
    ]);
  });

  it('tells a comment at each of its lines', () => {
    const { comments } = tokenize('a\n/* b\n c */\nd // e');
    expect([...comments.keys()]).toEqual([2, 3, 4]);
    expect(comments.get(4)).toBe('// e');
  });

  it('ends on every text, however broken', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', '${', '}', "'", '"', '/', '*', '\\', '\n', 'a', '[', ']', ' ') }), (text) => {
        expect(tokenize(text).tokens.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
