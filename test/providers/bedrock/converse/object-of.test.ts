import { describe, expect, it } from 'vitest';
import { objectOf } from '../../../../providers/bedrock/src/converse/object-of.ts';

describe('a member', () => {
  it('is an object, or an empty one', () => {
    expect(objectOf({ a: 1 })).toEqual({ a: 1 });
    for (const odd of [undefined, null, [], 'x', 7]) expect(objectOf(odd)).toEqual({});
  });
});
