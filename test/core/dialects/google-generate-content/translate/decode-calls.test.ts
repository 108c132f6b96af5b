import { describe, expect, it } from 'vitest';
import { decodeCall, decodeResult } from '../../../../../core/src/dialects/google-generate-content/translate/decode-calls.ts';
import { CallIds } from '../../../../../core/src/dialects/translate/call-ids.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';

const place = { path: ['contents', 3, 'parts', 1], turn: 3, position: 1 };
const call = (value: JsonValue) => decodeCall(value, undefined, place, new CallIds());
const result = (value: JsonValue) => {
  const losses = new RequestLosses();
  return { ...decodeResult({ function_response: value }, place, new CallIds(), losses), losses: losses.list() };
};
const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };

describe('decodeCall', () => {
  it.each<[JsonValue, string]>([
    ['f', ''],
    [{}, '.name'],
    [{ name: '' }, '.name'],
    [{ name: 'f', args: '{}' }, '.args'],
    [{ name: 'f', id: 1 }, '.id'],
  ])('refuses %j at functionCall%s', (value, at) => {
    expect(() => call(value)).toThrow(expect.objectContaining({ param: `contents[3].parts[1].functionCall${at}` }));
  });

  it('has an id and arguments, whether or not they were given', () => {
    expect(call({ name: 'f', args: null, id: null })).toEqual({
      kind: 'toolCall',
      id: 'call_3_1',
      name: 'f',
      arguments: '{}',
      opaque: undefined,
    });
    expect(call({ name: 'f', args: { a: 1 }, id: 'x' })).toMatchObject({ id: 'x', arguments: '{"a":1}' });
  });
});

describe('decodeResult', () => {
  it.each<[JsonValue, string]>([
    ['f', ''],
    [{ response: {} }, '.name'],
    [{ name: 'f', id: {} }, '.id'],
  ])('refuses %j at functionResponse%s', (value, at) => {
    expect(() => result(value)).toThrow(expect.objectContaining({ param: `contents[3].parts[1].functionResponse${at}` }));
  });

  it('what no other format takes in a result is not left out in silence', () => {
    const audio = { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } };
    const { losses } = result({ name: 'f', response: {}, parts: [image, audio, {}, 'x'] });
    expect(losses).toEqual([1, 2, 3].map((index) => ({ field: `contents[3].parts[1].functionResponse.parts[${index}]`, level: 'refuse' })));
  });

  it('is a text, with the media after it; no text beside media where there is none', () => {
    const media = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } };
    const text = (said: string) => ({ kind: 'text', text: said });
    const of = (response: JsonObject, parts?: JsonValue[]) => result({ name: 'f', response, ...(parts && { parts }) }).parts;
    expect(of({ result: 'see' }, [image])).toEqual([text('see'), media]);
    expect(of({}, [image])).toEqual([media]);
    expect(of({})).toEqual([text('')]);
  });
});
