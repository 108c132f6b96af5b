import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Profile, profiles } from './profile.ts';
import { naive } from './reference/naive.ts';
import { type Duty, reference, referenceWithout } from './reference/reference.ts';
import { rows } from './rows.ts';
import { type Outcome, runRows } from './runner.ts';
import type { Subject } from './subject.ts';
import { startWall } from './wall/wall.ts';
import { viewOf } from './wall-process.ts';

/** Within this process; `npm run faults` runs the wall as one of its own. */
async function run(subject: Subject, numbers: readonly number[], profile: Profile = profiles.fast): Promise<Outcome[]> {
  const wall = await startWall({ factor: profile.factor });
  const handle = { url: wall.url, view: (name: string) => viewOf(wall.url, name) };
  const chosen = rows.filter(({ number }) => numbers.includes(number));
  try {
    return await runRows({ wall: handle, subject, profile, rows: chosen });
  } finally {
    await wall.close();
  }
}

const all = rows.map(({ number }) => number);

/** For what must be quick to be noticed: a busy machine makes everybody patient. */
const unhurried: Profile = { ...profiles.fast, factor: 2 };

function verdicts(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ evidence, verdict }) => `${evidence.row.number} ${verdict.word}${verdict.reason && `: ${verdict.reason}`}`);
}

describe.concurrent('the fault wall', () => {
  it('is passed by a gateway that does what is asked', async ({ expect }) => {
    expect(verdicts(await run(reference, all))).toEqual(all.map((number) => `${number} pass`));
  });

  it('is failed by a plain proxy: 1/16', async ({ expect }) => {
    await sleep(500); // all at once would only be in each other's way
    const words = (await run(naive, all)).map(({ evidence, verdict }) => [evidence.row.number, verdict.word] as const);
    const numbers = (word: string) => words.filter((one) => one[1] === word).map(([number]) => number);
    expect(numbers('fail')).toEqual([6, 8, 9, 10, 14]);
    expect(numbers('safe')).toEqual([1, 2, 3, 4, 5, 12, 15, 16]);
    expect(numbers('partial')).toEqual([7, 11]);
    expect(numbers('pass')).toEqual([13]);
  });

  const noticed: Readonly<Record<Duty, Readonly<Record<number, RegExp>>>> = {
    breaker: { 15: /partial: \d\d attempts in the outage, at most 9 allowed/ },
    retry: { 3: /partial: 1 \+ 1 attempts/ },
    'retry-after': { 1: /partial: asked again after \d+ ms, told to wait 2000/ },
    'back-off': { 2: /partial: 6 attempts in the first 3000 ms/ },
    fallback: { 2: /safe: status 429/, 4: /safe: status 503/, 6: /safe: status 502/, 7: /safe/, 12: /safe: status 400/, 16: /safe/ },
    recovery: { 8: /safe: an error in the stream/, 9: /safe: an error in the stream/, 14: /safe: an error in the stream/ },
    splice: { 8: /fail: the caller got text that is no part of the answer/ },
    'silent once': { 6: /partial: 3 attempts at the primary, at most 1 allowed/ },
    'first-token limit': { 7: /partial: ended after \d+ ms, allowed are 15000/ },
    'end at usage': { 11: /partial/ },
    'length refusal': { 12: /partial: 3 attempts at the primary, at most 1 allowed/ },
    'larger window': { 12: /partial: 1 attempts at a target whose window is no larger/ },
    policy: { 13: /fail: the refusal was routed around/ },
    'prefill capability': { 14: /fail: the caller was shown an error of the recovery/ },
    model: { 16: /partial: model row-16/ },
  };

  it.for(Object.entries(noticed))('notices a gateway without %s', async ([duty, expected], { expect }) => {
    const numbers = Object.keys(expected).map(Number);
    const profile = duty === 'retry-after' || duty === 'back-off' ? unhurried : profiles.fast;
    const seen = verdicts(await run(referenceWithout(duty as Duty), numbers, profile));
    expect(seen).toEqual(numbers.map((number) => expect.stringMatching(new RegExp(`^${number} ${expected[number]?.source}`))));
  });
});

it('has sixteen rows', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
});
