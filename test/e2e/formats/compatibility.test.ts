import { afterAll, describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { drivers } from './drivers/all.ts';
import type { Answered, Driver, Question } from './drivers/driver.ts';
import { type Capability, Matrix, pageWith, write } from './matrix.ts';
import { type ClientFormat, formats, formatsHost, modelOf } from './providers.ts';

// Every client against every provider: a real library, the gateway, a simulated provider that is as strict as its original.
// What passes becomes docs/compatibility.md; `UPDATE_DOCS=1` writes it, without it the page must be what was proven.

leavesNothing();

const matrix = new Matrix(
  drivers.map(({ name }) => name),
  formats,
);
const page = new URL('../../../docs/compatibility.md', import.meta.url);
const update = process.env.UPDATE_DOCS === '1';

const text = 'Call 555-0199 🙂 é \\ "Zürich" now.';
const echo = `[simulated] You said: ${text}`;
const system = 'You are terse. Ü.';
const place = { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false };
const tools = [
  { name: 'weather', description: 'The weather of a place.', parameters: place },
  { name: 'time', description: 'The time at a place.', parameters: place },
];
const toolText = 'Use the tool for "Zürich" 8001 \\ now.';
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Runs a proof and notes what became of it. */
function proves(driver: Driver, provider: ClientFormat, capability: Capability, name: string, proof: (ask: Ask) => Promise<void>): void {
  if (driver.lacks?.some((lack) => lack === capability)) {
    matrix.note(driver.name, provider, capability, '–');
    return;
  }
  it(name, async () => {
    const { origin } = await formatsHost();
    try {
      await proof((question) => driver.ask(origin, { model: modelOf[provider], ...question }));
      matrix.note(driver.name, provider, capability, 'yes');
    } catch (error) {
      matrix.note(driver.name, provider, capability, 'no');
      throw error;
    }
  });
}

type Ask = (question: Omit<Question, 'model'>) => Promise<Answered>;

describe.each(drivers)('$name', (driver) => {
  describe.each(formats)('with %s', (provider) => {
    const prove = (capability: Capability, name: string, proof: (ask: Ask) => Promise<void>): void =>
      proves(driver, provider, capability, name, proof);

    prove('request', 'gets a whole answer: text, reason to finish, usage', async (ask) => {
      const answer = await ask({ turns: [{ user: text }] });
      expect(answer).toMatchObject({ text: echo, finish: 'stop', calls: [], output: 10 });
      expect(answer.input).toBe(10);
    });

    prove('request', 'is understood in its instructions and in its history', async (ask) => {
      const first = await ask({ system, turns: [{ user: 'Hello.' }] });
      const turns = [{ user: 'Hello.' }, { answer: first }, { user: 'Repeat your instructions.' }];
      expect((await ask({ system, turns })).text).toBe(`[simulated] Instructions: ${system}`);
    });

    prove('request', 'is told when its limit of tokens cut the answer', async (ask) => {
      const long = 'word '.repeat(40).trim();
      const answer = await ask({ maxTokens: 16, turns: [{ user: long }] });
      expect(answer.finish).toBe('length');
      expect(answer.output).toBe(16);
    });

    prove('stream', 'gets a stream: pieces, reason to finish, usage', async (ask) => {
      const answer = await ask({ stream: true, turns: [{ user: text }] });
      expect(answer).toMatchObject({ text: echo, finish: 'stop', calls: [], output: 10 });
      expect(answer.input).toBe(10);
      expect(answer.pieces).toBeGreaterThan(3);
    });

    for (const stream of [false, true])
      prove('tools', `calls tools, two at once, and goes on from their results${stream ? ' (stream)' : ''}`, async (ask) => {
        const question = { stream, tools, turns: [{ user: toolText }] };
        const answer = await ask(question);
        expect(answer.finish).toBe('tools');
        expect(answer.calls.map(({ name, arguments: given }) => [name, given])).toEqual([
          ['weather', { place: toolText }],
          ['time', { place: toolText }],
        ]);
        const results = answer.calls.map((call) => ({ call, text: `${call.name}: fine` }));
        const next = await ask({ ...question, turns: [...question.turns, { answer }, { results }] });
        expect(next.text).toMatch(/^\[simulated\] The tool said: .*time: fine/);
        expect(next.finish).toBe('stop');
      });

    prove('images', 'shows an image', async (ask) => {
      const answer = await ask({ turns: [{ user: 'What is it?', image: pixel }] });
      expect(answer.text).toMatch(/^\[simulated\] You said: What is it\? \(with 1 (image|image_url|input_image)\)$/);
    });

    for (const stream of [false, true])
      prove('structured', `gets JSON of its schema${stream ? ' (stream)' : ''}`, async (ask) => {
        const answer = await ask({ stream, schema: place, turns: [{ user: 'Where?' }] });
        expect(JSON.parse(answer.text)).toEqual({ place: 'simulated' });
      });

    for (const stream of [false, true])
      prove('reasoning', `reads reasoning, and goes on after it${stream ? ' (stream)' : ''}`, async (ask) => {
        const question = { stream, reasoning: true, tools, turns: [{ user: toolText }] };
        const answer = await ask(question);
        expect(answer.reasoning).toContain('Thinking about');
        const results = answer.calls.map((call) => ({ call, text: 'fine' }));
        const next = await ask({ ...question, turns: [...question.turns, { answer }, { results }] });
        expect(next.text).toContain('The tool said');
      });
  });
});

afterAll(() => {
  const { now, should } = pageWith(matrix.table(), page);
  if (update) write(page, should);
  else expect(now).toBe(should);
});
