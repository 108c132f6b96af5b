import { expect, it } from 'vitest';
import { CallIds } from '../../../../../core/src/dialects/google-generate-content/translate/call-ids.ts';

it('an id that is there stays', () => {
  const ids = new CallIds();
  expect(ids.call('a', 'f', 1, 0)).toBe('a');
  expect(ids.answer('a', 'f', 2, 0)).toBe('a');
});

it('without ids: by name, then by order, and the same each time', () => {
  const ids = new CallIds();
  expect([ids.call('', 'f', 1, 0), ids.call('', 'g', 1, 1), ids.call('', 'f', 1, 2)]).toEqual(['call_1_0', 'call_1_1', 'call_1_2']);
  expect([ids.answer('', 'f', 2, 0), ids.answer('', 'f', 2, 1), ids.answer('', 'g', 2, 2)]).toEqual(['call_1_0', 'call_1_2', 'call_1_1']);
});

it('a result with an id that no call has answers the call of its name that came without', () => {
  const ids = new CallIds();
  ids.call('a', 'f', 1, 0);
  ids.call('', 'f', 1, 1);
  expect(ids.answer('mine', 'f', 2, 0)).toBe('call_1_1');
  expect(ids.answer('mine', 'f', 2, 1)).toBe('mine');
});

it('a result without a call has an id of its own', () => {
  expect(new CallIds().answer('', 'f', 3, 1)).toBe('call_3_1');
});

it('a call that was left unanswered takes no result of a later turn', () => {
  const ids = new CallIds();
  ids.call('', 'f', 1, 0);
  ids.call('', 'g', 1, 1);
  expect(ids.answer('', 'g', 2, 0)).toBe('call_1_1');
  ids.call('', 'f', 3, 0);
  expect(ids.answer('', 'f', 4, 0)).toBe('call_3_0');
});
