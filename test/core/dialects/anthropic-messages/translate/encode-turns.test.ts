import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelTraits } from '../../../../../core/src/dialects/anthropic-messages/translate/claude-models.ts';
import {
  type EncodedTurns,
  encodeTurns,
  lacksThinking,
} from '../../../../../core/src/dialects/anthropic-messages/translate/encode-turns.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralAssistantPart, NeutralField, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { messagesFormat } from '../../../../contract/src/simulated/messages.ts';
import { call, text, thought } from './examples.ts';

function encode(turns: readonly NeutralTurn[], model = 'claude-sonnet-4-5'): EncodedTurns & { lost: string[] } {
  const losses = new Losses<NeutralField>();
  const encoded = encodeTurns(turns, { quirks: {}, model: modelTraits(model), losses });
  return { ...encoded, lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
}

const user = (...said: string[]): NeutralTurn => ({ role: 'user', parts: said.map(text) });
const system = (...said: string[]): NeutralTurn => ({ role: 'system', parts: said.map(text) });
const assistant = (...parts: NeutralAssistantPart[]): NeutralTurn => ({ role: 'assistant', parts });
const tool = (...ids: string[]): NeutralTurn => ({
  role: 'tool',
  results: ids.map((callId) => ({ callId, name: undefined, parts: [text(`result of ${callId}`)], isError: false })),
});
const block = (said: string): object => ({ type: 'text', text: said });

describe('whatever the conversation, Anthropic takes it', () => {
  /** The simulated provider takes no other signature back. */
  const signed = thought('hm', 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==');
  const anyText = fc.constantFrom('', ' ', 'a', 'b\n');
  const anyId = fc.constantFrom('', 'a', 'b', 'c', 'call|1', 'x'.repeat(100));
  const anyPart: fc.Arbitrary<NeutralAssistantPart> = fc.oneof(
    anyText.map(text),
    fc.constantFrom<NeutralAssistantPart>(signed, thought('foreign'), { kind: 'refusal', text: 'No.' }),
    fc.tuple(anyId, fc.constantFrom('{}', '', '{"cut', '[]')).map(([id, given]) => call(id, 'look', given)),
  );
  const anyTurn: fc.Arbitrary<NeutralTurn> = fc.oneof(
    fc.array(anyText, { maxLength: 2 }).map((said) => user(...said)),
    fc.array(anyText, { maxLength: 2 }).map((said) => system(...said)),
    fc.array(anyPart, { maxLength: 4 }).map((parts) => assistant(...parts)),
    fc.array(anyId, { maxLength: 3 }).map((ids) => tool(...ids)),
  );

  it('alternating roles, answered calls, results first, thinking first, no empty texts', () => {
    fc.assert(
      fc.property(fc.array(anyTurn, { minLength: 1, maxLength: 8 }), (turns) => {
        const { system: prompt, messages } = encode(turns);
        if (messages.length === 0) return; // nothing was said at all
        const body = { model: 'm', max_tokens: 10, messages, ...(prompt.length > 0 && { system: prompt }) };
        messagesFormat.read('/v1/messages', new URLSearchParams(), Buffer.from(JSON.stringify(body)), undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('bifrost#898: the same turns give the same bytes, and a next turn changes nothing before it', () => {
    fc.assert(
      fc.property(fc.array(anyTurn, { minLength: 1, maxLength: 6 }), (given) => {
        const turns = [user('first'), ...given, user('last')];
        const before = encode(turns).messages;
        const after = encode([...turns, assistant(text('answer')), user('next')]).messages;
        expect(JSON.stringify(after.slice(0, before.length))).toBe(JSON.stringify(before));
      }),
    );
  });
});

describe('instructions', () => {
  it('stand at the beginning as blocks', () => {
    expect(encode([system('Be brief.', ''), system('Be kind.'), user('hi')])).toMatchObject({
      system: [block('Be brief.'), block('Be kind.')],
      messages: [{ role: 'user', content: [block('hi')] }],
    });
  });

  it('inspect_ai#4104: in the middle they stay there', () => {
    const { system: prompt, messages } = encode([user('hi'), assistant(text('yes?')), system('Now in', 'French.'), user('go')]);
    expect(prompt).toEqual([]);
    expect(messages.at(-1)?.content).toEqual([block('<system-reminder>\nNow in\n\nFrench.\n</system-reminder>'), block('go')]);
    expect(encode([user('hi'), system(' ')]).messages).toEqual([{ role: 'user', content: [block('hi')] }]);
  });

  it('alone they are what the user says', () => {
    expect(encode([system('Say hi.')])).toMatchObject({ system: [], messages: [{ role: 'user', content: [block('Say hi.')] }] });
    expect(encode([system('Say hi.'), user(' ')]).messages).toEqual([{ role: 'user', content: [block('Say hi.')] }]);
  });
});

describe('turns', () => {
  it('of one role are one message; a turn that says nothing is none', () => {
    expect(encode([user('a'), user(''), user('b'), assistant(text('c')), assistant(text(' ')), user('d')]).messages).toEqual([
      { role: 'user', content: [block('a'), block('b')] },
      { role: 'assistant', content: [block('c')] },
      { role: 'user', content: [block('d')] },
    ]);
  });

  it('the user’s come first', () => {
    expect(encode([assistant(text('Welcome!')), user('hi')]).messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('bifrost#1164, langchain-aws#389: all results of a turn in one message, before its texts', () => {
    const { messages } = encode([user('hi'), assistant(call('a')), assistant(call('b')), user('and?'), tool('b'), tool('a')]);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: 'result of a' },
      { type: 'tool_result', tool_use_id: 'b', content: 'result of b' },
      block('and?'),
    ]);
  });

  it('orphans: a call gets a result, a result is said', () => {
    expect(encode([user('hi'), assistant(call('a'))]).messages.at(-1)).toMatchObject({
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'a', is_error: true }],
    });
    expect(JSON.stringify(encode([user('hi'), tool('z')]).messages)).toContain('result of z');
  });

  it('a call of a tool whose name Claude would not take', () => {
    const nameIn = (model?: string): unknown => encode([user('hi'), assistant(call('a', 'look.up'))], model).messages[1]?.content[0]?.name;
    expect(nameIn()).toBe('look_up');
    expect(nameIn('llama')).toBe('look.up');
  });

  it('arguments are an object, with their digits', () => {
    expect(JSON.stringify(encode([user('hi'), assistant(call('a', 'look', '{"n":1.0}'))]).messages[1]?.content)).toBe(
      '[{"type":"tool_use","id":"a","name":"look","input":{"n":1.0}}]',
    );
  });
});

describe('thinking', () => {
  it('claude-code#20692: comes first', () => {
    const { messages } = encode([user('hi'), assistant(text('a'), thought('hm', 's1'), thought('', 'redacted:d'), call('x'))]);
    expect(messages[1]?.content.map(({ type }) => type)).toEqual(['thinking', 'redacted_thinking', 'text', 'tool_use']);
  });

  it('also where two turns became one', () => {
    const { messages } = encode([user('hi'), assistant(text('a')), user(' '), assistant(thought('hm', 's1'), text('b'))]);
    expect(messages[1]?.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'text']);
  });

  it('bifrost#6342: where it comes first, nothing is moved', () => {
    const { messages } = encode([user('hi'), assistant(thought('', 's1'), text('a'), thought('more', 's2'), call('x')), tool('x')]);
    expect(messages[1]?.content).toMatchObject([
      { type: 'thinking', thinking: '', signature: 's1' },
      { type: 'text' },
      { type: 'thinking', thinking: 'more', signature: 's2' },
      { type: 'tool_use' },
    ]);
  });

  it('what Anthropic did not sign is left out', () => {
    const foreign = { dialect: 'google-generate-content', value: 'c2ln' };
    const { messages } = encode([
      user('hi'),
      assistant(thought('x'), { kind: 'reasoning', text: '', opaque: foreign }, { ...call('a'), opaque: foreign }),
      tool('a'),
    ]);
    expect(messages[1]?.content).toEqual([{ type: 'tool_use', id: 'a', name: 'look', input: {} }]);
  });
});

describe('lacksThinking', () => {
  const lacks = (...turns: NeutralTurn[]): boolean => lacksThinking(encode([user('hi'), ...turns]).messages);

  it('litellm#15601: the last turn of the assistant’s called tools without it', () => {
    expect(lacks(assistant(call('a')), tool('a'))).toBe(true);
    expect(lacks(assistant(thought('x'), call('a')), tool('a'), user('well?'))).toBe(true);
    expect(lacks(assistant(thought('x', 'sig'), call('a')), tool('a'))).toBe(false);
    expect(lacks(assistant(call('a')), tool('a'), assistant(text('done')), user('next'))).toBe(false);
    expect(lacks()).toBe(false);
  });
});

describe('a last turn of the assistant’s', () => {
  it('is gone on with where the model does so; it must not end with white space', () => {
    expect(encode([user('hi'), assistant(text('The answer is ('), text('A \n'))])).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: [block('The answer is ('), block('A')] }],
      lost: [],
    });
  });

  it('vercel/ai#12296: newer models refuse it', () => {
    expect(encode([user('hi'), assistant(text('{'))], 'claude-opus-4-6').lost).toEqual(['refuse prefill']);
    expect(encode([user('hi'), assistant(call('a'))], 'claude-opus-4-6').lost).toEqual([]);
  });
});
