import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessageQueue } from '../../../core/src/sockets/message-queue.ts';

it('takes no more messages than it may hold', () => {
  const queue = new MessageQueue(2, 100);
  expect(['a', 'b', 'c'].map((message) => queue.push(message))).toEqual([true, true, false]);
  expect([queue.shift(), queue.push('d'), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', true, 'b', 'd', undefined]);
});

it('takes no more characters than it may hold, but one message always', () => {
  const queue = new MessageQueue(10, 5);
  expect(['123456', 'x'].map((message) => queue.push(message))).toEqual([true, false]);
  queue.shift();
  expect(['123', '45', 'x'].map((message) => queue.push(message))).toEqual([true, true, false]);
});

it('has all its room again once it was cleared', () => {
  const queue = new MessageQueue(2, 5);
  queue.push('12345');
  queue.clear();
  expect([queue.size, queue.shift()]).toEqual([0, undefined]);
  expect(['12', '345'].map((message) => queue.push(message))).toEqual([true, true]);
});

it('gives what it took in its order, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string(), { nil: undefined })), (steps) => {
      const queue = new MessageQueue(4, 20);
      const model: string[] = [];
      for (const step of steps) {
        if (step === undefined) expect(queue.shift()).toBe(model.shift());
        else if (queue.push(step)) model.push(step);
        expect(queue.size).toBe(model.length);
        expect(model.length <= 1 || model.join('').length <= 20).toBe(true);
      }
    }),
  );
});
