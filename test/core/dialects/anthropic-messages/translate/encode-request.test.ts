import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-request.ts';
import type { TargetTraits } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { call, request, target, text } from './examples.ts';

function encode(given: Partial<NeutralRequest>, to: TargetTraits = target()): { body: JsonObject; lost: string[] } {
  const { value, losses } = encodeRequest({ ...request, ...given }, to);
  return { body: value, lost: losses.map(({ field, level }) => `${level} ${field}`) };
}

const messages = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
const tools = [{ name: 'a', description: undefined, parameters: undefined, strict: undefined }];
const effort = { effort: 'high', budget: undefined, show: undefined } as const;

describe('max_tokens is required', () => {
  it('bifrost#6457: what was asked for', () => {
    expect(encode({ maxOutputTokens: 100 }).body).toEqual({ model: 'claude-sonnet-4-5', max_tokens: 100, messages });
  });

  it('nothing was asked for: what the model gives, by the catalogue, by its name, or much', () => {
    expect(encode({}, { ...target(), maxOutputTokens: 5000 }).body.max_tokens).toBe(5000);
    expect(encode({}).body.max_tokens).toBe(64_000);
    expect(encode({}, target('claude-opus-9')).body.max_tokens).toBe(128_000);
    expect(encode({}, target('deepseek-v4')).body.max_tokens).toBe(32_000);
  });

  it('more than the model gives is an error', () => {
    expect(encode({ maxOutputTokens: 100_000 }).body.max_tokens).toBe(64_000);
    expect(encode({ maxOutputTokens: 100_000 }, { ...target(), maxOutputTokens: 5000 }).body.max_tokens).toBe(5000);
    expect(encode({ maxOutputTokens: 100_000 }, target('deepseek-v4')).body.max_tokens).toBe(100_000);
  });
});

describe('encodeRequest', () => {
  it('writes everything, in the order of clients', () => {
    const { body, lost } = encode({
      turns: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('hi')] },
      ],
      tools,
      toolChoice: { mode: 'auto', allowed: undefined },
      temperature: 0.5,
      topK: 5,
      stop: ['###'],
      user: 'u1',
      stream: true,
      maxOutputTokens: 100,
    });
    expect(lost).toEqual([]);
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        system: [{ type: 'text', text: 'Be brief.' }],
        messages,
        tools: [{ name: 'a', input_schema: { type: 'object', properties: {} } }],
        tool_choice: { type: 'auto' },
        temperature: 0.5,
        top_k: 5,
        stop_sequences: ['###'],
        metadata: { user_id: 'u1' },
        stream: true,
      }),
    );
  });

  it('effort and format share a place', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    const format = { kind: 'schema', name: 'x', description: undefined, schema, strict: true } as const;
    expect(encode({ reasoning: effort, format, temperature: 0.5 }, target('claude-opus-4-6'))).toMatchObject({
      body: {
        max_tokens: 128_000,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'high', format: { type: 'json_schema', schema } },
      },
      lost: ['drop temperature'],
    });
  });

  it('json without a schema is asked for at the end of the instructions', () => {
    const { body, lost } = encode({ format: { kind: 'json' }, turns: [{ role: 'system', parts: [text('Be brief.')] }, ...request.turns] });
    expect(body.system).toMatchObject([{ text: 'Be brief.' }, { type: 'text' }]);
    expect(lost).toEqual(['drop format']);
  });

  it('litellm#15601: no thinking after calls whose thinking is not known', () => {
    const turns: NeutralRequest['turns'] = [
      ...request.turns,
      { role: 'assistant', parts: [call('a')] },
      { role: 'tool', results: [{ callId: 'a', name: undefined, parts: [text('1')], isError: false }] },
    ];
    const { body, lost } = encode({ turns, tools, reasoning: effort });
    expect(body.thinking).toBeUndefined();
    expect(lost).toEqual(['drop reasoning']);
  });

  it('a tool that must be called leaves no thinking', () => {
    const { body, lost } = encode({ tools, toolChoice: { mode: 'required', allowed: undefined }, reasoning: effort, temperature: 0 });
    expect(body).toMatchObject({ tool_choice: { type: 'any' }, temperature: 0 });
    expect(body.thinking).toBeUndefined();
    expect(lost).toEqual(['drop reasoning']);
  });

  it('a stop of white space alone is refused by Claude: leaving it out would not stop it', () => {
    expect(encode({ stop: ['', '\n', 'x'] })).toMatchObject({ body: { stop_sequences: ['x'] }, lost: ['refuse stop'] });
    expect(encode({ stop: [''] })).toMatchObject({ lost: [] });
    expect(encode({ stop: ['\n'] }, target('deepseek-v4'))).toMatchObject({ body: { stop_sequences: ['\n'] }, lost: [] });
  });

  it('a user’s id that Anthropic would refuse is hashed, always alike', () => {
    const idOf = (user: string): unknown => (encode({ user }).body.metadata as JsonObject).user_id;
    for (const user of ['ada@example.com', '+44 20 7946 0958', 'x'.repeat(257)]) {
      expect(idOf(user)).toMatch(/^[0-9a-f]{64}$/);
      expect(idOf(user)).toBe(idOf(user));
    }
    expect(idOf('{"device_id":"1"}')).toBe('{"device_id":"1"}');
  });
});

describe('what a target does not know', () => {
  it('is left out and noted; what restricts is refused', () => {
    const to = target('llama', { unknownFields: ['metadata', 'stop_sequences', 'temperature', 'tool_choice'], reasoningEffort: false });
    const { body, lost } = encode(
      { user: 'u1', stop: ['x'], temperature: 0.5, tools, toolChoice: { mode: 'auto', allowed: undefined } },
      to,
    );
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages', 'tools']);
    expect(lost.toSorted()).toEqual(['drop temperature', 'drop user', 'refuse stop']);
  });

  it('an effort that it does not know', () => {
    const { body, lost } = encode({ reasoning: effort }, target('claude-opus-4-6', { reasoningEffort: false }));
    expect(body.output_config).toBeUndefined();
    expect(lost).toEqual(['drop reasoning']);
  });
});
