import { describe, expect, it } from 'vitest';
import { type ResponseFacts, responseObject } from '../../../../../core/src/dialects/openai-responses/translate/response-object.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import { about } from './answers.ts';

const facts: ResponseFacts = { id: '', model: '', status: 'completed', reason: undefined, output: [], usage: undefined };
const made = (request: JsonObject, more: Partial<ResponseFacts> = {}): JsonObject =>
  responseObject({ ...facts, ...more }, { ...about, request });

describe('responseObject', () => {
  it('has every key that the SDK’s type requires, for a request that says nothing', () => {
    expect(made({})).toEqual({
      id: `resp_${about.id}`,
      object: 'response',
      created_at: about.created,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      model: 'asked-for',
      output: [],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_logprobs: 0,
      top_p: null,
      truncation: 'disabled',
      usage: {
        input_tokens: 0,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 0,
      },
    });
  });

  it('repeats what was asked, and nothing else of the request', () => {
    const asked = {
      instructions: 'Be brief.',
      max_output_tokens: 99,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low' },
      temperature: 0,
      tool_choice: 'required',
      tools: [{ type: 'function', name: 'f', parameters: {}, strict: false }],
      top_p: 0.5,
      truncation: 'auto',
      prompt_cache_key: 'k',
      safety_identifier: 's',
      user: 'u',
    };
    const response = made({ ...asked, input: 'secret', store: true, id: 'mine', output: ['mine'], status: 'failed', unheard_of: 1 });
    expect(response).toMatchObject({ ...asked, store: false, output: [], status: 'completed' });
    for (const key of ['input', 'unheard_of']) expect(response).not.toHaveProperty(key);
    expect(response.id).toBe(`resp_${about.id}`);
  });

  it('always says the format of its text', () => {
    expect(made({ text: { verbosity: 'low' } }).text).toEqual({ format: { type: 'text' }, verbosity: 'low' });
    expect(made({ text: { format: { type: 'json_object' } } }).text).toEqual({ format: { type: 'json_object' } });
  });

  it('has an id with the letters that clients know, the provider’s where it gave one', () => {
    expect([made({}, { id: 'msg_1' }).id, made({}, { id: 'resp_1' }).id]).toEqual(['resp_msg_1', 'resp_1']);
  });

  it('gives usage as numbers at the end, where openai/codex asks again without; none before', () => {
    const usage = { input: 7, output: 3, cacheRead: 2, cacheWrite: undefined, reasoning: 1, raw: {} };
    expect(made({}, { usage }).usage).toMatchObject({
      input_tokens: 7,
      input_tokens_details: { cached_tokens: 2 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 10,
    });
    expect(made({}, { status: 'incomplete' }).usage).toMatchObject({ total_tokens: 0 });
    expect(made({}, { status: 'in_progress', usage }).usage).toBeNull();
  });
});
