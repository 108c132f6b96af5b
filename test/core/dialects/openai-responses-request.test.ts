import { describe, expect, it } from 'vitest';
import { checkInput, responsesModel, responsesStates, responsesTools } from '../../../core/src/dialects/openai-responses-request.ts';
import type { JsonObject } from '../../../core/src/model/json.ts';

const refused = (param: string, message: RegExp) =>
  expect.objectContaining({ code: 'GW_BAD_REQUEST', status: 400, param, message: expect.stringMatching(message) as string });

describe('responsesModel', () => {
  it('is the request’s', () => {
    expect(responsesModel({ model: 'gpt' })).toBe('gpt');
  });

  it.each([{}, { model: '' }, { model: null }, { model: 5 }])('names the field for %j', (body) => {
    expect(() => responsesModel(body)).toThrow(refused('model', /^model: expected a non-empty string, received/));
  });

  it('of a prompt template cannot be seen: says what to add', () => {
    expect(() => responsesModel({ prompt: { id: 'pmpt_1' } })).toThrow(refused('model', /prompt template.*name it in the request/));
  });
});

describe('checkInput', () => {
  it.each([
    { input: 'hi' },
    { input: '' },
    { input: [{ role: 'user', content: 'hi' }] },
    { input: [] },
    { prompt: { id: 'p' } },
    { previous_response_id: 'resp_1', input: null },
    { conversation: 'conv_1' },
  ])('takes %j', (body) => {
    expect(() => checkInput(body as JsonObject)).not.toThrow();
  });

  it.each([
    ['input', {}],
    ['input', { input: null, previous_response_id: null }],
    ['input', { input: 5 }],
    ['input', { input: {} }],
    ['input[1]', { input: [{ role: 'user' }, 'hi'] }],
    ['input[0]', { input: [null] }],
    ['input[0]', { input: [[]] }],
  ])('names %s in %j', (param, body) => {
    expect(() => checkInput(body as JsonObject)).toThrow(refused(param, /expected/));
  });
});

describe('responsesTools', () => {
  it('are the names of all tools on offer, or their types', () => {
    const tools = [
      { type: 'function', name: 'look' },
      { type: 'custom', name: 'apply' },
      { type: 'web_search' },
      { type: 'mcp', server_label: 'crm' },
      { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find' }] },
      {},
    ];
    const input = [
      { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'late' }] },
      { type: 'tool_search_output', tools: [{ type: 'function', name: 'found' }] },
      { type: 'mcp_list_tools', tools: [{ name: 'listed' }] },
    ];
    expect(responsesTools({ tools, input })).toEqual(['look', 'apply', 'web_search', 'mcp', 'find', 'unnamed', 'late', 'found']);
    expect(responsesTools({ tools: null, input: 'x' })).toEqual([]);
  });

  it.each([
    ['tools', { tools: {} }],
    ['tools[0]', { tools: ['look'] }],
    ['tools[0].tools', { tools: [{ type: 'namespace', tools: 'x' }] }],
    ['input[1].tools[0]', { input: [{}, { type: 'additional_tools', tools: [5] }] }],
  ])('names %s in %j', (param, body) => {
    expect(() => responsesTools(body as JsonObject)).toThrow(refused(param, /expected/));
  });
});

describe('responsesStates', () => {
  it.each([
    [{ previous_response_id: 'resp_1' }, 'resp_1'],
    [{ conversation: 'conv_1' }, 'conv_1'],
    [{ conversation: { id: 'conv_1' } }, 'conv_1'],
    [
      {
        input: [
          { role: 'user', content: 'x' },
          { type: 'item_reference', id: 'rs_1' },
        ],
      },
      'rs_1',
    ],
    [{ input: [{ type: null, id: 'rs_1' }] }, 'rs_1'],
    [{ input: [{ id: 'rs_1' }] }, 'rs_1'],
    [{ prompt: { id: 'pmpt_1', variables: {} } }, 'pmpt_1'],
  ])('vercel/ai#15308: what %j goes on from is %s, which one account has', (body, state) => {
    expect(responsesStates(body as JsonObject)[0]).toBe(state);
  });

  it('a reference that cannot be read is one all the same', () => {
    for (const body of [{ conversation: {} }, { prompt: { version: '1' } }, { input: [{ type: 'item_reference' }] }])
      expect(responsesStates(body as JsonObject)[0]).toEqual(expect.any(String));
  });

  it.each([
    {},
    { previous_response_id: null, conversation: null, prompt: null },
    { previous_response_id: '' },
    { input: 'x' },
    { input: [{ role: 'user', content: 'x' }] },
    { input: [{ id: 'msg_1', type: 'message', role: 'assistant', content: [] }] },
    { input: [{ id: 'rs_1', type: 'reasoning', encrypted_content: 'x', summary: [] }] },
    { input: [null, 'x'] },
    { input: [{ id: 'msg_1', role: 'user' }, { content: 'x' }] },
    { store: true },
  ])('%j says everything itself', (body) => {
    expect(responsesStates(body as JsonObject)[0]).toBeUndefined();
  });
});
