import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEscapedKeys } from '../../../core/src/json/parse.ts';
import { documentText, garbage } from './texts.ts';

describe('parseEscapedKeys', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(documentText, (text) => {
        expect(isDeepStrictEqual(parseEscapedKeys(text), JSON.parse(text))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('throws SyntaxError for what is not JSON', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          parseEscapedKeys(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('is not confused by keys it met before', () => {
    for (const [before, text, keys] of [
      ['{"first":true,"\\\\":1}', '{"first":true,"\\"":{}}', ['first', '"']],
      ['{"second":true,"\\\\u":1}', '{"second":true,"\\u0061b":{}}', ['second', 'ab']],
    ] as const) {
      parseEscapedKeys(before);
      expect(Object.keys(parseEscapedKeys(text) as object)).toEqual(keys);
    }
  });
});
