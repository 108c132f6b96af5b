import { describe, expect, it } from 'vitest';
import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
import { chooseTools, usesTools } from '../../../../core/src/dialects/translate/tool-choice.ts';
import type { TargetQuirks } from '../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralToolChoice } from '../../../../core/src/model/neutral.ts';

const tools = ['a', 'b', 'c'].map((name) => ({ name, description: undefined, parameters: undefined, strict: undefined }));
const silent: TargetQuirks = { unknownFields: ['tool_choice'] };

function chosen(mode: NeutralToolChoice['mode'] | undefined, allowed?: readonly string[], quirks: TargetQuirks = {}, forces = true) {
  const losses = new Losses<NeutralField>();
  const toolChoice = mode === undefined ? undefined : { mode, allowed };
  const { tools: sent, choice } = chooseTools({ tools, toolChoice }, quirks, losses, forces);
  return { sent: sent.map(({ name }) => name).join(''), choice, lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
}

describe('a restriction that cannot be kept', () => {
  it.each<[readonly string[] | undefined, TargetQuirks, boolean]>([
    [[], {}, true],
    [['x'], {}, true],
    [['a'], silent, true],
    [undefined, silent, true],
    [undefined, {}, false],
  ])('to call one of %j, for %j, is refused', (allowed, quirks, forces) => {
    expect(chosen('required', allowed, quirks, forces)).toMatchObject({ choice: undefined, lost: ['refuse toolChoice'] });
  });
});

describe('chooseTools', () => {
  it.each<[NeutralToolChoice['mode'] | undefined, readonly string[] | undefined, TargetQuirks, string, unknown]>([
    [undefined, undefined, {}, 'abc', undefined],
    ['auto', undefined, {}, 'abc', 'auto'],
    ['none', undefined, {}, 'abc', 'none'],
    ['required', undefined, {}, 'abc', 'required'],
    ['required', ['b'], {}, 'abc', { only: 'b' }],
    ['required', ['b', 'b'], {}, 'abc', { only: 'b' }],
    ['required', ['b'], { toolChoiceByName: false }, 'b', 'required'],
  ])('%s of %j, for %j: %s, %j', (mode, allowed, quirks, sent, choice) => {
    expect(chosen(mode, allowed, quirks)).toEqual({ sent, choice, lost: [] });
  });

  it('maximhq/bifrost#7344: the tools that are not allowed are not sent', () => {
    expect(chosen('auto', ['a', 'c'])).toEqual({ sent: 'ac', choice: 'auto', lost: [] });
    expect(chosen('required', ['a', 'c'])).toEqual({ sent: 'ac', choice: 'required', lost: [] });
    expect(chosen('auto', ['x'])).toEqual({ sent: '', choice: 'auto', lost: [] });
  });

  it('a target that knows no choice: none means no tools, auto is what happens anyway', () => {
    expect(chosen('none', undefined, silent)).toEqual({ sent: '', choice: undefined, lost: [] });
    expect(chosen('auto', ['a'], silent)).toEqual({ sent: 'a', choice: undefined, lost: [] });
  });
});

it('a request uses tools that offers them, or goes on from their results', () => {
  expect(usesTools({ tools: [], turns: [{ role: 'user', parts: [] }] })).toBe(false);
  expect(usesTools({ tools, turns: [] })).toBe(true);
  expect(usesTools({ tools: [], turns: [{ role: 'tool', results: [] }] })).toBe(true);
});
