import { describe, expect, it } from 'vitest';
import {
  decodeParallel,
  decodeToolChoice,
  decodeTools,
  isToolSearch,
} from '../../../../../core/src/dialects/anthropic-messages/translate/decode-tools.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';

function tools(value: JsonValue | undefined): unknown[] {
  const losses = new RequestLosses();
  return [...decodeTools(value, losses), ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('decodeTools', () => {
  it.each([
    ['tools', 'look'],
    ['tools[0]', ['look']],
    ['tools[0].name', [{ input_schema: {} }]],
    ['tools[0].input_schema', [{ name: 'a', input_schema: 'x' }]],
    ['tools[0].strict', [{ name: 'a', strict: 'yes' }]],
    ['tools[0].type', [{ type: 5, name: 'a' }]],
    ['tools[0].allowed_callers', [{ name: 'a', allowed_callers: 'direct' }]],
  ])('names %s', (param, value) => {
    expect(() => tools(value)).toThrow(expect.objectContaining({ param }));
  });

  it('reads tools of the client’s own', () => {
    const input_schema = { type: 'object', properties: { at: { type: 'string' } } };
    expect(
      tools([
        { name: 'look', description: 'Looks.', input_schema, strict: true, eager_input_streaming: true, allowed_callers: ['direct'] },
        { type: 'custom', name: 'stop', description: '', input_schema: null },
      ]),
    ).toEqual([
      { name: 'look', description: 'Looks.', parameters: input_schema, strict: true },
      { name: 'stop', description: undefined, parameters: undefined, strict: undefined },
    ]);
    expect(tools(undefined)).toEqual([]);
  });

  it('refuses what Anthropic runs, or only its models know', () => {
    expect(
      tools([
        { name: 'look', input_schema: {} },
        { type: 'web_search_20260318', name: 'web_search' },
        { type: 'bash_20250124', name: 'bash' },
      ]),
    ).toEqual([
      { name: 'look', description: undefined, parameters: {}, strict: undefined },
      'refuse tools[1].web_search_20260318',
      'refuse tools[2].bash_20250124',
    ]);
  });

  it('a search among the tools only saves tokens', () => {
    expect(tools([{ type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' }])).toEqual(['drop tools[].tool_search']);
    expect(isToolSearch('tool_search_tool_result')).toBe(true);
    expect(isToolSearch('web_search_20260318')).toBe(false);
  });

  it('bifrost#7344: who may call a tool is a restriction', () => {
    expect(tools([{ name: 'a', allowed_callers: ['code_execution_20260120'] }])).toContain('refuse tools[0].allowed_callers');
    expect(tools([{ name: 'a', allowed_callers: ['direct', 'code_execution_20260120'] }])).toContain('drop tools[].allowed_callers');
  });

  it('notes what only saves tokens', () => {
    expect(tools([{ name: 'a', defer_loading: true, input_examples: [{}], cache_control: { type: 'ephemeral' } }]).slice(1)).toEqual([
      'drop tools[].defer_loading',
      'drop tools[].input_examples',
      'drop cache_control',
    ]);
  });
});

describe('decodeToolChoice', () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    [{ type: 'auto' }, { mode: 'auto', allowed: undefined }],
    [{ type: 'none' }, { mode: 'none', allowed: undefined }],
    [{ type: 'any' }, { mode: 'required', allowed: undefined }],
    [
      { type: 'tool', name: 'look' },
      { mode: 'required', allowed: ['look'] },
    ],
  ])('%j', (choice, expected) => {
    expect(decodeToolChoice(choice)).toEqual(expected);
  });

  it.each([
    ['tool_choice', 'any'],
    ['tool_choice.type', { type: 'some' }],
    ['tool_choice.name', { type: 'tool' }],
  ])('names %s', (param, choice) => {
    expect(() => decodeToolChoice(choice)).toThrow(expect.objectContaining({ param }));
  });
});

it('bifrost#7348: one call at a time', () => {
  expect(decodeParallel({ type: 'auto', disable_parallel_tool_use: true })).toBe(false);
  expect(decodeParallel({ type: 'auto', disable_parallel_tool_use: false })).toBeUndefined();
  expect(decodeParallel({ type: 'auto' })).toBeUndefined();
  expect(decodeParallel(undefined)).toBeUndefined();
  expect(() => decodeParallel({ disable_parallel_tool_use: 1 })).toThrow(
    expect.objectContaining({ param: 'tool_choice.disable_parallel_tool_use' }),
  );
});
