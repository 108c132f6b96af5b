import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NeutralTurn } from '../../../../core/src/model/neutral.ts';
import { encodeTurns, lacksReasoning } from '../../../../providers/bedrock/src/converse/encode-turns.ts';
import { calls, encoderFor, haiku3, lossesOf, result, said, sonnet, user } from './encoding.ts';

const encoded = (turns: readonly NeutralTurn[], model = sonnet) => encodeTurns(turns, encoderFor(model));
const messages = (turns: readonly NeutralTurn[], model = sonnet) => encoded(turns, model).messages;
const system = (...texts: string[]): NeutralTurn => ({ role: 'system', parts: texts.map((text) => ({ kind: 'text', text })) });
const reasoned = (value: string, dialect = 'bedrock-converse') => ({ kind: 'reasoning', text: 'hm', opaque: { dialect, value } }) as const;

describe('a conversation', () => {
  it('maximhq/bifrost#1164: has the results of parallel calls together in one message of the user', () => {
    expect(messages([user('Both?'), calls('a', 'b'), result('b', 'two'), result('a', 'one'), user('Go on.')])).toEqual([
      { role: 'user', content: [{ text: 'Both?' }] },
      {
        role: 'assistant',
        content: [
          { toolUse: { toolUseId: 'id-a', name: 'a', input: { of: 'a' } } },
          { toolUse: { toolUseId: 'id-b', name: 'b', input: { of: 'b' } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'id-a', content: [{ text: 'one' }] } },
          { toolResult: { toolUseId: 'id-b', content: [{ text: 'two' }] } },
          { text: 'Go on.' },
        ],
      },
    ]);
  });

  it('langchain-aws#389: has results before what the user says, and one for a call that has none', () => {
    const [, , third] = messages([user('?'), calls('a'), user('never mind')]);
    expect(third?.content).toEqual([
      { toolResult: { toolUseId: 'id-a', content: [{ text: 'No result was provided.' }], status: 'error' } },
      { text: 'never mind' },
    ]);
  });

  it('vercel/ai#19319, #4936: has ids that Bedrock takes, each once, for ids that are empty, odd or the same', () => {
    const long = `fc_${'x'.repeat(450)}|rs_1`;
    const turns: NeutralTurn[] = [user('?')];
    for (const id of [long, '', 'same', 'same'])
      turns.push(
        { role: 'assistant', parts: [{ kind: 'toolCall', id, name: 'a', arguments: '{}', opaque: undefined }] },
        { role: 'tool', results: [{ callId: id, name: 'a', parts: [{ kind: 'text', text: 'r' }], isError: false }] },
      );
    const ids = (key: 'toolUse' | 'toolResult') =>
      messages(turns).flatMap(({ content }) =>
        content.flatMap((block) => (block[key] as { toolUseId?: string } | undefined)?.toolUseId ?? []),
      );
    expect(ids('toolUse')).toEqual(ids('toolResult'));
    expect(new Set(ids('toolUse')).size).toBe(4);
    for (const id of ids('toolUse')) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it('has instructions at its beginning apart, and later ones where they stood', () => {
    expect(
      encoded([system('Be brief.', ' '), system('In English.'), user('Hi'), said('Hello'), system('Now in French.'), user('Hi')]),
    ).toEqual({
      system: [{ text: 'Be brief.' }, { text: 'In English.' }],
      messages: [
        { role: 'user', content: [{ text: 'Hi' }] },
        { role: 'assistant', content: [{ text: 'Hello' }] },
        { role: 'user', content: [{ text: '<system-reminder>\nNow in French.\n</system-reminder>' }, { text: 'Hi' }] },
      ],
    });
    expect(encoded([system('Say something.')])).toEqual({
      system: [],
      messages: [{ role: 'user', content: [{ text: 'Say something.' }] }],
    });
  });

  it('begins with the user', () => {
    expect(messages([said('Hello'), user('Hi')])[0]).toEqual({ role: 'user', content: [{ text: '(The conversation goes on.)' }] });
  });

  it('maximhq/bifrost#2765, claude-code#62396: has no empty message and no empty block', () => {
    expect(messages([user('Hi'), said(''), user(' '), user('there')])).toEqual([
      { role: 'user', content: [{ text: 'Hi' }, { text: 'there' }] },
    ]);
  });

  it('claude-code#20692, maximhq/bifrost#6342: has its own reasoning first, unchanged', () => {
    const call = calls('a').role === 'assistant' ? (calls('a') as Extract<NeutralTurn, { role: 'assistant' }>).parts : [];
    const turns: NeutralTurn[] = [user('?'), { role: 'assistant', parts: [{ kind: 'text', text: 'So' }, reasoned('sig'), ...call] }];
    expect(messages(turns)[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
      { text: 'So' },
      { toolUse: { toolUseId: 'id-a', name: 'a', input: { of: 'a' } } },
    ]);
  });

  it('has no reasoning of another provider, whose signature would be a 400', () => {
    expect(
      messages([user('?'), { role: 'assistant', parts: [reasoned('s', 'anthropic-messages'), { kind: 'text', text: 'So' }] }])[1],
    ).toEqual({
      role: 'assistant',
      content: [{ text: 'So' }],
    });
  });

  it('has a text beside each document', () => {
    const pdf = { kind: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'AA' }, name: 'a.pdf' } as const;
    const document = { document: { format: 'pdf', name: 'a', source: { bytes: 'AA' } } };
    expect(messages([{ role: 'user', parts: [pdf] }])[0]?.content).toEqual([document, { text: '(See the document.)' }]);
    expect(messages([{ role: 'user', parts: [pdf, { kind: 'text', text: 'Sum up.' }] }])[0]?.content).toEqual([
      document,
      { text: 'Sum up.' },
    ]);
  });

  it('is gone on with where the model does so, and refused where it does not', () => {
    const turns = [user('Count.'), said('1, 2, \n')];
    expect(messages(turns, haiku3).at(-1)).toEqual({ role: 'assistant', content: [{ text: '1, 2,' }] });
    expect(messages([user('?'), { role: 'assistant', parts: [reasoned('sig')] }], haiku3).at(-1)?.content).toHaveLength(1);
    const about = encoderFor('us.anthropic.claude-sonnet-4-6');
    encodeTurns(turns, about);
    expect(lossesOf(about)).toEqual(['prefill: refuse']);
  });

  it('knows whether the last calls came without the reasoning that led to them', () => {
    expect(lacksReasoning(messages([user('?'), calls('a'), result('a', 'r')]))).toBe(true);
    expect(lacksReasoning(messages([user('?'), said('no')]))).toBe(false);
    expect(lacksReasoning([])).toBe(false);
  });

  it('maximhq/bifrost#898, #2082: is the same bytes each time, and what was said before stays before', () => {
    const turns: NeutralTurn[] = [user('?'), calls('a'), result('a', 'one'), said('So.')];
    const longer = [...turns, user('And?'), calls('b'), result('b', 'two')];
    expect(JSON.stringify(messages(longer))).toBe(JSON.stringify(messages(longer)));
    const before = JSON.stringify(messages(turns)).slice(0, -1);
    expect(JSON.stringify(messages(longer)).startsWith(before)).toBe(true);
  });

  it('alternates, begins with the user and has no empty block, whatever was said', () => {
    const text = fc.record({ kind: fc.constant('text' as const), text: fc.string() });
    const name = fc.constantFrom('a', 'b');
    const call = fc.record({
      kind: fc.constant('toolCall' as const),
      id: fc.constantFrom('', 'i', 'j|', 'k'.repeat(70)),
      name,
      arguments: fc.constantFrom('', '{}', '{', '[]'),
      opaque: fc.constant(undefined),
    });
    const answer = fc.record({
      callId: fc.constantFrom('', 'i', 'j|', 'k'.repeat(70)),
      name: fc.option(name, { nil: undefined }),
      parts: fc.array(text, { maxLength: 2 }),
      isError: fc.boolean(),
    });
    const turn = fc.oneof(
      fc.record({ role: fc.constant('user' as const), parts: fc.array(text, { maxLength: 2 }) }),
      fc.record({ role: fc.constant('system' as const), parts: fc.array(text, { maxLength: 2 }) }),
      fc.record({ role: fc.constant('assistant' as const), parts: fc.array(fc.oneof(text, call), { maxLength: 3 }) }),
      fc.record({ role: fc.constant('tool' as const), results: fc.array(answer, { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 10 }), (turns) => {
        const made = messages(turns, haiku3);
        for (const [index, { role, content }] of made.entries()) {
          expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant');
          expect(content.length).toBeGreaterThan(0);
          const called = content.flatMap((block) => (block.toolUse as { toolUseId: string } | undefined)?.toolUseId ?? []);
          const next = made[index + 1]?.content ?? [];
          const answered = next.flatMap((block) => (block.toolResult as { toolUseId: string } | undefined)?.toolUseId ?? []);
          if (role === 'assistant') expect(answered).toEqual(called);
          for (const block of content) if (typeof block.text === 'string') expect(block.text.trim()).not.toBe('');
        }
      }),
    );
  });
});
