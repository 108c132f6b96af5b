import { describe, expect, it } from 'vitest';
import { contractCases, maskDigits, testPlugin } from '../contract/src/index.ts';

const registration = {
  plugin: maskDigits,
  changesText: {
    input: 'Call 555-0199 by 7pm – ask for Zoë 🙂 in room 12.',
    expected: 'Call ###-#### by #pm – ask for Zoë 🙂 in room ##.',
  },
};

describe('the sample mask-digits', () => {
  for (const { name, run } of contractCases(registration)) it(name, run);

  it('gets a report that says so in one line', async () => {
    const report = await testPlugin(registration);
    expect(report).toMatchObject({ plugin: 'mask-digits', passed: true, failedChecks: [] });
    expect(report.text).toBe(`mask-digits: ${report.results.length} of ${report.results.length} cases passed`);
  }, 60_000);
});
