import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentNames } from '../../../../providers/bedrock/src/converse/document-names.ts';

describe('names of documents', () => {
  it.each([
    ['report.pdf', 'report'],
    ['Q3 / 2026: übersicht (final).xlsx', 'Q3 2026 bersicht (final)'],
    ['../../etc/passwd', 'etc passwd'],
    ['a\t\n b', 'a b'],
    ['日本.pdf', 'document'],
    ['', 'document'],
    [undefined, 'document'],
    ['[draft]-1', '[draft]-1'],
    [`${'x'.repeat(99)} and more`, 'x'.repeat(99)],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('%j is %j', (given, name) => {
    expect(new DocumentNames().next(given)).toBe(name);
  });

  it('are each another, and the same each time the conversation is sent', () => {
    const names = (): string[] => {
      const made = new DocumentNames();
      return ['a.pdf', 'a.txt', undefined, 'a', undefined].map((name) => made.next(name));
    };
    expect(names()).toEqual(['a', 'a (2)', 'document', 'a (3)', 'document (2)']);
    expect(names()).toEqual(names());
  });

  it('are what Converse takes, whatever was given', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), (given) => {
        const made = new DocumentNames();
        const names = given.map((name) => made.next(name));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) {
          expect(name).toMatch(/^[A-Za-z0-9()[\]-](?:[A-Za-z0-9()[\] -]*[A-Za-z0-9()[\]-])?$/);
          expect(name).not.toContain('  ');
          expect(name.length).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});
