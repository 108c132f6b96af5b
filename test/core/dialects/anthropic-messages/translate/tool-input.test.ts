import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentsText, toolInput } from '../../../../../core/src/dialects/anthropic-messages/translate/tool-input.ts';

describe('toolInput', () => {
  it.each(['', '  ', '{}'])('%j is an empty object', (written) => {
    expect(toolInput(written)).toEqual({});
  });

  it.each(['{"cut', '"text"', '[1]', 'null', '1e400', 'not JSON', '{"a":1} x'])('%s is no object: it goes on as a text', (written) => {
    expect(toolInput(written)).toEqual({ _raw: written });
  });

  it('never throws, however deep it is', () => {
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    expect(JSON.stringify(toolInput(deep))).toBe(JSON.stringify({ _raw: deep }));
  });

  it('numbers keep their digits', () => {
    expect(JSON.stringify(toolInput('{"a":1.0,"b":12345678901234567890,"c":1e400}'))).toBe('{"a":1.0,"b":12345678901234567890,"c":1e400}');
  });

  it('whatever a model writes is an object', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (written) => {
        expect(JSON.stringify(toolInput(written))).toMatch(/^\{/);
      }),
    );
  });
});

describe('argumentsText', () => {
  it.each([[undefined], [null], [5], [[]], [''], [' ']])('%j is nothing', (input) => {
    expect(argumentsText(input)).toBe('{}');
  });

  it('writes objects, and leaves what is written', () => {
    expect(argumentsText({ a: [1] })).toBe('{"a":[1]}');
    expect(argumentsText('{"a": 1}')).toBe('{"a": 1}');
  });
});
