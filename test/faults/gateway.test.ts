import { describe, expect, it } from 'vitest';
import { gateway, gatewayWithout, type Part } from './gateway.ts';
import { profiles } from './profile.ts';
import { rows } from './rows.ts';
import { type Outcome, runRows } from './runner.ts';
import type { Subject } from './subject.ts';
import { WallProcess } from './wall-process.ts';

async function run(subject: Subject, numbers: readonly number[]): Promise<Outcome[]> {
  const wall = await WallProcess.start(profiles.fast.factor);
  try {
    return await runRows({ wall, subject, profile: profiles.fast, rows: rows.filter(({ number }) => numbers.includes(number)) });
  } finally {
    await wall.stop();
  }
}

const verdicts = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map(({ evidence, verdict }) => `${evidence.row.number} ${verdict.word}${verdict.reason && `: ${verdict.reason}`}`);

describe('the gateway at the fault wall', () => {
  it('passes all sixteen', async () => {
    const all = rows.map(({ number }) => number);
    expect(verdicts(await run(gateway, all))).toEqual(all.map((number) => `${number} pass`));
  }, 60_000);

  it.each<[Part, readonly number[]]>([
    ['retries', [3]],
    ['fallback', [4, 6, 12, 16]],
    ['breaker', [15]],
    ['first-token limit', [7]],
    ['recovery', [8, 9, 14]],
    ['context windows', [12]],
  ])(
    'fails without %s on rows %j, and nowhere by accident',
    async (part, numbers) => {
      const outcomes = await run(gatewayWithout(part), numbers);
      expect(outcomes.filter(({ verdict }) => verdict.word === 'pass').map(({ evidence }) => evidence.row.number)).toEqual([]);
    },
    60_000,
  );
});
