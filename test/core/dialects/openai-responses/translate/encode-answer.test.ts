import { createOpenAI } from '@ai-sdk/openai';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { decodeAnswer } from '../../../../../core/src/dialects/openai-responses/translate/decode-answer.ts';
import { decodeRequest } from '../../../../../core/src/dialects/openai-responses/translate/decode-request.ts';
import { decodeTurns } from '../../../../../core/src/dialects/openai-responses/translate/decode-turns.ts';
import { encodeAnswer } from '../../../../../core/src/dialects/openai-responses/translate/encode-answer.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralAnswer } from '../../../../../core/src/model/neutral.ts';
import { about, answer } from './answers.ts';
import { played } from './played.ts';

const made: NeutralAnswer = {
  id: 'msg_9',
  model: 'claude',
  parts: [
    { kind: 'reasoning', text: 'Hm.', opaque: { dialect: 'anthropic-messages', value: 'SIG' } },
    { kind: 'text', text: 'Looking.' },
    { kind: 'toolCall', id: 'toolu_1', name: 'weather', arguments: '{"place":"Zürich"}', opaque: undefined },
  ],
  stop: { kind: 'toolCalls' },
  usage: { input: 7, output: 3, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} },
};
const itemsOf = (given: NeutralAnswer): JsonObject[] => encodeAnswer(given, about).output as JsonObject[];

describe('encodeAnswer', () => {
  it('says what was cut short, and which item', () => {
    const { status, incomplete_details, output } = encodeAnswer({ ...made, stop: { kind: 'length' } }, about);
    expect([status, incomplete_details]).toEqual(['incomplete', { reason: 'max_output_tokens' }]);
    expect((output as JsonObject[]).map((item) => item.status)).toEqual([undefined, 'completed', 'incomplete']);
    expect(itemsOf({ ...made, parts: made.parts.slice(0, 2), stop: { kind: 'filtered' } }).at(-1)).toMatchObject({ status: 'incomplete' });
  });

  it('of two calls, the first was not', () => {
    const call = { kind: 'toolCall', id: 'a', name: 'f', arguments: '{}', opaque: undefined } as const;
    const statuses = (stop: NeutralAnswer['stop']): unknown =>
      itemsOf({ ...made, parts: [call, { ...call, id: 'b' }], stop }).map(({ status }) => status);
    expect([statuses({ kind: 'toolCalls' }), statuses({ kind: 'length' })]).toEqual([
      ['completed', 'completed'],
      ['completed', 'incomplete'],
    ]);
  });

  it('makes of each part an item, and of texts that follow each other one', () => {
    const parts = [{ kind: 'text', text: 'a' }, { kind: 'refusal', text: 'b' }, ...made.parts, { kind: 'text', text: '' }] as const;
    expect(itemsOf({ ...made, parts })).toMatchObject([
      { type: 'message', id: `msg_${about.id}_0`, content: [{ text: 'a' }, { refusal: 'b' }] },
      { type: 'reasoning', id: `rs_${about.id}_1`, encrypted_content: 'gw1:anthropic-messages:SIG' },
      { type: 'message', id: `msg_${about.id}_2` },
      { type: 'function_call', id: `fc_${about.id}_3`, call_id: 'toolu_1', arguments: '{"place":"Zürich"}' },
    ]);
  });

  it('gives a call of Gemini’s an id, and its signature a place before it', () => {
    const opaque = { dialect: 'google-generate-content', value: 'SIG' };
    const [carrier, call] = itemsOf({ ...made, parts: [{ kind: 'toolCall', id: '', name: 'f', arguments: '{}', opaque }] });
    expect(carrier).toMatchObject({ type: 'reasoning', summary: [] });
    expect(call).toMatchObject({ type: 'function_call', call_id: expect.stringMatching(/^call_[0-9a-f]{24}$/) });
  });

  it('is the same answer when it is read again', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        const again = decodeAnswer(encodeAnswer(whole, about));
        expect({ ...again, usage: { ...again.usage, raw: null } }).toEqual(whole);
      }),
    );
  });

  it('is the same turn when a client sends it back', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        const losses = new RequestLosses();
        const turns = decodeTurns(encodeAnswer(whole, about).output ?? null, losses);
        expect(losses.list()).toEqual([]);
        expect(turns.flatMap((turn) => (turn.role === 'assistant' ? turn.parts : []))).toEqual(whole.parts);
      }),
    );
  });
});

describe('the SDKs', () => {
  it('OpenAI’s finds texts and calls, and adds nothing to what is there', async () => {
    const body = JSON.stringify(encodeAnswer(made, about));
    const response = await played('application/json', body, (baseURL) =>
      new OpenAI({ baseURL, apiKey: 'k' }).responses.create({ model: 'm', input: 'x' }),
    );
    expect(response.output_text).toBe('Looking.');
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call']);
    const { output_text: _, ...rest } = JSON.parse(JSON.stringify(response)) as Record<string, JsonValue>;
    expect(rest).toEqual(JSON.parse(body));
  });

  it('the AI SDK takes it for what it is, and goes on with it', async () => {
    await played('application/json', JSON.stringify(encodeAnswer(made, about)), async (baseURL) => {
      const result = await generateText({
        model: createOpenAI({ baseURL, apiKey: 'k' })('gpt-5'),
        prompt: 'x',
        tools: { weather: tool({ inputSchema: jsonSchema({ type: 'object', properties: { place: { type: 'string' } } }) }) },
      });
      expect([result.text, result.reasoningText, result.finishReason]).toEqual(['Looking.', 'Hm.', 'tool-calls']);
      expect(result.toolCalls).toMatchObject([{ toolCallId: 'toolu_1', toolName: 'weather', input: { place: 'Zürich' } }]);
      expect(result.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
    });
  });

  /** What a client sent; it is answered with a call, then with a text. */
  async function sent(use: (fetch: typeof globalThis.fetch) => Promise<unknown>): Promise<JsonObject[]> {
    const bodies: JsonObject[] = [];
    const done: NeutralAnswer = { ...made, parts: [{ kind: 'text', text: 'Sunny.' }], stop: { kind: 'end' } };
    await use(async (_url, init) => {
      bodies.push(JSON.parse(String(init?.body)) as JsonObject);
      return Response.json(encodeAnswer(bodies.length === 1 ? signed : done, about));
    });
    return bodies;
  }

  const signed: NeutralAnswer = {
    ...made,
    parts: made.parts.map((part) =>
      part.kind === 'toolCall' ? { ...part, opaque: { dialect: 'google-generate-content', value: 'G' } } : part,
    ),
  };
  const ofTheAssistant = (body: JsonObject | undefined): unknown => {
    const { value, losses } = decodeRequest(body ?? {}, { model: 'm', stream: false });
    expect(losses.filter(({ level }) => level === 'refuse')).toEqual([]);
    return value.turns.flatMap((turn) => (turn.role === 'assistant' ? turn.parts : []));
  };

  it('the AI SDK that stores nothing sends back all that another format needs', async () => {
    const bodies = await sent((fetch) =>
      generateText({
        model: createOpenAI({ apiKey: 'k', fetch })('gpt-5'),
        providerOptions: { openai: { store: false } },
        prompt: 'x',
        tools: { weather: tool({ inputSchema: jsonSchema({ type: 'object' }), execute: () => 'sunny' }) },
        stopWhen: stepCountIs(2),
      }),
    );
    expect(bodies).toHaveLength(2);
    expect(ofTheAssistant(bodies[1])).toEqual(signed.parts);
  });

  it('LangChain does too', async () => {
    const bodies = await sent(async (fetch) => {
      const model = new ChatOpenAI({ model: 'gpt-5', apiKey: 'k', useResponsesApi: true, configuration: { fetch } });
      const first = await model.invoke('x');
      await model.invoke([{ role: 'user', content: 'x' }, first, { role: 'tool', tool_call_id: 'toolu_1', content: 'sunny' }]);
    });
    expect(ofTheAssistant(bodies[1])).toEqual(signed.parts);
  });
});
