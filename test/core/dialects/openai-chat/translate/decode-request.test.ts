import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/openai-chat/translate/decode-request.ts';
import { GatewayError } from '../../../../../core/src/errors.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import { request } from './examples.ts';

function decode(options: JsonObject) {
  return decodeRequest({ model: 'alias', messages: [{ role: 'user', content: 'hi' }], ...options }, { model: 'm', stream: false });
}

describe('what is wrong is named', () => {
  it.each<[string, JsonValue]>([
    ['temperature', '1'],
    ['top_p', []],
    ['top_k', true],
    ['seed', 'x'],
    ['frequency_penalty', {}],
    ['presence_penalty', '0'],
    ['stop', 5],
    ['parallel_tool_calls', 'no'],
    ['reasoning_effort', 5],
    ['user', 5],
    ['safety_identifier', {}],
    ['max_completion_tokens', 1.5],
    ['max_tokens', '9'],
    ['logprobs', 'true'],
    ['logprobs', 1],
    ['top_logprobs', '5'],
    ['top_logprobs', -1],
    ['modalities', 'audio'],
    ['modalities', { 0: 'audio' }],
    ['audio', 'alloy'],
    ['store', 'yes'],
  ])('%s: %j', (param, value) => {
    expect(() => decode({ [param]: value })).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it('stop[1]', () => {
    expect(() => decode({ stop: ['a', null] })).toThrow(expect.objectContaining({ param: 'stop[1]' }));
    expect(() => decode({ modalities: ['text', ['audio']] })).toThrow(expect.objectContaining({ param: 'modalities[1]' }));
  });
});

describe('whatever a client writes', () => {
  it('is read, or is a bad request that names a field', () => {
    const anyJson = fc.jsonValue({ maxDepth: 2 });
    const part = fc.dictionary(
      fc.constantFrom('type', 'text', 'image_url', 'input_audio', 'file'),
      fc.oneof(fc.constantFrom('text', 'file'), anyJson),
    );
    const message = fc.record(
      {
        role: fc.constantFrom('system', 'user', 'assistant', 'tool', 'function'),
        content: fc.oneof(fc.string(), fc.array(part), anyJson),
        name: anyJson,
        tool_calls: fc.oneof(fc.array(fc.record({ id: anyJson, function: fc.record({ name: anyJson, arguments: anyJson }) })), anyJson),
        tool_call_id: anyJson,
      },
      { requiredKeys: ['role'] },
    );
    const options = [
      'tools',
      'functions',
      'tool_choice',
      'function_call',
      'response_format',
      'stop',
      'n',
      'modalities',
      'seed',
      '__proto__',
    ];
    const anyBody = fc.record({ messages: fc.array(message), others: fc.dictionary(fc.constantFrom(...options), anyJson) });
    fc.assert(
      fc.property(anyBody, ({ messages, others }) => {
        try {
          const { value, losses } = decode({ ...(others as JsonObject), messages: messages as JsonValue });
          expect(value.turns.length).toBeLessThanOrEqual(messages.length);
          for (const { field } of losses) expect(field).toMatch(/^[\w.[\]()-]{1,200}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          expect(error).toMatchObject({ code: 'GW_BAD_REQUEST', param: expect.stringMatching(/./) });
        }
      }),
    );
  });
});

describe('the smallest request', () => {
  it('says nothing that was not asked; the model is the target’s', () => {
    expect(decode({})).toEqual({ value: request, losses: [] });
  });

  it('null is the same as nothing', () => {
    const keys = [
      'temperature',
      'stop',
      'tools',
      'tool_choice',
      'response_format',
      'reasoning_effort',
      'user',
      'logit_bias',
      'n',
      'metadata',
    ];
    expect(decode(Object.fromEntries(keys.map((key) => [key, null])))).toEqual({ value: request, losses: [] });
  });

  it('what only shapes the gateway’s own answer is no loss', () => {
    expect(
      decode({ stream: true, stream_options: { include_usage: true }, n: 1, logprobs: false, top_logprobs: 0, store: false }).losses,
    ).toEqual([]);
  });
});

describe('options', () => {
  it('are read', () => {
    const { value, losses } = decode({
      max_completion_tokens: 5,
      max_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      stop: 'END',
      parallel_tool_calls: false,
      reasoning_effort: 'none',
      user: 'u1',
    });
    expect(value).toMatchObject({
      maxOutputTokens: 5,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      stop: ['END'],
      parallelTools: false,
      reasoning: { effort: 'none', budget: undefined, show: undefined },
      user: 'u1',
    });
    expect(losses).toEqual([]);
  });

  it('bifrost#6457: the older limit of the output counts where there is no newer', () => {
    expect(decode({ max_tokens: 7 }).value.maxOutputTokens).toBe(7);
  });

  it('the newer id of the user counts; an other older one is dropped', () => {
    expect(decode({ safety_identifier: 's', user: 's' })).toMatchObject({ value: { user: 's' }, losses: [] });
    expect(decode({ safety_identifier: 's', user: 'u' })).toMatchObject({
      value: { user: 's' },
      losses: [{ field: 'user', level: 'drop' }],
    });
  });

  it('an effort of one provider’s own is dropped, not guessed at', () => {
    expect(decode({ reasoning_effort: 'default' })).toMatchObject({
      value: { reasoning: undefined },
      losses: [{ field: 'reasoning_effort', level: 'drop' }],
    });
  });

  it('whoever asks to see the reasoning is heard', () => {
    expect(decode({ include_reasoning: true }).value.reasoning).toEqual({ effort: undefined, budget: undefined, show: true });
  });
});

describe('what only Chat can say', () => {
  it.each<JsonObject>([
    { n: 2 },
    { logprobs: true },
    { top_logprobs: 3 },
    { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
    { web_search_options: {} },
    { moderation: { model: 'omni' } },
  ])('is refused where the caller would wait in vain: %j', (options) => {
    expect(decode(options).losses).toEqual([{ field: Object.keys(options)[0], level: 'refuse' }]);
  });

  it.each<JsonObject>([
    { logit_bias: { '50256': -100 } },
    { prediction: { type: 'content', content: 'x' } },
    { metadata: { a: 'b' } },
    { service_tier: 'flex' },
    { prompt_cache_key: 'k' },
    { verbosity: 'low' },
    { store: true },
    { audio: { voice: 'alloy' } },
    { min_p: 0.1 },
  ])('is dropped by name elsewhere: %j', (options) => {
    expect(decode(options).losses).toEqual([{ field: Object.keys(options)[0], level: 'drop' }]);
  });

  it('a key that is no name is not repeated', () => {
    expect(decode({ 'a: b\r\n': 1 }).losses).toEqual([{ field: '(other)', level: 'drop' }]);
  });
});
