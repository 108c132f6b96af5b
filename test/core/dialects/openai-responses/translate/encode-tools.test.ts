import { describe, expect, it } from 'vitest';
import { encodeTools } from '../../../../../core/src/dialects/openai-responses/translate/encode-tools.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralLoss, NeutralRequest, NeutralTool, NeutralToolChoice } from '../../../../../core/src/model/neutral.ts';
import { request } from './requests.ts';

function encoded(more: Partial<NeutralRequest>, quirks: TargetQuirks = {}): { readonly body: JsonObject; readonly losses: NeutralLoss[] } {
  const losses = new Losses<NeutralField>();
  return { body: encodeTools({ ...request, ...more }, quirks, losses), losses: losses.list() };
}

const tool = (name: string, more: Partial<NeutralTool> = {}): NeutralTool => ({
  name,
  description: undefined,
  parameters: undefined,
  strict: undefined,
  ...more,
});
const tools = [tool('f'), tool('g')];
const choose = (mode: NeutralToolChoice['mode'], allowed?: readonly string[]): Partial<NeutralRequest> => ({
  tools,
  toolChoice: { mode, allowed },
});
const names = (body: JsonObject): unknown => (body.tools as readonly JsonObject[]).map(({ name }) => name);

describe('tools', () => {
  it('are strict only where that was asked for: Responses takes silence for it', () => {
    const strict = (more: Partial<NeutralTool>): unknown => (encoded({ tools: [tool('f', more)] }).body.tools as JsonObject[])[0]?.strict;
    expect([strict({}), strict({ strict: false }), strict({ strict: true })]).toEqual([false, false, true]);
  });

  it('maximhq/bifrost#7344: strictness that the target does not know is told', () => {
    const { body, losses } = encoded({ tools: [tool('f', { strict: true })] }, { strictTools: false });
    expect(body.tools).toEqual([{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }]);
    expect(losses).toEqual([{ field: 'strictTools', level: 'drop' }]);
    expect(encoded({ tools }, { strictTools: false }).losses).toEqual([]);
    expect(encoded({ tools: [tool('f', { strict: true })] }).losses).toEqual([]);
  });

  it('are flat, in their order, with the schema as it came', () => {
    const parameters = { type: 'object', properties: { '2': {}, a: {} }, additionalProperties: false };
    expect(encoded({ tools: [tool('f', { description: 'F.', parameters })] }).body).toEqual({
      tools: [{ type: 'function', name: 'f', description: 'F.', parameters, strict: false }],
    });
  });

  it('for a target without tools are refused, results in the history too', () => {
    const refused = [{ field: 'tools', level: 'refuse' }];
    expect(encoded({ tools }, { tools: false })).toEqual({ body: {}, losses: refused });
    expect(encoded({ turns: [{ role: 'tool', results: [] }] }, { tools: false }).losses).toEqual(refused);
    expect(encoded({}, { tools: false }).losses).toEqual([]);
  });

  it('that are none leave nothing to choose', () => {
    expect(encoded({ toolChoice: { mode: 'auto', allowed: undefined }, parallelTools: false }).body).toEqual({});
  });
});

describe('the choice', () => {
  it('is said in words, by name, or by leaving the others out', () => {
    expect(encoded(choose('auto')).body.tool_choice).toBe('auto');
    expect(encoded(choose('none')).body.tool_choice).toBe('none');
    expect(encoded(choose('required')).body.tool_choice).toBe('required');
    expect(encoded(choose('required', ['g'])).body).toMatchObject({
      tool_choice: { type: 'function', name: 'g' },
      tools: [{ name: 'f' }, { name: 'g' }],
    });
    expect(encoded({ ...choose('auto'), parallelTools: false }).body.parallel_tool_calls).toBe(false);
  });

  it('maximhq/bifrost#7348: a tool that is not allowed is not there to be called', () => {
    const { body } = encoded(choose('auto', ['g']));
    expect([names(body), body.tool_choice]).toEqual([['g'], 'auto']);
    const strange = encoded(choose('required', ['g']), { toolChoiceByName: false, toolChoiceRequired: 'any' }).body;
    expect([names(strange), strange.tool_choice]).toEqual([['g'], 'any']);
    expect(encoded(choose('auto', [])).body).toEqual({});
  });

  it('that cannot be kept is refused', () => {
    expect(encoded(choose('required', ['f', 'x']), { unknownFields: ['tool_choice'] }).losses).toEqual([
      { field: 'toolChoice', level: 'refuse' },
    ]);
    expect(encoded(choose('required', [])).losses).toEqual([{ field: 'toolChoice', level: 'refuse' }]);
    expect(encoded(choose('none'), { unknownFields: ['tool_choice'] })).toEqual({ body: {}, losses: [] });
  });
});
