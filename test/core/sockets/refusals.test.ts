import { expect, it } from 'vitest';
import { Refusals } from '../../../core/src/sockets/refusals.ts';
import { ScriptedSocket } from './scripted-socket.ts';

it('cuts off a client for which more wait than may', () => {
  const client = new ScriptedSocket();
  client.slow = true;
  const refusals = new Refusals(client, 2);
  for (const text of ['1', '2']) refusals.tell(text);
  expect(client.terminated).toBe(false);
  refusals.tell('3');
  expect(client.terminated).toBe(true);
});

it('bears with one that catches up in between, or is no slower at all', () => {
  const client = new ScriptedSocket();
  const refusals = new Refusals(client, 2);
  for (let count = 0; count < 10; count += 1) refusals.tell('quick');
  client.slow = true;
  for (let count = 0; count < 10; count += 1) {
    refusals.tell('slow');
    if (count % 2 === 1) refusals.taken();
  }
  expect([client.terminated, client.sent.length]).toEqual([false, 20]);
});
