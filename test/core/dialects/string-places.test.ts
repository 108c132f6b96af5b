import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringPlaces } from '../../../core/src/dialects/string-places.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { valueAt } from './openai-responses/every-text.ts';

describe('stringPlaces', () => {
  it('is every string, with its path below the one given', () => {
    const value = { a: 'one', b: [{ type: 'two' }, 3, null] };
    expect([...stringPlaces(value, ['x'], 'user')]).toEqual([
      { scope: 'user', path: ['x', 'a'], text: 'one' },
      { scope: 'user', path: ['x', 'b', 0, 'type'], text: 'two' },
    ]);
    expect([...stringPlaces('one', ['x'], 'user')]).toEqual([{ scope: 'user', path: ['x'], text: 'one' }]);
    expect([...stringPlaces(undefined, ['x'], 'user')]).toEqual([]);
  });

  it('misses none, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const places = [...stringPlaces(value as JsonValue, [], 'other')];
        for (const { path, text } of places) expect(valueAt(value, path)).toBe(text);
        let strings = 0;
        JSON.stringify(value, (_, member: unknown) => {
          if (typeof member === 'string') strings += 1;
          return member;
        });
        expect(places).toHaveLength(strings);
      }),
    );
  });
});
