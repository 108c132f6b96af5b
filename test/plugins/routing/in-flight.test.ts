import { expect, it } from 'vitest';
import { InFlight } from '../../../plugins/routing/src/in-flight.ts';
import { target } from './context.ts';

type Listener = Parameters<Parameters<InFlight['enter']>[0]['onSettled']>[0];

function attemptAt(id: string): { readonly attempt: Parameters<InFlight['enter']>[0]; end(): void } {
  const listeners: Listener[] = [];
  return {
    attempt: { target: target(id), onSettled: (listener) => void listeners.push(listener) },
    end: () => {
      for (const listener of listeners)
        void listener({ outcome: 'aborted', sent: true, status: undefined, error: undefined, durationMs: 1, usage: undefined });
    },
  };
}

it('counts attempts from their beginning to their end, and keeps nothing of targets without any', () => {
  const inFlight = new InFlight();
  const attempts = [attemptAt('a/m'), attemptAt('a/m'), attemptAt('b/m')];
  for (const { attempt } of attempts) inFlight.enter(attempt);
  expect([inFlight.of('a/m'), inFlight.of('b/m'), inFlight.of('c/m')]).toEqual([2, 1, 0]);
  attempts[0]?.end();
  expect(inFlight.of('a/m')).toBe(1);
  attempts[1]?.end();
  attempts[2]?.end();
  expect(inFlight.size).toBe(0);
});
