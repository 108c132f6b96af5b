import { describe, expect, it } from 'vitest';
import { jsonFormat, mentionsJson } from '../../../../core/src/dialects/translate/json-format.ts';
import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
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
