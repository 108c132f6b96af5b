import { describe, expect, it } from 'vitest';
import { type BrokenProvider, brokenProviders, type ProviderCheckName, providerCases, providerCheckNames } from '../contract/src/index.ts';

/** The names of the checks that object. */
async function objections({ registration }: BrokenProvider): Promise<ProviderCheckName[]> {
  const names = new Set<ProviderCheckName>();
  for (const { check, run } of providerCases(registration)) await run().catch(() => names.add(check));
  return [...names];
}

describe('the broken providers', () => {
  it.each(brokenProviders)(
    '$name is caught by $caughtBy and by no other check',
    async (broken) => {
      expect(await objections(broken)).toEqual([broken.caughtBy]);
    },
    30_000,
  );

  it('are at least one for each check', () => {
    expect(new Set(brokenProviders.map(({ caughtBy }) => caughtBy))).toEqual(new Set(providerCheckNames));
  });
});
