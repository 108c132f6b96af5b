import { describe, expect, it } from 'vitest';
import { encodeFormat, encodeTools } from '../../../../../core/src/dialects/openai-chat/translate/encode-tools.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralRequest, NeutralTool } from '../../../../../core/src/model/neutral.ts';
import { request } from './examples.ts';

const named = (name: string): NeutralTool => ({ name, description: undefined, parameters: undefined, strict: undefined });

function encode(part: Partial<NeutralRequest>, quirks: TargetQuirks = {}) {
  const losses = new Losses<NeutralField>();
  return { body: encodeTools({ ...request, ...part }, quirks, losses), losses: losses.list() };
}

const tools = [named('a'), named('b'), named('c')];
const names = (body: JsonObject): unknown[] =>
  Array.isArray(body.tools) ? body.tools.map((tool: JsonObject) => (tool.function as JsonObject).name) : [];

describe('restrictions hold', () => {
  it('bifrost#7344: only some tools allowed are the only ones sent', () => {
    const some = encode({ tools, toolChoice: { mode: 'auto', allowed: ['a', 'c'] } });
    expect(names(some.body)).toEqual(['a', 'c']);
    expect(some).toMatchObject({ body: { tool_choice: 'auto' }, losses: [] });
    const required = encode({ tools, toolChoice: { mode: 'required', allowed: ['a', 'c'] } });
    expect([names(required.body), required.body.tool_choice]).toEqual([['a', 'c'], 'required']);
  });

  it('none of them allowed is none, and refused where one must be called', () => {
    expect(encode({ tools, toolChoice: { mode: 'auto', allowed: ['x'] } })).toEqual({ body: {}, losses: [] });
    expect(encode({ tools, toolChoice: { mode: 'required', allowed: [] } }).losses).toEqual([{ field: 'toolChoice', level: 'refuse' }]);
  });

  it('a target without tools is not asked, nor one that is to go on from results', () => {
    const quirks = { tools: false };
    expect(encode({ tools }, quirks)).toEqual({ body: {}, losses: [{ field: 'tools', level: 'refuse' }] });
    expect(encode({ turns: [{ role: 'tool', results: [] }] }, quirks).losses).toEqual([{ field: 'tools', level: 'refuse' }]);
    expect(encode({}, quirks)).toEqual({ body: {}, losses: [] });
  });

  it('a target without tool_choice: none means no tools, required is refused, auto is what happens anyway', () => {
    const quirks = { unknownFields: ['tool_choice'] };
    expect(encode({ tools, toolChoice: { mode: 'none', allowed: undefined } }, quirks)).toEqual({ body: {}, losses: [] });
    expect(encode({ tools, toolChoice: { mode: 'required', allowed: ['a'] } }, quirks).losses).toEqual([
      { field: 'toolChoice', level: 'refuse' },
    ]);
    const auto = encode({ tools, toolChoice: { mode: 'auto', allowed: ['a'] } }, quirks);
    expect([names(auto.body), Object.keys(auto.body), auto.losses]).toEqual([['a'], ['tools'], []]);
  });
});

describe('encodeTools', () => {
  it('no tools: neither choice nor parallel calls, which would be an error', () => {
    expect(encode({ toolChoice: { mode: 'auto', allowed: undefined }, parallelTools: false }).body).toEqual({});
  });

  it('a schema goes through as it is; none is an empty object (litellm#18442)', () => {
    const parameters = { $schema: 'x', type: 'object', properties: { '2': {}, '1': {} }, additionalProperties: false };
    const { body } = encode({ tools: [{ name: 'a', description: 'A.', parameters, strict: true }, named('b')] });
    expect(body.tools).toEqual([
      { type: 'function', function: { name: 'a', description: 'A.', parameters, strict: true } },
      { type: 'function', function: { name: 'b', parameters: { type: 'object', properties: {} } } },
    ]);
  });

  it('strict is dropped with a note where it is not known', () => {
    const strict = { ...named('a'), strict: true };
    const { body, losses } = encode({ tools: [strict, { ...named('b'), strict: false }] }, { strictTools: false });
    expect(JSON.stringify(body)).not.toContain('strict');
    expect(losses).toEqual([{ field: 'strictTools', level: 'drop' }]);
  });

  it.each<[NeutralRequest['toolChoice'], TargetQuirks, unknown, unknown[]]>([
    [undefined, {}, undefined, ['a', 'b', 'c']],
    [{ mode: 'auto', allowed: undefined }, {}, 'auto', ['a', 'b', 'c']],
    [{ mode: 'none', allowed: undefined }, {}, 'none', ['a', 'b', 'c']],
    [{ mode: 'required', allowed: undefined }, {}, 'required', ['a', 'b', 'c']],
    [{ mode: 'required', allowed: undefined }, { toolChoiceRequired: 'any' }, 'any', ['a', 'b', 'c']],
    [{ mode: 'required', allowed: ['b'] }, {}, { type: 'function', function: { name: 'b' } }, ['a', 'b', 'c']],
    [{ mode: 'required', allowed: ['b'] }, { toolChoiceByName: false, toolChoiceRequired: 'any' }, 'any', ['b']],
  ])('choice %j for %j', (toolChoice, quirks, choice, sent) => {
    const { body, losses } = encode({ tools, toolChoice }, quirks);
    expect([body.tool_choice, names(body), losses]).toEqual([choice, sent, []]);
  });

  it('bifrost#7348: one call at a time stays so', () => {
    expect(encode({ tools, parallelTools: false }).body).toMatchObject({ parallel_tool_calls: false });
    expect(encode({ tools }).body).not.toHaveProperty('parallel_tool_calls');
  });
});

describe('encodeFormat', () => {
  const schema = { type: 'object', properties: {} };
  const format = { kind: 'schema', name: undefined, description: undefined, schema, strict: undefined } as const;
  const losses = () => new Losses<NeutralField>();

  it('Portkey#644: a schema that the target does not know is refused, not left out', () => {
    const noted = losses();
    expect(encodeFormat(format, { jsonSchema: false }, noted)).toBeUndefined();
    expect(noted.list()).toEqual([{ field: 'format', level: 'refuse' }]);
    expect(encodeFormat({ kind: 'json' }, { jsonSchema: false }, losses())).toEqual({ type: 'json_object' });
  });

  it('Portkey#1546: a schema is not wrapped; it has a name that OpenAI takes', () => {
    expect(encodeFormat(undefined, {}, losses())).toBeUndefined();
    expect(encodeFormat(format, {}, losses())).toEqual({ type: 'json_schema', json_schema: { name: 'response', schema } });
    const full = { ...format, name: 'my schéma!', description: 'd', strict: true };
    expect(encodeFormat(full, {}, losses())).toEqual({
      type: 'json_schema',
      json_schema: { name: 'my_sch_ma_', description: 'd', schema, strict: true },
    });
    expect(JSON.stringify(encodeFormat({ ...format, name: 'x'.repeat(99) }, {}, losses()))).toContain(`"${'x'.repeat(64)}"`);
  });
});
