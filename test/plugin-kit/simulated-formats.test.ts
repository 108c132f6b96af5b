import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedProvider } from '../contract/src/simulated-provider.ts';

// The simulated provider against the official libraries: what they read, and what the original would refuse.

async function provider(): Promise<string> {
  const simulated = await startSimulatedProvider({ apiKey: 'sk-sim' });
  onTestFinished(() => simulated.close());
  return simulated.url.replace('/v1', '');
}

const schema = { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false } as const;
const said = '[simulated] You said: Hello Zürich.';
const call = { place: 'Use the tool.' };

async function refused(action: () => Promise<unknown>): Promise<string> {
  return action().then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

describe('Messages', () => {
  const client = async (): Promise<Anthropic> => new Anthropic({ baseURL: await provider(), apiKey: 'sk-sim', maxRetries: 0 });
  const ask = { model: 'm', max_tokens: 5_000 } as const;

  it('answers whole and streamed: text, thinking, calls', async () => {
    const anthropic = await client();
    const messages = [{ role: 'user', content: 'Hello Zürich.' }] as const;
    const whole = await anthropic.messages.create({ ...ask, messages: [...messages] });
    expect(whole).toMatchObject({
      content: [{ type: 'text', text: said }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 5 },
    });

    const tools = [{ name: 'weather', input_schema: schema }];
    const thinking = { type: 'enabled', budget_tokens: 1_024 } as const;
    const stream = anthropic.messages.stream({
      ...ask,
      thinking,
      tools: tools as never,
      messages: [{ role: 'user', content: call.place }],
    });
    const final = await stream.finalMessage();
    expect(final.content).toMatchObject([
      { type: 'thinking', thinking: expect.stringContaining('Thinking about'), signature: expect.any(String) },
      { type: 'tool_use', name: 'weather', input: call },
    ]);
    expect(final.stop_reason).toBe('tool_use');
  });

  it.each([
    ['a first turn of the assistant', [{ role: 'assistant', content: 'x' }]],
    [
      'two turns of the same',
      [
        { role: 'user', content: 'x' },
        { role: 'user', content: 'y' },
      ],
    ],
    ['an empty text', [{ role: 'user', content: [{ type: 'text', text: '' }] }]],
    [
      'a call without result',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'n', input: {} }] },
        { role: 'user', content: 'y' },
      ],
    ],
    [
      'an id of other characters',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a|b', name: 'n', input: {} }] },
      ],
    ],
    [
      'a result after a text',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'n', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'y' },
            { type: 'tool_result', tool_use_id: 'a', content: 'z' },
          ],
        },
      ],
    ],
  ])('refuses %s', async (_what, messages) => {
    const anthropic = await client();
    expect(await refused(() => anthropic.messages.create({ ...ask, messages: messages as never }))).toMatch(
      /^400 .*invalid_request_error/s,
    );
  });

  it('refuses a wrong key in its own words', async () => {
    const anthropic = new Anthropic({ baseURL: await provider(), apiKey: 'other', maxRetries: 0 });
    expect(await refused(() => anthropic.messages.create({ ...ask, messages: [{ role: 'user', content: 'x' }] }))).toContain(
      'authentication_error',
    );
  });
});

describe('generateContent', () => {
  const client = async (): Promise<GoogleGenAI> => new GoogleGenAI({ apiKey: 'sk-sim', httpOptions: { baseUrl: await provider() } });

  it('answers whole and streamed: text, thoughts, calls', async () => {
    const google = await client();
    const whole = await google.models.generateContent({ model: 'm', contents: 'Hello Zürich.' });
    expect(whole.text).toBe(said);
    expect(whole.usageMetadata).toMatchObject({ promptTokenCount: 5, candidatesTokenCount: 5 });

    const config = {
      tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: schema }] }],
      thinkingConfig: { includeThoughts: true },
    };
    const parts = [];
    for await (const chunk of await google.models.generateContentStream({ model: 'm', contents: call.place, config }))
      parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    expect(
      parts
        .filter(({ thought }) => thought)
        .map(({ text }) => text)
        .join(''),
    ).toContain('Thinking about');
    expect(parts.find(({ functionCall }) => functionCall)).toMatchObject({ functionCall: { name: 'weather', args: call } });
  });

  it('refuses a call without its response', async () => {
    const google = await client();
    const contents = [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ functionCall: { name: 'n', args: {} } }] },
      { role: 'user', parts: [{ text: 'y' }] },
    ];
    expect(await refused(() => google.models.generateContent({ model: 'm', contents }))).toContain('INVALID_ARGUMENT');
  });
});

describe('Responses', () => {
  const client = async (): Promise<OpenAI> => new OpenAI({ baseURL: `${await provider()}/v1`, apiKey: 'sk-sim', maxRetries: 0 });

  it('answers whole and streamed: text, reasoning, calls', async () => {
    const openai = await client();
    const whole = await openai.responses.create({ model: 'm', input: 'Hello Zürich.' });
    expect(whole.output_text).toBe(said);

    const tools = [{ type: 'function', name: 'weather', parameters: schema, strict: true }] as const;
    const stream = openai.responses.stream({ model: 'm', input: call.place, tools: [...tools] as never, reasoning: { summary: 'auto' } });
    const final = await stream.finalResponse();
    expect(final.output).toMatchObject([
      { type: 'reasoning', summary: [{ text: expect.stringContaining('Thinking about') }] },
      { type: 'function_call', name: 'weather', arguments: JSON.stringify(call) },
    ]);
    expect(final.usage?.output_tokens).toBeGreaterThan(0);
  });

  it.each([
    ['an output without its call', [{ type: 'function_call_output', call_id: 'a', output: 'x' }]],
    ['a text of the wrong kind', [{ role: 'user', content: [{ type: 'output_text', text: 'x' }] }]],
    [
      'encrypted reasoning of somebody else',
      [
        { type: 'reasoning', summary: [], encrypted_content: 'other' },
        { role: 'user', content: 'x' },
      ],
    ],
  ])('refuses %s', async (_what, input) => {
    const openai = await client();
    expect(await refused(() => openai.responses.create({ model: 'm', input: input as never }))).toMatch(/^400 /);
  });
});
