import { describe, expect, it } from 'vitest';
import { readToolResponse, writeToolResponse } from '../../../../../core/src/dialects/google-generate-content/translate/tool-response.ts';

describe('readToolResponse', () => {
  it.each([
    [undefined, ''],
    [null, ''],
    [{}, ''],
    ['as a text', 'as a text'],
    [[1, 2], '[1,2]'],
    [{ result: 'sunny' }, 'sunny'],
    [{ output: 'sunny' }, 'sunny'],
    [{ output: [{}, 'x'] }, '[{},"x"]'],
    [{ name: 'weather', content: 'sunny' }, 'sunny'],
    [{ name: 'weather', content: { sky: 'blue' } }, '{"sky":"blue"}'],
    [{ name: 'Berlin', content: 'sunny' }, '{"name":"Berlin","content":"sunny"}'],
    [{ name: 'weather' }, '{"name":"weather"}'],
    [{ content: 'sunny' }, '{"content":"sunny"}'],
    [{ return_value: 'sunny' }, '{"return_value":"sunny"}'],
    [{ result: 'sunny', wind: 3 }, '{"result":"sunny","wind":3}'],
  ])('%j says %j', (response, text) => {
    expect(readToolResponse(response, 'weather')).toEqual({ text, isError: false });
  });

  it.each([[{ error: 'no such place' }], [{ name: 'weather', error: 'no such place' }]])('%j is a failure', (response) => {
    expect(readToolResponse(response, 'weather')).toEqual({ text: 'no such place', isError: true });
  });
});

describe('writeToolResponse', () => {
  it('gives an object as one, its numbers as they were', () => {
    expect(JSON.stringify(writeToolResponse(' {"id":12345678901234567890,"price":1.0}', false))).toBe(
      '{"id":12345678901234567890,"price":1.0}',
    );
  });

  it.each(['', 'sunny', '[1]', '12345678901234567890', '"x"', 'null', '{"cut":', '{} and more'])('gives %j as a text', (text) => {
    expect(writeToolResponse(text, false)).toEqual({ result: text });
  });

  it('gives a schema as a text: `$ref` means a media part there', () => {
    const text = '{"properties":{"a":{"$ref":"#/$defs/a"}}}';
    expect(writeToolResponse(text, false)).toEqual({ result: text });
  });

  it('says that a failure is one, whatever it looks like', () => {
    expect(writeToolResponse('{"code":1}', true)).toEqual({ error: '{"code":1}' });
  });
});
