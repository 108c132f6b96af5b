import { describe, expect, it } from 'vitest';
import { encodeTools } from '../../../../../core/src/dialects/google-generate-content/translate/encode-tools.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralTool, NeutralToolChoice } from '../../../../../core/src/model/neutral.ts';

const tool = (name: string, more: Partial<NeutralTool> = {}): NeutralTool => ({
  name,
  description: undefined,
  parameters: undefined,
  strict: undefined,
  ...more,
});
const encode = (tools: NeutralTool[], toolChoice?: NeutralToolChoice, parallelTools?: boolean, quirks = {}) => {
  const losses = new Losses<NeutralField>();
  const body = encodeTools({ tools, toolChoice, parallelTools }, quirks, losses);
  return { body, losses: losses.list().map(({ field, level }) => `${level} ${field}`) };
};
const two = [tool('f'), tool('g')];
const declared = (...names: string[]) => [{ functionDeclarations: names.map((name) => ({ name, description: '' })) }];
const config = (value: object) => ({ functionCallingConfig: value });

describe('what cannot be kept', () => {
  it('bifrost#7344, #7348: one call at a time is a restriction', () => {
    expect(encode(two, undefined, false).losses).toEqual(['refuse parallelTools']);
    expect(encode(two, { mode: 'none', allowed: undefined }, false).losses).toEqual([]);
    expect(encode([], undefined, false).losses).toEqual([]);
    expect(encode(two, undefined, true).losses).toEqual([]);
  });

  it('of a single tool two calls at a time are unlikely', () => {
    expect(encode([tool('f')], undefined, false).losses).toEqual(['drop parallelTools']);
    expect(encode(two, { mode: 'required', allowed: ['f'] }, false).losses).toEqual(['drop parallelTools']);
    expect(encode(two, { mode: 'required', allowed: ['f', 'g'] }, false).losses).toEqual(['refuse parallelTools']);
  });

  it('a call that must be made of no tool', () => {
    expect(encode([], { mode: 'required', allowed: undefined })).toEqual({ body: {}, losses: ['refuse toolChoice'] });
    expect(encode(two, { mode: 'required', allowed: ['h'] }).losses).toEqual(['refuse toolChoice']);
  });

  it('strictness is dropped, tools of a provider without any are not', () => {
    expect(encode([tool('f', { strict: true })]).losses).toEqual(['drop strictTools']);
    expect(encode([tool('f', { strict: false })]).losses).toEqual([]);
    expect(encode(two, undefined, undefined, { tools: false }).losses).toEqual(['refuse tools']);
  });
});

describe('tools', () => {
  it('without tools there is nothing to configure', () => {
    expect(encode([], { mode: 'auto', allowed: undefined })).toEqual({ body: {}, losses: [] });
  });

  it('litellm#14330, #6459, Portkey#837, claude-code-router#1480, vercel/ai#4412: a schema goes as it is', () => {
    const parameters = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: false,
      properties: { a: { type: ['string', 'null'], default: 'x', $ref: '#/$defs/a' } },
      required: ['a', 'undefined'],
      $defs: { a: { const: 1 } },
    };
    const { body } = encode([tool('f', { description: 'does f', parameters })]);
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({ tools: [{ functionDeclarations: [{ name: 'f', description: 'does f', parametersJsonSchema: parameters }] }] }),
    );
  });

  it('litellm#18442, claude-code-router#5: no parameters are left out', () => {
    expect(encode([tool('f', { parameters: {} }), tool('g', { parameters: { type: 'object', properties: {} } })]).body).toEqual({
      tools: declared('f', 'g'),
    });
  });
});

describe('choice', () => {
  it.each<[NeutralToolChoice | undefined, object | undefined]>([
    [undefined, undefined],
    [{ mode: 'auto', allowed: undefined }, undefined],
    [{ mode: 'none', allowed: undefined }, { mode: 'NONE' }],
    [{ mode: 'none', allowed: ['f'] }, { mode: 'NONE' }],
    [{ mode: 'required', allowed: undefined }, { mode: 'ANY' }],
    [
      { mode: 'required', allowed: ['g', 'unknown'] },
      { mode: 'ANY', allowedFunctionNames: ['g'] },
    ],
  ])('%j over all tools', (choice, expected) => {
    expect(encode(two, choice).body).toEqual({
      tools: declared('f', 'g'),
      ...(expected !== undefined && { toolConfig: config(expected) }),
    });
  });

  it('bifrost#7348: `allowed_tools` holds where the model chooses as well', () => {
    expect(encode(two, { mode: 'auto', allowed: ['g'] })).toEqual({ body: { tools: declared('g') }, losses: [] });
    expect(encode(two, { mode: 'auto', allowed: [] }).body).toEqual({ tools: declared('f', 'g'), toolConfig: config({ mode: 'NONE' }) });
  });
});
