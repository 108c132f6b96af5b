import { describe, it } from 'vitest';
import { contractCases, maskDigits } from '../contract/src/index.ts';

const registration = {
  plugin: maskDigits,
  changesText: {
    input: 'Call 555-0199 by 7pm – ask for Zoë 🙂 in room 12.',
    expected: 'Call ###-#### by #pm – ask for Zoë 🙂 in room ##.',
  },
};

describe('the sample mask-digits', () => {
  for (const { name, run } of contractCases(registration)) it(name, run);
});
