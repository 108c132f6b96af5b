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

  it('what is nested too deep to be written is left out, and breaks nothing', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`) as JsonValue;
    expect(argumentsText(deep)).toBe('');
  });

  it('arguments are JSON text, however the server writes them', () => {
    expect(argumentsText('{"a": 1.0')).toBe('{"a": 1.0');
    expect(argumentsText({ city: 'Paris' })).toBe('{"city":"Paris"}');
  });
});
