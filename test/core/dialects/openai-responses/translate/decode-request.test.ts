import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/openai-responses/translate/decode-request.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { Loss, NeutralRequest } from '../../../../../core/src/model/neutral.ts';
import { refusedField } from './refused-field.ts';

const decoded = (body: JsonObject): { readonly value: NeutralRequest; readonly losses: readonly Loss[] } =>
  decodeRequest({ model: 'alias', input: 'x', ...body }, { model: 'm-1', stream: true });

describe('what is not of its kind', () => {
  it.each<[JsonObject, string]>([
    [{ input: null }, 'input'],
    [{ instructions: ['x'] }, 'instructions'],
    [{ parallel_tool_calls: 'no' }, 'parallel_tool_calls'],
    [{ max_output_tokens: -1 }, 'max_output_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ top_p: {} }, 'top_p'],
    [{ reasoning: 'much' }, 'reasoning'],
    [{ reasoning: { effort: 3 } }, 'reasoning.effort'],
    [{ user: 7 }, 'user'],
    [{ include: 'message.output_text.logprobs' }, 'include'],
    [{ include: [['message.output_text.logprobs']] }, 'include[0]'],
    [{ top_logprobs: '5' }, 'top_logprobs'],
    [{ top_logprobs: [5] }, 'top_logprobs'],
  ])('%j is refused by name', (body, field) => {
    expect(refusedField(() => decoded(body))).toBe(field);
  });
});

describe('a request', () => {
  it('that says everything loses nothing', () => {
    const { value, losses } = decoded({
      instructions: 'Be brief.',
      input: [{ role: 'user', content: 'Hello' }],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      text: { format: { type: 'json_object' } },
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: 'u-1',
      stream: true,
      stream_options: { include_obfuscation: false },
      store: false,
      background: false,
      include: ['reasoning.encrypted_content'],
      truncation: 'disabled',
      service_tier: 'auto',
      top_logprobs: 0,
      metadata: {},
      previous_response_id: null,
    });
    expect(losses).toEqual([]);
    expect(value).toEqual({
      model: 'm-1',
      stream: true,
      turns: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
        { role: 'user', parts: [{ kind: 'text', text: 'Hello' }] },
      ],
      tools: [{ name: 'f', description: undefined, parameters: { type: 'object' }, strict: false }],
      toolChoice: { mode: 'auto', allowed: undefined },
      parallelTools: false,
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: undefined,
      seed: undefined,
      frequencyPenalty: undefined,
      presencePenalty: undefined,
      stop: [],
      format: { kind: 'json' },
      reasoning: { effort: 'low', budget: undefined, show: true },
      user: 'u-1',
    } satisfies NeutralRequest);
  });

  it('that says nothing has nothing made up', () => {
    const { value, losses } = decoded({ instructions: '', reasoning: {} });
    expect(losses).toEqual([]);
    expect(value.turns).toEqual([{ role: 'user', parts: [{ kind: 'text', text: 'x' }] }]);
    const rest = { ...value, model: undefined, stream: undefined, turns: undefined, tools: [], stop: [] };
    expect(Object.values(rest).filter((one) => one !== undefined)).toEqual([[], []]);
  });
});

describe('a meaning or a restriction that would be lost', () => {
  it.each<[JsonObject, string]>([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ conversation: { id: 'conv_1' } }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ background: true }, 'background'],
    [{ max_tool_calls: 1 }, 'max_tool_calls'],
    [{ max_tool_calls: 0 }, 'max_tool_calls'],
    [{ moderation: { model: 'x' } }, 'moderation'],
    [{ top_logprobs: 1 }, 'top_logprobs'],
    [{ include: ['message.output_text.logprobs'] }, 'include'],
  ])('vercel/ai#15308 and the like: %j is refused', (body, field) => {
    expect(decoded(body).losses).toEqual([{ field, level: 'refuse' }]);
  });

  it('is refused, and not called a mistake, where it stands for the input', () => {
    expect(decoded({ input: null, prompt: { id: 'pmpt_1' } })).toMatchObject({
      value: { turns: [] },
      losses: [{ field: 'prompt', level: 'refuse' }],
    });
  });
});

describe('what makes the answer a little different', () => {
  it.each<[JsonObject, string]>([
    [{ store: true }, 'store'],
    [{ truncation: 'auto' }, 'truncation'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ include: ['web_search_call.action.sources'] }, 'include'],
    [{ metadata: { a: 'b' } }, 'metadata'],
    [{ prompt_cache_key: 'k' }, 'prompt_cache_key'],
    [{ context_management: [{ type: 'compaction' }] }, 'context_management'],
    [{ text: { verbosity: 'low' } }, 'text.verbosity'],
    [{ reasoning: { effort: 'colossal' } }, 'reasoning.effort'],
    [{ reasoning: { mode: 'pro' } }, 'reasoning.mode'],
    [{ reasoning: { context: 'all_turns' } }, 'reasoning.context'],
    [{ reasoning: { summary: 'detailed' } }, 'reasoning.summary'],
    [{ frequency_penalty: 1 }, 'frequency_penalty'],
  ])('%j is dropped, and told', (body, field) => {
    expect(decoded(body).losses).toEqual([{ field, level: 'drop' }]);
  });
});

describe('reasoning', () => {
  it.each<[JsonValue, unknown]>([
    [null, undefined],
    [{ effort: null, summary: null }, undefined],
    [{ effort: 'none' }, { effort: 'none', budget: undefined, show: undefined }],
    [
      { effort: 'max', context: 'auto', mode: 'standard' },
      { effort: 'max', budget: undefined, show: undefined },
    ],
    [{ generate_summary: 'auto' }, { effort: undefined, budget: undefined, show: true }],
  ])('%j is read', (reasoning, read) => {
    expect(decoded({ reasoning })).toMatchObject({ value: { reasoning: read }, losses: [] });
  });
});

describe('openai/codex', () => {
  it('its request without its own tools can be answered by anybody', () => {
    const { losses } = decoded({
      instructions: 'You are a coding agent.',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: '<permissions>' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ls' }] },
        { type: 'reasoning', summary: [], content: null, encrypted_content: 'gAAA' },
        { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'call_1' },
        { type: 'function_call_output', call_id: 'call_1', output: 'a.txt' },
      ],
      tools: [{ type: 'function', name: 'exec_command', strict: false, parameters: { type: 'object', properties: {} } }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'thread',
      client_metadata: { a: 'b' },
    });
    expect(losses).toEqual([
      { field: 'prompt_cache_key', level: 'drop' },
      { field: 'client_metadata', level: 'drop' },
    ]);
  });

  it('with its own tools it is refused, each by its place', () => {
    const tools = [
      { type: 'function', name: 'f' },
      { type: 'custom', name: 'apply_patch' },
      { type: 'tool_search' },
      { type: 'web_search' },
    ];
    expect(decoded({ tools }).losses).toEqual(
      ['tools[1].custom', 'tools[2].tool_search', 'tools[3].web_search'].map((field) => ({ field, level: 'refuse' })),
    );
  });
});
