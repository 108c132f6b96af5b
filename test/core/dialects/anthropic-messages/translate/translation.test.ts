import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, jsonSchema, streamText, type ToolSet, tool } from 'ai';
import { expect, it } from 'vitest';
import { anthropicTranslation } from '../../../../../core/src/dialects/anthropic-messages/translate/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import { about, call, request, target } from './examples.ts';

it('goes both ways: a request that was written is read as it was', () => {
  const { value, losses } = anthropicTranslation.encodeRequest({ ...request, maxOutputTokens: 100, stream: true }, target());
  expect(losses).toEqual([]);
  expect(anthropicTranslation.decodeRequest(value, { model: 'm', stream: true })).toEqual({
    value: { ...request, maxOutputTokens: 100, stream: true },
    losses: [],
  });
});

it('readers and writers are one per stream', () => {
  expect(anthropicTranslation.streamReader()).not.toBe(anthropicTranslation.streamReader());
  expect(anthropicTranslation.streamWriter(about)).not.toBe(anthropicTranslation.streamWriter(about));
});

it("litellm#16893, #25322: Gemini's signature of a call comes back through a client that only speaks Messages (AI SDK)", async () => {
  const opaque = { dialect: 'google-generate-content', value: 'c2ln' };
  const events: NeutralEvent[] = [
    { kind: 'text', text: 'Let me see.' },
    { kind: 'toolCall', call: 0, id: 'a', name: 'look', opaque },
    { kind: 'arguments', call: 0, piece: '{"at":1}' },
    { kind: 'toolCall', call: 1, id: 'b', name: 'look', opaque: undefined },
    { kind: 'stop', stop: { kind: 'toolCalls' } },
  ];
  const writer = anthropicTranslation.streamWriter(about);
  const frames = events.map((event) => writer.write(event)).join('') + writer.end();
  const whole = anthropicTranslation.encodeAnswer({ id: '', model: '', parts: [], stop: { kind: 'end' }, usage: undefined }, about);
  const bodies: JsonObject[] = [];
  const model = createAnthropic({
    apiKey: 'none',
    fetch: async (_url, init) => {
      const body = JSON.parse(String(init?.body)) as JsonObject;
      bodies.push(body);
      return body.stream === true
        ? new Response(frames, { headers: { 'content-type': 'text/event-stream' } })
        : new Response(JSON.stringify(whole), { headers: { 'content-type': 'application/json' } });
    },
  })('claude-sonnet-4-5');
  const tools: ToolSet = { look: tool({ inputSchema: jsonSchema({ type: 'object' }), outputSchema: jsonSchema({}) }) };
  const { messages } = await streamText({ model, tools, prompt: 'hi' }).response;
  const results = ['a', 'b'].map((toolCallId) => ({
    type: 'tool-result' as const,
    toolCallId,
    toolName: 'look',
    output: { type: 'text' as const, value: 'sky' },
  }));
  await generateText({ model, tools, messages: [{ role: 'user', content: 'hi' }, ...messages, { role: 'tool', content: results }] });
  const { value } = anthropicTranslation.decodeRequest(bodies[1] ?? {}, { model: 'gemini', stream: false });
  expect(value.turns[1]).toEqual({
    role: 'assistant',
    parts: [{ kind: 'text', text: 'Let me see.' }, { ...call('a', 'look', '{"at":1}'), opaque }, call('b')],
  });
});
