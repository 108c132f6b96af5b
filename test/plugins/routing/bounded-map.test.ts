import { expect, it } from 'vitest';
import { BoundedMap, maxRemembered } from '../../../plugins/routing/src/bounded-map.ts';

it('never holds more than its limit, whatever clients call their models', () => {
  const map = new BoundedMap<number>();
  for (let index = 0; index < maxRemembered + 50; index += 1) map.set(`model-${index}`, index);
  expect(map.size).toBe(maxRemembered);
  expect(map.get('model-49')).toBeUndefined();
  expect(map.get('model-50')).toBe(50);
});

it('forgets what was set longest ago, not what is in use', () => {
  const map = new BoundedMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
});
