import { describe, expect, it } from 'vitest';
import { decodeFormat, decodeToolChoice, decodeTools } from '../../../../../core/src/dialects/openai-responses/translate/decode-tools.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';
import type { Loss } from '../../../../../core/src/model/neutral.ts';
import { refusedField } from './refused-field.ts';

function decoded<T>(
  read: (value: JsonValue | undefined, losses: RequestLosses) => T,
  value?: JsonValue,
): { readonly value: T; readonly losses: Loss[] } {
  const losses = new RequestLosses();
  return { value: read(value, losses), losses: losses.list() };
}

describe('decodeTools', () => {
  it.each<[JsonValue, string]>([
    ['x', 'tools'],
    [[null], 'tools[0]'],
    [[{}], 'tools[0].type'],
    [[{ type: 'function' }], 'tools[0].name'],
    [[{ type: 'function', name: 'f', parameters: 'x' }], 'tools[0].parameters'],
    [[{ type: 'function', name: 'f', allowed_callers: 'programmatic' }], 'tools[0].allowed_callers'],
    [[{ type: 'function', name: 'f', allowed_callers: ['direct', {}] }], 'tools[0].allowed_callers[1]'],
  ])('refuses %j by name', (tools, field) => {
    expect(refusedField(() => decoded(decodeTools, tools))).toBe(field);
  });

  it('reads functions; what is not said is not made up', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } } };
    expect(
      decoded(decodeTools, [
        { type: 'function', name: 'f', description: 'F.', parameters, strict: true, allowed_callers: ['direct'], defer_loading: false },
        { type: 'function', name: 'g', parameters: null, strict: null },
      ]),
    ).toEqual({
      value: [
        { name: 'f', description: 'F.', parameters, strict: true },
        { name: 'g', description: undefined, parameters: undefined, strict: undefined },
      ],
      losses: [],
    });
    expect(decoded(decodeTools).value).toEqual([]);
  });

  it.each([
    ...['custom', 'namespace', 'tool_search', 'web_search', 'web_search_preview', 'file_search', 'code_interpreter', 'computer'],
    ...['image_generation', 'mcp', 'local_shell', 'shell', 'apply_patch', 'programmatic_tool_calling', 'unheard_of'],
  ])('refuses a tool of type %s, by its place and name', (type) => {
    expect(
      decoded(decodeTools, [
        { type: 'function', name: 'f' },
        { type, name: 'x' },
      ]),
    ).toMatchObject({
      value: [{ name: 'f' }],
      losses: [{ field: `tools[1].${type}`, level: 'refuse' }],
    });
  });

  it('maximhq/bifrost#7344: who may call a tool is a restriction', () => {
    const tool = { type: 'function', name: 'f', allowed_callers: ['programmatic'], defer_loading: true, output_schema: { type: 'string' } };
    expect(decoded(decodeTools, [tool]).losses).toEqual([
      { field: 'tools[].output_schema', level: 'drop' },
      { field: 'tools[0].allowed_callers', level: 'refuse' },
      { field: 'tools[].defer_loading', level: 'drop' },
    ]);
  });
});

describe('decodeToolChoice', () => {
  it.each<[JsonValue, string]>([
    ['sometimes', 'tool_choice'],
    ['constructor', 'tool_choice'],
    [7, 'tool_choice'],
    [{}, 'tool_choice.type'],
    [{ type: 'function' }, 'tool_choice.name'],
    [{ type: 'allowed_tools', mode: 'never', tools: [] }, 'tool_choice.mode'],
    [{ type: 'allowed_tools', mode: 'auto' }, 'tool_choice.tools'],
  ])('refuses %j by name', (choice, field) => {
    expect(refusedField(() => decoded(decodeToolChoice, choice))).toBe(field);
  });

  it.each<[JsonValue | undefined, unknown]>([
    [undefined, undefined],
    [null, undefined],
    ['auto', { mode: 'auto', allowed: undefined }],
    ['none', { mode: 'none', allowed: undefined }],
    ['required', { mode: 'required', allowed: undefined }],
    [
      { type: 'function', name: 'f' },
      { mode: 'required', allowed: ['f'] },
    ],
    [
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      { mode: 'auto', allowed: ['f'] },
    ],
  ])('reads %j', (choice, value) => {
    expect(decoded(decodeToolChoice, choice)).toEqual({ value, losses: [] });
  });

  it('maximhq/bifrost#7348: an allowed tool that cannot be said is a refusal, not one tool fewer', () => {
    const choice = {
      type: 'allowed_tools',
      mode: 'required',
      tools: [
        { type: 'function', name: 'f' },
        { type: 'mcp', server_label: 'x' },
      ],
    };
    expect(decoded(decodeToolChoice, choice).losses).toEqual([{ field: 'tool_choice', level: 'refuse' }]);
    expect(decoded(decodeToolChoice, { type: 'web_search' })).toEqual({
      value: undefined,
      losses: [{ field: 'tool_choice', level: 'refuse' }],
    });
  });
});

describe('decodeFormat', () => {
  it.each<[JsonValue, string]>([
    ['x', 'text'],
    [{ format: 'x' }, 'text.format'],
    [{ format: {} }, 'text.format.type'],
    [{ format: { type: 'json_schema', name: 'a' } }, 'text.format.schema'],
  ])('refuses %j by name', (text, field) => {
    expect(refusedField(() => decoded(decodeFormat, text))).toBe(field);
  });

  it('reads the three there are', () => {
    const schema = { type: 'object' };
    expect(
      [undefined, null, {}, { format: null }, { format: { type: 'text' }, verbosity: 'medium' }].map((text) => decoded(decodeFormat, text)),
    ).toEqual(Array.from({ length: 5 }, () => ({ value: undefined, losses: [] })));
    expect(decoded(decodeFormat, { format: { type: 'json_object' } }).value).toEqual({ kind: 'json' });
    expect(decoded(decodeFormat, { format: { type: 'json_schema', name: 'a', description: 'A.', schema, strict: true } })).toEqual({
      value: { kind: 'schema', name: 'a', description: 'A.', schema, strict: true },
      losses: [],
    });
  });

  it('refuses a form that nobody else writes, and drops what is only style', () => {
    expect(decoded(decodeFormat, { format: { type: 'grammar' }, verbosity: 'low' })).toEqual({
      value: undefined,
      losses: [
        { field: 'text.verbosity', level: 'drop' },
        { field: 'text.format', level: 'refuse' },
      ],
    });
  });
});
