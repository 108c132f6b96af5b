import { describe, expect, it } from 'vitest';
import { decodeFormat, decodeToolChoice, decodeTools } from '../../../../../core/src/dialects/openai-chat/translate/decode-tools.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';

function run<T>(read: (body: JsonObject, losses: RequestLosses) => T, body: JsonObject) {
  const losses = new RequestLosses();
  return { value: read(body, losses), losses: losses.list() };
}

const tools = (...given: JsonValue[]) => run(decodeTools, { tools: given });
const choice = (given: JsonValue) => run(decodeToolChoice, { tool_choice: given });
const format = (given: JsonValue) => run(decodeFormat, { response_format: given });

describe('what is wrong is named', () => {
  it.each<[string, JsonObject]>([
    ['tools', { tools: {} }],
    ['tools[0]', { tools: ['look'] }],
    ['tools[0].function', { tools: [{ type: 'function' }] }],
    ['tools[0].function.name', { tools: [{ type: 'function', function: {} }] }],
    ['tools[0].function.parameters', { tools: [{ type: 'function', function: { name: 'a', parameters: 'x' } }] }],
    ['functions[0].name', { functions: [{}] }],
    ['functions[0]', { functions: [5] }],
  ])('%s: %j', (param, body) => {
    expect(() => run(decodeTools, body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it.each<[string, JsonObject]>([
    ['tool_choice', { tool_choice: 'sometimes' }],
    ['tool_choice', { tool_choice: [] }],
    ['tool_choice.function.name', { tool_choice: { type: 'function' } }],
    ['tool_choice.allowed_tools', { tool_choice: { type: 'allowed_tools' } }],
    ['tool_choice.allowed_tools.mode', { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'none', tools: [] } } }],
    ['tool_choice.allowed_tools.tools', { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto' } } }],
    ['function_call', { function_call: 5 }],
    ['function_call.name', { function_call: {} }],
  ])('%s: %j', (param, body) => {
    expect(() => run(decodeToolChoice, body)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });

  it.each<[string, JsonValue]>([
    ['response_format', 'json'],
    ['response_format.type', {}],
    ['response_format.json_schema', { type: 'json_schema' }],
    ['response_format.json_schema.schema', { type: 'json_schema', json_schema: { name: 'a' } }],
  ])('%s: %j', (param, given) => {
    expect(() => format(given)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });
});

describe('decodeTools', () => {
  it('functions, in both forms; a schema is the client’s and stays as it is', () => {
    const parameters = { type: 'object', properties: { '2': {}, '1': {} }, $schema: 'x', additionalProperties: false };
    const definition = { name: 'look', description: 'Looks.', parameters, strict: true };
    const { value, losses } = run(decodeTools, { tools: [{ type: 'function', function: definition }], functions: [{ name: 'old' }] });
    expect(value).toEqual([definition, { name: 'old', description: undefined, parameters: undefined, strict: undefined }]);
    expect(value[0]?.parameters).toBe(parameters);
    expect(losses).toEqual([]);
  });

  it('tools with a grammar and tools of the provider’s own are refused where they stand', () => {
    const { value, losses } = tools(
      { type: 'function', function: { name: 'a' } },
      { type: 'custom', custom: { name: 'run', format: { type: 'grammar' } } },
      { type: 'web_search' },
    );
    expect(value.map(({ name }) => name)).toEqual(['a']);
    expect(losses).toEqual([
      { field: 'tools[1].custom', level: 'refuse' },
      { field: 'tools[2].web_search', level: 'refuse' },
    ]);
  });

  it('what is said beside a tool is dropped by name', () => {
    expect(tools({ type: 'function', cache_control: { type: 'ephemeral' }, function: { name: 'a', examples: ['x'] } }).losses).toEqual([
      { field: 'cache_control', level: 'drop' },
      { field: 'tools[].function.examples', level: 'drop' },
    ]);
  });
});

describe('decodeToolChoice', () => {
  it.each<[JsonValue, unknown]>([
    [null, undefined],
    ['auto', { mode: 'auto', allowed: undefined }],
    ['none', { mode: 'none', allowed: undefined }],
    ['required', { mode: 'required', allowed: undefined }],
    ['any', { mode: 'required', allowed: undefined }],
    [
      { type: 'function', function: { name: 'a' } },
      { mode: 'required', allowed: ['a'] },
    ],
  ])('%j', (given, expected) => {
    expect(choice(given)).toEqual({ value: expected, losses: [] });
  });

  it('bifrost#7344: allowed_tools stays a restriction to these', () => {
    const allowed = {
      mode: 'auto',
      tools: [
        { type: 'function', function: { name: 'a' } },
        { type: 'function', function: { name: 'b' } },
      ],
    };
    expect(choice({ type: 'allowed_tools', allowed_tools: allowed }).value).toEqual({ mode: 'auto', allowed: ['a', 'b'] });
  });

  it('one that names what is no function is refused as a whole', () => {
    const custom = { type: 'custom', custom: { name: 'run' } };
    const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'a' } }, custom] };
    for (const given of [
      custom,
      { type: 'allowed_tools', allowed_tools: allowed },
      { type: 'allowed_tools', allowed_tools: { tools: ['a'] } },
      { type: 'mcp' },
    ])
      expect(choice(given)).toEqual({ value: undefined, losses: [{ field: 'tool_choice', level: 'refuse' }] });
  });

  it('the older function_call counts where there is no tool_choice', () => {
    expect(run(decodeToolChoice, { function_call: { name: 'a' } }).value).toEqual({ mode: 'required', allowed: ['a'] });
    expect(run(decodeToolChoice, { function_call: 'none', tool_choice: null }).value).toEqual({ mode: 'none', allowed: undefined });
    expect(run(decodeToolChoice, { function_call: { name: 'a' }, tool_choice: 'auto' }).value).toEqual({
      mode: 'auto',
      allowed: undefined,
    });
  });
});

describe('decodeFormat', () => {
  it('text is what happens anyway', () => {
    expect([run(decodeFormat, {}).value, format(null).value, format({ type: 'text' }).value]).toEqual([undefined, undefined, undefined]);
  });

  it('any JSON, or one with a schema', () => {
    expect(format({ type: 'json_object' }).value).toEqual({ kind: 'json' });
    const schema = { type: 'object' };
    expect(format({ type: 'json_schema', json_schema: { name: 'a', schema, strict: true } }).value).toEqual({
      kind: 'schema',
      name: 'a',
      description: undefined,
      schema,
      strict: true,
    });
  });

  it('a format that nobody else knows is refused', () => {
    expect(format({ type: 'grammar', grammar: 'x' })).toEqual({
      value: undefined,
      losses: [{ field: 'response_format', level: 'refuse' }],
    });
  });
});
