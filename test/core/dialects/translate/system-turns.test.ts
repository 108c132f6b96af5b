import { describe, expect, it } from 'vitest';
import { splitSystem, systemReminder } from '../../../../core/src/dialects/translate/system-turns.ts';
import type { NeutralTurn } from '../../../../core/src/model/neutral.ts';
import { text } from './neutral.ts';

const system = (...said: string[]): NeutralTurn => ({ role: 'system', parts: said.map(text) });
const user: NeutralTurn = { role: 'user', parts: [text('hi')] };

describe('splitSystem', () => {
  it('only what the conversation begins with is apart', () => {
    expect(splitSystem([system('a', 'b'), system('c'), user, system('d')])).toEqual({
      system: [text('a'), text('b'), text('c')],
      rest: [user, system('d')],
    });
  });

  it('none, nothing else, and nothing', () => {
    expect(splitSystem([user, system('a')])).toEqual({ system: [], rest: [user, system('a')] });
    expect(splitSystem([system('a')])).toEqual({ system: [text('a')], rest: [] });
    expect(splitSystem([])).toEqual({ system: [], rest: [] });
  });
});

describe('systemReminder', () => {
  it.each([[[]], [['']], [['', ' \n']]])('of %j says nothing', (said) => {
    expect(systemReminder(said.map(text))).toBe('');
  });

  it('inspect_ai#4104: instructions in the middle are the user’s words', () => {
    expect(systemReminder([text('Now in'), text(''), text('French.')])).toBe('<system-reminder>\nNow in\n\nFrench.\n</system-reminder>');
  });
});
