import { describe, expect, it } from 'vitest';
import { predictions, promptsOf, report } from './routing.ts';

const hard = 'Prove that the sum of the first n odd numbers is a square, and derive a formula for cubes.';
const rows = [
  { id: 'a', dataset: 'made', prompt: 'Hello there!', quality: { big: 1, small: 1 } },
  { id: 'b', dataset: 'made', prompt: hard, quality: { big: 1, small: 0 } },
  { id: 'c', prompt: 'no outcome, no data set' },
];
const text = rows.map((row) => JSON.stringify(row)).join('\n');

describe('eval routing', () => {
  it.each(['[]', '{"id":1,"prompt":"x"}', '{"id":"x"}'])('names the line that is no prompt: %s', (line) => {
    expect(() => promptsOf(`${text}\n\n${line}`)).toThrow('line 5 has no "id" and "prompt"');
  });

  it('writes a score for every prompt, judged or not', () => {
    const lines = predictions(promptsOf(text)).trim().split('\n');
    const scores = lines.map((line) => JSON.parse(line) as { id: string; score: number });
    expect(scores.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(scores[1]?.score).toBeGreaterThan(scores[0]?.score ?? 1);
  });

  it('says nothing of models that were not judged', () => {
    expect(report(promptsOf(text), { strong: 'big', weak: 'other' }, 10)).toEqual([]);
  });

  it('puts the scorer beside length, chance and the best there could be', () => {
    const lines = report(promptsOf(text), { strong: 'big', weak: 'small' }, 10);
    expect(lines[0]).toBe('made: 2 prompts, big against small');
    expect(lines[1]).toMatch(/^ {2}complexity +APGR 0\.750 \(95 %: .* CPT50 50\.0 % CPT80 50\.0 %$/);
    expect(
      lines.slice(2).map((line) =>
        line
          .trim()
          .split(/ {2,}|APGR/)[0]
          ?.trim(),
      ),
    ).toEqual(['prompt length', 'random', 'oracle']);
  });
});
