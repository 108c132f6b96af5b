import { describe, expect, it } from 'vitest';
import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
import { toolMembers } from '../../../../core/src/dialects/translate/tool-members.ts';
import type { TargetQuirks } from '../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralRequest } from '../../../../core/src/model/neutral.ts';
import { request } from './neutral.ts';

const tools = ['a', 'b'].map((name) => ({ name, description: undefined, parameters: undefined, strict: undefined }));
const words = { tool: ({ name }: { readonly name: string }) => ({ name }), only: (name: string) => ({ must: name }) };

function members(more: Partial<NeutralRequest>, quirks: TargetQuirks = {}) {
  const losses = new Losses<NeutralField>();
  return { body: toolMembers({ ...request, ...more }, quirks, losses, words), losses: losses.list() };
}

describe('toolMembers', () => {
  it('a target without tools is not asked, nor one that is to go on from results', () => {
    const refused = [{ field: 'tools', level: 'refuse' }];
    expect(members({ tools }, { tools: false })).toEqual({ body: {}, losses: refused });
    expect(members({ turns: [{ role: 'tool', results: [] }] }, { tools: false })).toEqual({ body: {}, losses: refused });
    expect(members({}, { tools: false })).toEqual({ body: {}, losses: [] });
  });

  it('no tools: neither choice nor parallel calls, which would be an error', () => {
    expect(members({ toolChoice: { mode: 'auto', allowed: undefined }, parallelTools: false })).toEqual({ body: {}, losses: [] });
  });

  it('in the format’s own words, the provider’s for a call that must be', () => {
    expect(members({ tools, toolChoice: { mode: 'required', allowed: ['b'] }, parallelTools: false }).body).toEqual({
      tools: [{ name: 'a' }, { name: 'b' }],
      tool_choice: { must: 'b' },
      parallel_tool_calls: false,
    });
    const required = { tools, toolChoice: { mode: 'required', allowed: undefined } } as const;
    expect([members(required).body.tool_choice, members(required, { toolChoiceRequired: 'any' }).body.tool_choice]).toEqual([
      'required',
      'any',
    ]);
    expect(members({ tools }).body).toEqual({ tools: [{ name: 'a' }, { name: 'b' }] });
  });
});
