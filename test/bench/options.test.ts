import { describe, expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';
import { planned, scenarioNames } from '../../bench/plan.ts';

const read = (...args: string[]) => readOptions(args, scenarioNames);
const namesOf = (...args: string[]) => planned(read(...args)).map(({ scenario }) => scenario.name);

describe('the command line', () => {
  it('plans every scenario, with every contender but where that would take too long', () => {
    expect(namesOf()).toEqual(scenarioNames);
    expect(scenarioNames).toContain('sse-slow-500');
  });

  it('--short plans four scenarios and no peers', () => {
    expect(namesOf('--short')).toEqual(['json-1k', 'sse-burst', 'translate-json', 'translate-sse']);
    expect(planned(read('--short')).some(({ contenders }) => contenders.some(({ isPeer }) => isPeer))).toBe(false);
  });

  it('--only and --rounds choose', () => {
    const plan = planned(read('--only', 'plugins', '--only', 'json-1k', '--rounds', '3'));
    expect(plan.map(({ scenario, rounds }) => [scenario.name, rounds])).toEqual([
      ['json-1k', 3],
      ['plugins', 3],
    ]);
  });

  it.each([
    [['--only', 'json'], /--only: expected one of json-1k, .*received json/],
    [['--rounds', '0'], /--rounds: expected a positive integer, received 0/],
    [['--rounds', 'x'], /--rounds: expected a positive integer, received x/],
    [['--fast'], /--fast/],
  ])('%j is refused with what was expected', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
