import { describe, expect, it } from 'vitest';
import { decodeSchema, jsonFormat, mentionsJson } from '../../../../core/src/dialects/translate/json-format.ts';
import { Losses, RequestLosses } from '../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralFormat } from '../../../../core/src/model/neutral.ts';

describe('jsonFormat', () => {
  const schema: NeutralFormat = { kind: 'schema', name: undefined, description: undefined, schema: { type: 'object' }, strict: undefined };
  const format = (given: NeutralFormat | undefined, quirks: TargetQuirks = {}): unknown =>
    jsonFormat(given, quirks, new Losses<NeutralField>());

  it('has a name that OpenAI takes', () => {
    expect(format(schema)).toEqual({ type: 'json_schema', name: 'response', schema: { type: 'object' } });
    expect(format({ ...schema, name: 'größe 1', description: 'D.', strict: true })).toMatchObject({
      name: 'gr__e_1',
      description: 'D.',
      strict: true,
    });
    expect(format({ ...schema, name: 'x'.repeat(80) })).toMatchObject({ name: 'x'.repeat(64) });
    expect([format({ kind: 'json' }), format(undefined)]).toEqual([{ type: 'json_object' }, undefined]);
  });

  it('Portkey-AI/gateway#644: a schema that the target does not know is refused, not ignored', () => {
    const losses = new Losses<NeutralField>();
    expect(jsonFormat(schema, { jsonSchema: false }, losses)).toBeUndefined();
    expect(losses.list()).toEqual([{ field: 'format', level: 'refuse' }]);
  });
});

describe('mentionsJson', () => {
  it.each([undefined, null, '', 'jsom', [], [{}], [{ text: 1 }], 5, [null], ['json']])('%j does not', (content) => {
    expect(mentionsJson(content)).toBe(false);
  });

  it.each(['as Json', [{ text: 'a' }, { text: 'in JSON, please' }]])('%j does', (content) => {
    expect(mentionsJson(content)).toBe(true);
  });
});

describe('decodeSchema', () => {
  it.each([undefined, null, 'x', []])('%j is no schema', (schema) => {
    expect(() => decodeSchema({ ...(schema !== undefined && { schema }) }, 'at', new RequestLosses())).toThrow(
      expect.objectContaining({ param: 'at.schema' }),
    );
  });

  it('reads what stands beside it, and notes the rest', () => {
    const losses = new RequestLosses();
    const given = { type: 'json_schema', name: 'n', description: '', schema: {}, strict: true, other: 1 };
    expect(decodeSchema(given, 'at', losses)).toEqual({ kind: 'schema', name: 'n', description: undefined, schema: {}, strict: true });
    expect(losses.list()).toEqual([{ field: 'at.other', level: 'drop' }]);
  });
});
