import { describe, expect, it } from 'vitest';
import { type BrokenPlugin, brokenPlugins, type CheckName, checkNames, contractCases } from '../contract/src/index.ts';

/**
 * The names of the checks that object. One case after the other, for they measure times; only where one waits a good deal for each
 * client that left, several at once. Leaks take their time to show, so only who is about them waits for them.
 */
async function objections({ registration, caughtBy }: BrokenPlugin): Promise<CheckName[]> {
  const names = new Set<CheckName>();
  const cases = contractCases(registration).filter(({ check }) => check !== 'no-leak' || caughtBy === 'no-leak');
  const lanes = caughtBy === 'abort' ? 8 : 1;
  // Neighbours often look at one and the same exchange: each lane has neighbours.
  const length = Math.ceil(cases.length / lanes);
  const lane = async (_: unknown, index: number): Promise<void> => {
    for (const { check, run } of cases.slice(index * length, (index + 1) * length))
      if (!names.has(check)) await run().catch(() => names.add(check));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [...names];
}

/** Their checks wait for what does not come. */
const slow: ReadonlySet<string> = new Set(['leaks-timer', 'works-for-nobody', 'buffers-stream']);

/** E.g. of `symmetry: openai-chat, stream, upstream answer`. */
function dialectOf(caseName: string): string {
  return /^[a-z-]+: ([a-z-]+)/.exec(caseName)?.[1] ?? '';
}

describe('the broken plugins', () => {
  it.each(brokenPlugins.map((broken) => ({ ...broken, name: broken.registration.plugin().name })))(
    '$name is caught by $caughtBy and by no other check',
    async (broken) => {
      expect(await objections(broken)).toEqual([broken.caughtBy]);
    },
    60_000,
  );

  // A dialect that the kit would not really ask or read would let its mistakes pass.
  it.each(
    brokenPlugins
      .map((broken) => ({ ...broken, name: broken.registration.plugin().name }))
      .filter(({ name }) => !slow.has(name) && name !== 'answers-by-hand'),
  )(
    '$name is caught in every dialect',
    async ({ registration, caughtBy }) => {
      const cases = contractCases(registration).filter(({ check }) => check === caughtBy);
      const caught = new Set<string>();
      for (const { name, run } of cases) if (!caught.has(dialectOf(name))) await run().catch(() => caught.add(dialectOf(name)));
      const asked = cases.map(({ name }) => dialectOf(name)).filter((dialect) => !dialect.endsWith('-models')); // they hold no call
      expect([...new Set(asked)].filter((dialect) => !caught.has(dialect))).toEqual([]);
    },
    60_000,
  );

  it('are at least one for each check', () => {
    expect(new Set(brokenPlugins.map(({ caughtBy }) => caughtBy))).toEqual(new Set(checkNames));
  });
});
