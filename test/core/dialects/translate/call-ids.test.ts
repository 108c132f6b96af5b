import { expect, it } from 'vitest';
import { CallIds } from '../../../../core/src/dialects/translate/call-ids.ts';

it('an id that is there stays', () => {
  const ids = new CallIds();
  expect(ids.call('a', 'f', 1, 0)).toBe('a');
  expect(ids.answer('a', 'f')).toBe('a');
});

it('without ids: by name, then by order, and the same each time', () => {
  const ids = new CallIds();
  expect([ids.call('', 'f', 1, 0), ids.call('', 'g', 1, 1), ids.call('', 'f', 1, 2)]).toEqual(['call_1_0', 'call_1_1', 'call_1_2']);
  expect([ids.answer('', 'f'), ids.answer('', 'f'), ids.answer('', 'g')]).toEqual(['call_1_0', 'call_1_2', 'call_1_1']);
});

it('a result with an id that no call has answers the call of its name that came without', () => {
  const ids = new CallIds();
  ids.call('a', 'f', 1, 0);
  ids.call('', 'f', 1, 1);
  expect(ids.answer('mine', 'f')).toBe('call_1_1');
  expect(ids.answer('mine', 'f')).toBeUndefined();
});

it('a result without a call has none', () => {
  const ids = new CallIds();
  expect([ids.answer('', 'f'), ids.answer('', undefined), ids.answer('a', undefined)]).toEqual([undefined, undefined, undefined]);
  ids.call('', 'look', 1, 0);
  expect(ids.answer('', 'other')).toBeUndefined();
});

it('without id and name: the first call that came without an id, each once', () => {
  const ids = new CallIds();
  const [first, , other, second] = [
    ids.call('', 'look', 1, 0),
    ids.call('own', 'x', 1, 1),
    ids.call('', 'x', 1, 2),
    ids.call('', 'look', 1, 3),
  ];
  expect([
    ids.answer('', 'look'),
    ids.answer('', undefined),
    ids.answer('', 'look'),
    ids.answer('', 'look'),
    ids.answer('', undefined),
  ]).toEqual([first, other, second, undefined, undefined]);
});

it('a call that was left unanswered takes no result of a later turn', () => {
  const ids = new CallIds();
  ids.call('', 'f', 1, 0);
  ids.call('', 'g', 1, 1);
  expect(ids.answer('', 'g')).toBe('call_1_1');
  ids.call('', 'f', 3, 0);
  expect(ids.answer('', 'f')).toBe('call_3_0');
});

it('many calls and results take time in proportion', () => {
  const ids = new CallIds();
  const started = performance.now();
  for (let index = 0; index < 50_000; index += 1) ids.call('', `f${index % 2}`, 0, index);
  for (let index = 0; index < 50_000; index += 1) ids.answer('', index % 3 === 0 ? undefined : 'f1');
  expect(performance.now() - started).toBeLessThan(2_000);
});
