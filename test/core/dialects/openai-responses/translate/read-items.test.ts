import { describe, expect, it } from 'vitest';
import { ReadItem, ReadItems } from '../../../../../core/src/dialects/openai-responses/translate/read-items.ts';

describe('ReadItem', () => {
  it('counts by index and finds by order', () => {
    const item = new ReadItem();
    expect([item.count(4, 2), item.count(4, 3), item.count(undefined, 1), item.count(4, 1)]).toEqual([true, false, true, false]);
    expect([item.partAt(0), item.partAt(1)]).toEqual([
      { index: 4, length: 6 },
      { index: undefined, length: 1 },
    ]);
    expect(item.partAt(2).length).toBe(0);
  });
});

describe('ReadItems', () => {
  it('finds an item by its index, whatever its id is now', () => {
    const items = new ReadItems();
    const item = items.add({ output_index: 3 }, { id: 'a' });
    expect(items.at({ output_index: 3, item_id: 'b' })).toBe(item);
    expect(items.at({ output_index: 4, item_id: 'a' })).not.toBe(item);
    const unannounced = items.at({ output_index: 5, item_id: 'c' });
    expect(items.known({ id: 'c' }, 9)).toBe(unannounced);
  });

  it('finds an item by its id where there is no index, and the last where there is neither', () => {
    const items = new ReadItems();
    const [a, b] = [items.add({}, { id: 'a' }), items.add({}, { id: 'b' })];
    expect(items.at({ item_id: 'a' })).toBe(a);
    expect(items.at({}, { id: 'b' })).toBe(b);
    expect(items.at({ item_id: null })).toBe(b);
  });

  it('begins an item again where a server gives all of them one index', () => {
    const items = new ReadItems();
    const first = items.add({ output_index: 0 }, { id: 'a' });
    const second = items.add({ output_index: 0 }, { id: 'b' });
    expect(items.at({ output_index: 0 })).toBe(second);
    expect(items.known({ id: 'a' }, 0)).toBe(first);
  });

  it('knows of the whole answer only what it cannot have read: nothing twice', () => {
    const none = new ReadItems();
    expect([none.known({ id: 'a' }, 0), none.known({}, 1)].every((item) => item instanceof ReadItem)).toBe(true);
    const some = new ReadItems();
    const item = some.add({ output_index: 0 }, { id: 'a' });
    expect(some.known({ id: 'other' }, 0)).toBe(item);
    expect(some.known({ id: 'other' }, 1)).toBeUndefined();
  });
});
