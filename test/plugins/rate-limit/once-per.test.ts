import { expect, it } from 'vitest';
import { oncePer } from '../../../plugins/rate-limit/src/once-per.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

it('oncePer runs the first of many calls, and the next when its time has passed', () => {
  const clock = manualClock();
  const seen: string[] = [];
  const say = oncePer(1_000, clock, (word: string) => seen.push(word));
  say('first');
  say('again');
  clock.advance(999);
  say('too early');
  clock.advance(1);
  say('second');
  say('again');
  expect(seen).toEqual(['first', 'second']);
});
