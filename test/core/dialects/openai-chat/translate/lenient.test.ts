import { describe, expect, it } from 'vitest';
import { argumentsText, objectsIn, textOf } from '../../../../../core/src/dialects/openai-chat/translate/lenient.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';

const odd: readonly (JsonValue | undefined)[] = [undefined, null, 5, true, []];

describe('what a provider sent', () => {
  it.each(odd)('%j is no text and no arguments', (value) => {
    expect([textOf(value), argumentsText(value)]).toEqual(['', '']);
  });

  it.each([undefined, null, 5, 'x', { 0: {} }])('%j holds no objects', (value) => {
    expect(objectsIn(value)).toEqual([]);
  });

  it('objects are taken from among anything', () => {
    expect(objectsIn([null, { a: 1 }, 'x', [], {}])).toEqual([{ a: 1 }, {}]);
  });

  it('arguments are JSON text, however the server writes them', () => {
    expect(argumentsText('{"a": 1.0')).toBe('{"a": 1.0');
    expect(argumentsText({ city: 'Paris' })).toBe('{"city":"Paris"}');
  });
});
