import { describe, expect, it } from 'vitest';
import { objectList, optionalObjects } from '../../../../core/src/dialects/translate/object-list.ts';

const naming = (param: string): unknown => expect.objectContaining({ code: 'GW_BAD_REQUEST', param });

describe('objectList', () => {
  it.each([undefined, null, 'x', {}])('%j is no list', (value) => {
    expect(() => objectList('tools', value)).toThrow(naming('tools'));
  });

  it.each([null, 'x', []])('%j is no object of one', (value) => {
    expect(() => objectList('tools', [{}, value])).toThrow(naming('tools[1]'));
  });

  it('says what was expected', () => {
    expect(() => objectList('messages', 5, 'a list of messages')).toThrow(/a list of messages/);
    expect(() => objectList('messages', [5], 'a list', 'a message')).toThrow(/a message/);
  });

  it('gives each with its place', () => {
    expect(objectList('tools', [{ a: 1 }, {}])).toEqual([
      [{ a: 1 }, 'tools[0]'],
      [{}, 'tools[1]'],
    ]);
  });
});

it('a list that was left out has none', () => {
  expect([optionalObjects('tools', undefined), optionalObjects('tools', null)]).toEqual([[], []]);
  expect(() => optionalObjects('tools', 'x')).toThrow(naming('tools'));
});
