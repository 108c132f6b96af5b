import { describe, expect, it } from 'vitest';
import type { NeutralRequest } from '../../../../core/src/model/neutral.ts';
import { encodeTools } from '../../../../providers/bedrock/src/converse/encode-tools.ts';
import { encoderFor, lossesOf, newest, nova, request, sonnet, tool } from './encoding.ts';

function encoded(members: Partial<NeutralRequest>, model = sonnet, quirks = {}) {
  const about = encoderFor(model, quirks);
  return { ...encodeTools(request({ tools: [tool('a'), tool('b')], ...members }), about), losses: lossesOf(about) };
}

const choice = (members: Partial<NeutralRequest>, model = sonnet) => encoded(members, model).toolConfig?.toolChoice;
const names = (members: Partial<NeutralRequest>) =>
  (encoded(members).toolConfig?.tools as { toolSpec: { name: string } }[] | undefined)?.map(({ toolSpec }) => toolSpec.name);

describe('which tools may be called', () => {
  it.each<[string, Partial<NeutralRequest>, unknown, string[] | undefined]>([
    ['nothing said', {}, undefined, ['a', 'b']],
    ['auto', { toolChoice: { mode: 'auto', allowed: undefined } }, { auto: {} }, ['a', 'b']],
    ['required', { toolChoice: { mode: 'required', allowed: undefined } }, { any: {} }, ['a', 'b']],
    ['one', { toolChoice: { mode: 'required', allowed: ['b'] } }, { tool: { name: 'b' } }, ['a', 'b']],
    [
      'bifrost#7344: some, of which one must be',
      { tools: [tool('a'), tool('b'), tool('c')], toolChoice: { mode: 'required', allowed: ['a', 'c'] } },
      { any: {} },
      ['a', 'c'],
    ],
    ['bifrost#7344: some', { toolChoice: { mode: 'auto', allowed: ['a'] } }, { auto: {} }, ['a']],
    ['none: they are not sent at all', { toolChoice: { mode: 'none', allowed: undefined } }, undefined, undefined],
    ['there are none', { tools: [], toolChoice: { mode: 'auto', allowed: undefined } }, undefined, undefined],
  ])('%s', (_what, members, toolChoice, sent) => {
    expect(choice(members)).toEqual(toolChoice);
    expect(names(members)).toEqual(sent);
    expect(encoded(members).losses).toEqual([]);
  });

  it('is refused where it cannot be said', () => {
    const must = { toolChoice: { mode: 'required', allowed: undefined } } as const;
    expect(encoded(must, newest).losses).toEqual(['toolChoice: refuse']);
    expect(encoded({ toolChoice: { mode: 'required', allowed: ['unknown'] } }).losses).toEqual(['toolChoice: refuse']);
    expect(encoded({}, sonnet, { tools: false })).toMatchObject({ toolConfig: undefined, losses: ['tools: refuse'] });
    expect(encoded({ tools: [] }, sonnet, { tools: false }).losses).toEqual([]);
  });

  it('is known to be forced', () => {
    expect(encoded({ toolChoice: { mode: 'required', allowed: ['b'] } }).forced).toBe(true);
    expect(encoded({ toolChoice: { mode: 'auto', allowed: undefined } }).forced).toBe(false);
    expect(encoded({}).forced).toBe(false);
  });
});

describe('one call at a time', () => {
  it.each<[string, Partial<NeutralRequest>, object]>([
    ['litellm#34347: with its type, where nothing was said', {}, { type: 'auto' }],
    ['any', { toolChoice: { mode: 'required', allowed: undefined } }, { type: 'any' }],
    ['a named one', { toolChoice: { mode: 'required', allowed: ['b'] } }, { type: 'tool', name: 'b' }],
  ])("litellm#36536: is a part of Claude's own choice, which is then the only one: %s", (_what, members, own) => {
    const { ownChoice, toolConfig, losses } = encoded({ ...members, parallelTools: false });
    expect(ownChoice).toEqual({ ...own, disable_parallel_tool_use: true });
    expect(toolConfig?.toolChoice).toBeUndefined();
    expect(losses).toEqual([]);
  });

  it('bifrost#7348: is refused for models that cannot be told', () => {
    expect(encoded({ parallelTools: false }, nova)).toMatchObject({ ownChoice: undefined, losses: ['parallelTools: refuse'] });
    expect(encoded({ parallelTools: true }, nova).losses).toEqual([]);
  });

  it('litellm#29668: is nothing without tools', () => {
    expect(encoded({ tools: [], parallelTools: false }, nova)).toEqual({
      toolConfig: undefined,
      ownChoice: undefined,
      forced: false,
      losses: [],
    });
  });
});

describe('a tool', () => {
  const spec = (members: object, model = sonnet) => {
    const { toolConfig, losses } = encoded({ tools: [{ ...tool('a'), ...members }] }, model);
    return { ...(toolConfig?.tools as { toolSpec: object }[] | undefined)?.[0]?.toolSpec, losses };
  };

  it('always has a schema of an object, and no empty description', () => {
    expect(spec({ description: ' ' })).toEqual({ name: 'a', inputSchema: { json: { type: 'object', properties: {} } }, losses: [] });
    expect(spec({ description: 'Looks.', parameters: { properties: { x: {} } } })).toEqual({
      name: 'a',
      description: 'Looks.',
      inputSchema: { json: { type: 'object', properties: { x: {} } } },
      losses: [],
    });
  });

  it('is refused when Bedrock would refuse its name', () => {
    for (const name of ['mcp.search', 'a b', 'x'.repeat(65), '']) expect(spec({ name }).losses).toEqual(['tools: refuse']);
    expect(spec({ name: 'mcp__a-b_1' }).losses).toEqual([]);
  });

  const closed = { type: 'object', properties: { x: { type: 'string' } }, required: ['x'], additionalProperties: false };

  it('is strict where the model can be held to it; elsewhere that is told', () => {
    expect(spec({ strict: true, parameters: closed })).toMatchObject({ strict: true, inputSchema: { json: closed }, losses: [] });
    for (const model of ['us.anthropic.claude-opus-4-7', 'anthropic.claude-3-haiku-20240307-v1:0', nova]) {
      const made = spec({ strict: true, parameters: closed }, model);
      expect(made).not.toHaveProperty('strict');
      expect(made.losses).toEqual(['strictTools: drop']);
    }
    expect(spec({ strict: true, parameters: { type: 'object', additionalProperties: true } })).toMatchObject({
      inputSchema: { json: { additionalProperties: true } },
      losses: ['strictTools: drop'],
    });
  });
});
