import { describe, expect, it } from 'vitest';
import { type BrokenPlugin, brokenPlugins, type CheckName, checkNames, contractCases } from '../contract/src/index.ts';

/** The names of the checks that object. Leaks take their time to show, so only who is about them waits for them. */
async function objections({ registration, caughtBy }: BrokenPlugin): Promise<CheckName[]> {
  const names = new Set<CheckName>();
  for (const { check, run } of contractCases(registration)) {
    if (names.has(check) || (check === 'no-leak' && caughtBy !== 'no-leak')) continue;
    await run().catch(() => names.add(check));
  }
  return [...names];
}

describe('the broken plugins', () => {
  it.each(brokenPlugins.map((broken) => ({ ...broken, name: broken.registration.plugin().name })))(
    '$name is caught by $caughtBy and by no other check',
    async (broken) => {
      expect(await objections(broken)).toEqual([broken.caughtBy]);
    },
    60_000,
  );

  it('are at least one for each check', () => {
    expect(new Set(brokenPlugins.map(({ caughtBy }) => caughtBy))).toEqual(new Set(checkNames));
  });
});
