import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';
import { encodeTools } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-tools.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool } from '../../../../../core/src/model/neutral.ts';
import { request } from './examples.ts';

function tools(
  given: Partial<NeutralRequest>,
  model = 'claude-sonnet-4-5',
  quirks: TargetQuirks = {},
): { members: JsonObject; forced: boolean; lost: string[] } {
  const losses = new Losses<NeutralField>();
  const encoded = encodeTools({ ...request, ...given }, { quirks, model: modelTraits(model), losses });
  return { ...encoded, lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
}

function tool(name: string, more: Partial<NeutralTool> = {}): NeutralTool {
  return { name, description: undefined, parameters: undefined, strict: undefined, ...more };
}

const two = [tool('a'), tool('b')];
const names = ({ members }: { members: JsonObject }): unknown => (members.tools as { name: string }[] | undefined)?.map(({ name }) => name);

describe('restrictions hold or are refused (bifrost#7344)', () => {
  it('only some tools allowed: the others are not sent', () => {
    const some = tools({ tools: two, toolChoice: { mode: 'auto', allowed: ['b'] } });
    expect(names(some)).toEqual(['b']);
    expect(some).toMatchObject({ members: { tool_choice: { type: 'auto' } }, forced: false, lost: [] });
    expect(names(tools({ tools: [...two, tool('c')], toolChoice: { mode: 'required', allowed: ['b', 'c'] } }))).toEqual(['b', 'c']);
    expect(tools({ tools: two, toolChoice: { mode: 'auto', allowed: [] } })).toEqual({ members: {}, forced: false, lost: [] });
  });

  it('a tool that is not there cannot be required', () => {
    expect(tools({ tools: two, toolChoice: { mode: 'required', allowed: ['c'] } }).lost).toEqual(['refuse toolChoice']);
  });

  it('the newest models cannot be made to call one', () => {
    expect(tools({ tools: two, toolChoice: { mode: 'required', allowed: undefined } }, 'claude-opus-5-5')).toMatchObject({
      forced: false,
      lost: ['refuse toolChoice'],
    });
  });

  it('a target without tool_choice: no tools where none may be called, else refused', () => {
    const ollama = { unknownFields: ['tool_choice'] };
    expect(tools({ tools: two, toolChoice: { mode: 'none', allowed: undefined } }, 'llama', ollama)).toEqual({
      members: {},
      forced: false,
      lost: [],
    });
    expect(tools({ tools: two, toolChoice: { mode: 'required', allowed: undefined } }, 'llama', ollama).lost).toEqual([
      'refuse toolChoice',
    ]);
    expect(tools({ tools: two, toolChoice: { mode: 'auto', allowed: undefined }, parallelTools: false }, 'llama', ollama)).toMatchObject({
      lost: ['refuse parallelTools'],
    });
  });

  it('a target without tools', () => {
    expect(tools({ tools: two }, 'llama', { tools: false })).toEqual({ members: {}, forced: false, lost: ['refuse tools'] });
    expect(tools({}, 'llama', { tools: false }).lost).toEqual([]);
  });

  it('bifrost#7348: one call at a time needs a choice to stand in', () => {
    expect(tools({ tools: two, parallelTools: false }).members.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    expect(tools({ tools: two, parallelTools: false, toolChoice: { mode: 'required', allowed: ['a'] } }).members.tool_choice).toEqual({
      type: 'tool',
      name: 'a',
      disable_parallel_tool_use: true,
    });
    expect(tools({ tools: two, parallelTools: false, toolChoice: { mode: 'none', allowed: undefined } }).members.tool_choice).toEqual({
      type: 'none',
    });
    expect(tools({ tools: two, parallelTools: true }).members.tool_choice).toBeUndefined();
    expect(tools({ parallelTools: false }).members).toEqual({});
  });
});

describe('tool_choice', () => {
  it.each([
    ['auto', undefined, { type: 'auto' }, false],
    ['none', undefined, { type: 'none' }, false],
    ['required', undefined, { type: 'any' }, true],
    ['required', ['a'], { type: 'tool', name: 'a' }, true],
  ] as const)('%s %j', (mode, allowed, choice, forced) => {
    const encoded = tools({ tools: two, toolChoice: { mode, allowed } });
    expect(encoded).toMatchObject({ members: { tool_choice: choice }, forced, lost: [] });
    expect(names(encoded)).toEqual(['a', 'b']);
  });

  it('a server that knows no names gets the only tool', () => {
    const encoded = tools({ tools: two, toolChoice: { mode: 'required', allowed: ['a'] } }, 'llama', { toolChoiceByName: false });
    expect(encoded.members).toMatchObject({ tools: [{ name: 'a' }], tool_choice: { type: 'any' } });
  });
});

describe('bifrost#3511, #3512: the definition', () => {
  const schemaOf = (parameters: JsonObject | undefined, model?: string): unknown =>
    (tools({ tools: [tool('a', { parameters })] }, model).members.tools as { input_schema: unknown }[])[0]?.input_schema;

  it('has a name, a schema of an object, and a description where there is one', () => {
    expect(tools({ tools: [tool('a', { description: 'A.' }), tool('b', { description: '' })] }).members.tools).toEqual([
      { name: 'a', description: 'A.', input_schema: { type: 'object', properties: {} } },
      { name: 'b', input_schema: { type: 'object', properties: {} } },
    ]);
  });

  it('litellm#18442: the schema is one of an object', () => {
    expect(schemaOf(undefined)).toEqual({ type: 'object', properties: {} });
    expect(schemaOf({})).toEqual({ type: 'object', properties: {} });
    expect(schemaOf({ properties: { a: {} } })).toEqual({ type: 'object', properties: { a: {} } });
    expect(schemaOf({ type: ['object', 'null'], properties: {} })).toEqual({ type: 'object', properties: {} });
    expect(tools({ tools: [tool('a', { parameters: { type: 'string' } })] }).lost).toEqual(['drop tools']);
  });

  it('keys keep their order and their values (bifrost#898)', () => {
    const parameters = { type: 'object', properties: { z: { default: 1 }, a: {} }, $schema: 'x', additionalProperties: false };
    expect(JSON.stringify(schemaOf(parameters))).toBe(JSON.stringify(parameters));
  });

  it('a union at the top is refused by Claude: its variants in one', () => {
    const variant = (name: string): JsonObject => ({ type: 'object', properties: { kind: {}, [name]: {} }, required: ['kind', name] });
    expect(schemaOf({ type: 'object', anyOf: [variant('a'), variant('b')] })).toEqual({
      type: 'object',
      properties: { kind: {}, a: {}, b: {} },
      required: ['kind'],
    });
    expect(schemaOf({ type: 'object', allOf: [variant('a'), variant('b')] })).toMatchObject({ required: ['kind', 'a', 'b'] });
    expect(tools({ tools: [tool('a', { parameters: { oneOf: [variant('a')] } })] }).lost).toEqual(['drop tools']);
    expect(schemaOf({ type: 'object', anyOf: [] }, 'llama')).toEqual({ type: 'object', anyOf: [] });
  });

  it('variants that require a hundred thousand names cost no square of them', () => {
    const required = Array.from({ length: 100_000 }, (_, index) => `name${index}`);
    const started = performance.now();
    const flat = schemaOf({ type: 'object', anyOf: [{ required }, { required: required.toReversed() }] }) as { required: string[] };
    expect(flat.required).toEqual(required);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('a hundred thousand variants are no arguments of a call', () => {
    const anyOf = Array.from({ length: 200_000 }, (_, index) => ({ properties: { [`name${index}`]: {} } }));
    expect(Object.keys((schemaOf({ type: 'object', anyOf }) as { properties: object }).properties)).toHaveLength(200_000);
  });

  it('a property may have the name of the prototype', () => {
    const variant = JSON.parse('{"properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}') as JsonObject;
    expect(JSON.stringify(schemaOf({ type: 'object', oneOf: [variant] }))).toBe(
      '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
    );
  });

  it('a name that Claude refuses', () => {
    expect(tools({ tools: [tool('look.up')] }).lost).toEqual(['refuse tools']);
    expect(tools({ tools: [tool('x'.repeat(128))] }).lost).toEqual([]);
    expect(tools({ tools: [tool('look.up')] }, 'llama').lost).toEqual([]);
  });

  it('strict where the model can be held to it', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
    expect(tools({ tools: [tool('a', { parameters, strict: true })] })).toMatchObject({
      members: { tools: [{ strict: true, input_schema: parameters }] },
      lost: [],
    });
    const loose = tools({ tools: [tool('a', { parameters, strict: true })] }, 'claude-sonnet-4-20250514');
    expect(loose.lost).toEqual(['drop strictTools']);
    expect(loose.members.tools).toEqual([{ name: 'a', input_schema: parameters }]);
    expect(tools({ tools: [tool('a', { parameters, strict: true })] }, 'llama', { strictTools: false }).lost).toEqual(['drop strictTools']);
    expect(
      tools({ tools: [tool('a', { parameters: { type: 'object', properties: { m: { type: 'object' } } }, strict: true })] }).lost,
    ).toEqual(['drop strictTools']);
    expect(tools({ tools: [tool('a', { parameters, strict: false })] }).members.tools).toEqual([{ name: 'a', input_schema: parameters }]);
  });
});
