import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ArgumentsProgress,
  argumentsObject,
  argumentsPiece,
  argumentsText,
  objectIn,
} from '../../../../core/src/dialects/translate/tool-arguments.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;

describe('argumentsPiece', () => {
  it.each([[undefined], [null], [5], [true], [[]], ['']])('%j is nothing', (value) => {
    expect(argumentsPiece(value)).toBe('');
  });

  it('is JSON text, however the server writes it; white space is a piece too', () => {
    expect(argumentsPiece('{"a": 1.0')).toBe('{"a": 1.0');
    expect(argumentsPiece(' ')).toBe(' ');
    expect(argumentsPiece({ city: 'Paris' })).toBe('{"city":"Paris"}');
  });
});

describe('argumentsText', () => {
  it.each([[undefined], [null], [5], [[]], [''], [' '], [{}]])('%j is an empty object', (value) => {
    expect(argumentsText(value)).toBe('{}');
  });

  it('writes objects, and leaves what is written', () => {
    expect(argumentsText({ a: [1] })).toBe('{"a":[1]}');
    expect(argumentsText('{"a": 1.0}')).toBe('{"a": 1.0}');
    expect(argumentsText('not JSON')).toBe('not JSON');
  });

  it('an object nested too deep to be written is none, and breaks nothing', () => {
    expect(argumentsText(JSON.parse(deep) as JsonValue)).toBe('{}');
  });
});

describe('argumentsObject', () => {
  it.each(['', '  ', '\n', '{}'])('%j is an empty object', (written) => {
    expect(argumentsObject(written)).toEqual({});
  });

  it.each(['{"cut', '"text"', '[1]', 'null', '1e400', '12345678901234567890', 'not JSON', '{"a":1} x'])(
    '%s is no object: it goes on as a text',
    (written) => {
      expect(argumentsObject(written)).toEqual({ _raw: written });
    },
  );

  it('never throws, however deep it is', () => {
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    expect(JSON.stringify(argumentsObject(deep))).toBe(JSON.stringify({ _raw: deep }));
  });

  it('deeper than a body may be, it goes on as a text', () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(JSON.stringify(argumentsObject(nested(64)))).toBe(nested(64));
    expect(argumentsObject(nested(65))).toEqual({ _raw: nested(65) });
    expect(argumentsObject(nested(600))).toEqual({ _raw: nested(600) });
  });

  it('numbers keep their digits', () => {
    expect(JSON.stringify(argumentsObject('{"a":1.0,"b":12345678901234567890,"c":1e400}'))).toBe(
      '{"a":1.0,"b":12345678901234567890,"c":1e400}',
    );
  });

  it('whatever a model writes is an object', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (written) => {
        expect(JSON.stringify(argumentsObject(written))).toMatch(/^\{/);
      }),
    );
  });

  it('claude-code-router#160: any object is the object, numbers and odd keys as the model wrote them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(JSON.stringify(argumentsObject(JSON.stringify(value)))).toBe(JSON.stringify(value));
      }),
    );
    expect(JSON.stringify(argumentsObject('{"__proto__":1.0,"1":2}'))).toBe('{"1":2,"__proto__":1.0}');
  });
});

describe('objectIn', () => {
  it.each(['', 'sunny', '[1]', 'null', '"x"', '{"cut":', '{} and more', '1e400'])('%j holds none', (text) => {
    expect(objectIn(text)).toBeUndefined();
  });

  it('an object, its numbers as they stand', () => {
    expect(JSON.stringify(objectIn(' {"id":12345678901234567890,"price":1.0}\n'))).toBe('{"id":12345678901234567890,"price":1.0}');
  });
});

describe('ArgumentsProgress', () => {
  const isWhole = (...pieces: string[]): boolean => {
    const progress = new ArgumentsProgress();
    for (const piece of pieces) progress.add(piece);
    return progress.whole;
  };

  it.each(['', '{', '{"a":1', '{"a":"}', '[{}', '"}"', '5', '{}}', '}', '{} x', '{"a":"\\"}', '{]', '[]'])(
    '%j is no whole object',
    (text) => {
      expect(isWhole(text)).toBe(false);
    },
  );

  it('vercel/ai 45b3d76: no beginning of an object is one, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.nat(), fc.nat(), (value, cut, other) => {
        const text = ` ${JSON.stringify(value, null, 1)}\n`;
        const at = cut % text.length;
        expect(isWhole(text.slice(0, at), text.slice(at))).toBe(true);
        const end = other % (text.length - 1);
        expect(isWhole(text.slice(0, Math.min(at, end)), text.slice(Math.min(at, end), end))).toBe(false);
      }),
    );
  });
});
