import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { drivers } from './drivers/all.ts';
import { formats, formatsHost, modelOf } from './providers.ts';

// A conversation that one provider began and another goes on with, as after a fallback: its reasoning was signed by somebody
// else, its calls have somebody else's ids. The simulated providers refuse what they did not sign, as the originals do.

leavesNothing();

const place = { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false };
const tools = [
  { name: 'weather', description: 'The weather of a place.', parameters: place },
  { name: 'time', description: 'The time at a place.', parameters: place },
];
const pairs = formats.flatMap((first) => formats.filter((second) => second !== first).map((second) => [first, second] as const));

describe.each(drivers)('$name', (driver) => {
  it.each(pairs)('begins at %s and goes on at %s', async (first, second) => {
    const { origin } = await formatsHost();
    for (const stream of [false, true]) {
      const question = { stream, reasoning: true, tools, turns: [{ user: 'Use the tool, please.' }] };
      const answer = await driver.ask(origin, { ...question, model: modelOf[first] });
      const results = answer.calls.map((call) => ({ call, text: `${call.name}: fine` }));
      expect(results).toHaveLength(2);
      const turns = [...question.turns, { answer }, { results }];
      if (driver.refers === true && first === driver.format) {
        const elsewhere = driver.ask(origin, { ...question, turns, model: modelOf[second] });
        await expect(elsewhere).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('item_reference') });
        continue;
      }
      const next = await driver.ask(origin, { ...question, turns, model: modelOf[second] });
      expect(next.text).toMatch(/^\[simulated\] The tool said: .*time: fine/);
      if (driver.refers === true && second === driver.format) continue; // what that one keeps cannot go back
      // And back to where it began.
      const last = await driver.ask(origin, {
        ...question,
        turns: [...turns, { answer: next }, { user: 'Thanks.' }],
        model: modelOf[first],
      });
      expect(last.text).toBe('[simulated] You said: Thanks.');
    }
  });
});
