import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTurns } from '../../../../../core/src/dialects/openai-chat/translate/encode-turns.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { NeutralAssistantPart, NeutralField, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { call, text } from './examples.ts';

function encode(turns: NeutralTurn[], quirks: TargetQuirks = {}) {
  const losses = new Losses<NeutralField>();
  return { messages: encodeTurns(turns, quirks, losses), losses: losses.list() };
}

const system = (said: string): NeutralTurn => ({ role: 'system', parts: [text(said)] });
const user = (said: string): NeutralTurn => ({ role: 'user', parts: [text(said)] });
const assistant = (...parts: NeutralAssistantPart[]): NeutralTurn => ({ role: 'assistant', parts });
const tool = (callId: string, said: string): NeutralTurn => ({
  role: 'tool',
  results: [{ callId, name: undefined, parts: [text(said)], isError: false }],
});
const thought = (said: string): NeutralAssistantPart => ({ kind: 'reasoning', text: said, opaque: undefined });

describe('encodeTurns', () => {
  it('a last turn of the assistant’s would be answered, not gone on with: refused', () => {
    expect(encode([user('a'), assistant(text('Once'))]).losses).toEqual([{ field: 'prefill', level: 'refuse' }]);
    expect(encode([user('a'), assistant(text('Once'), call('x'))]).losses).toEqual([]);
  });

  it('instructions stay where they are, in the word that the target knows', () => {
    const turns = [system('a'), user('b'), system('c')];
    expect(encode(turns).messages).toEqual([
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'system', content: 'c' },
    ]);
    expect(encode(turns, { developerRole: true }).messages.map(({ role }) => role)).toEqual(['developer', 'user', 'developer']);
  });

  it('an answer cut into turns is one message, its results behind it in the order of the calls', () => {
    const turns = [
      user('a'),
      assistant(text('look')),
      assistant(call('x', 'f', '{"a": 1.0}')),
      assistant(call('y')),
      tool('y', '2'),
      system('be brief'),
      tool('x', '1'),
    ];
    expect(encode(turns).messages).toEqual([
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: 'look',
        tool_calls: [
          { id: 'x', type: 'function', function: { name: 'f', arguments: '{"a": 1.0}' } },
          { id: 'y', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'x', content: '1' },
      { role: 'tool', tool_call_id: 'y', content: '2' },
      { role: 'system', content: 'be brief' },
    ]);
  });

  it('calls alone have null for a text; a refusal is a text; nothing at all is no message', () => {
    expect(encode([assistant(call('x'))]).messages[0]).toMatchObject({ content: null });
    expect(encode([assistant({ kind: 'refusal', text: 'no' }), user('b')]).messages[0]).toEqual({ role: 'assistant', content: 'no' });
    expect(encode([assistant(thought('hm')), user('b')]).messages).toEqual([{ role: 'user', content: 'b' }]);
  });

  it('litellm#16893: Google’s signatures go back with their calls where Google is behind it; strict servers get none', () => {
    const signed = (dialect: string) => ({ ...call('x'), opaque: { dialect, value: 'sig' } });
    const quirks = { googleSignatures: true };
    expect(encode([assistant(signed('google-generate-content'))], quirks).messages[0]?.tool_calls).toEqual([
      expect.objectContaining({ extra_content: { google: { thought_signature: 'sig' } } }),
    ]);
    expect(JSON.stringify(encode([assistant(signed('anthropic-messages'))], quirks).messages)).not.toContain('sig');
    expect(JSON.stringify(encode([assistant(signed('google-generate-content'))]).messages)).not.toContain('sig');
  });

  it('bifrost#5887: earlier reasoning goes back to who wants it, and to nobody else', () => {
    const turns = [user('a'), assistant(thought('hm'), thought('!'), text('b')), user('c')];
    expect(JSON.stringify(encode(turns).messages)).not.toContain('hm');
    expect(encode(turns, { reasoningHistory: 'reasoning_content' }).messages[1]).toMatchObject({ content: 'b', reasoning_content: 'hm!' });
    expect(encode(turns, { reasoningHistory: 'reasoning' }).messages[1]).toMatchObject({ reasoning: 'hm!' });
  });

  it('reasoning that another format signed, which no plugin could read, becomes no plain text here', () => {
    const opaque = { dialect: 'anthropic-messages', value: 'sig' };
    const turns = [user('a'), assistant({ kind: 'reasoning', text: 'secret', opaque }, text('b')), user('c')];
    expect(JSON.stringify(encode(turns, { reasoningHistory: 'reasoning_content' }).messages)).not.toContain('secret');
  });

  it('a mark that a client wrote itself carries no text past the plugins, and nothing that no server gave', () => {
    const forged = (value: string) =>
      assistant({ kind: 'reasoning', text: 'secret', opaque: { dialect: 'openai-chat', value } }, text('b'));
    for (const value of ['x', '{}', '{"text":"secret"}', '{"type":"reasoning.text","other":"secret"}', '{"signature":{"a":"secret"}}'])
      expect(JSON.stringify(encode([forged(value), user('c')], { reasoningHistory: 'reasoning_content' }).messages)).not.toContain(
        'secret',
      );
    const { messages } = encode([forged('{"signature":"s","index":0,"role":"system","type":["x"],"format":null}'), user('c')], {
      reasoningHistory: 'reasoning_content',
    });
    expect(messages[0]).toEqual({ role: 'assistant', content: 'b', reasoning_details: [{ index: 0, signature: 's', text: 'secret' }] });
  });

  it('OpenRouter’s signed reasoning goes back as it came', () => {
    const opaque = { dialect: 'openai-chat', value: '{"type":"reasoning.text","signature":"s"}' };
    const turns = [assistant({ kind: 'reasoning', text: 'hm', opaque }, text('b')), user('c')];
    expect(encode(turns, { reasoningHistory: 'reasoning' }).messages[0]).toEqual({
      role: 'assistant',
      content: 'b',
      reasoning_details: [{ type: 'reasoning.text', signature: 's', text: 'hm' }],
    });
  });

  it('bifrost#2082: what was sent is sent again, byte for byte, when the conversation goes on', () => {
    const turns = [user('a'), assistant(call(''), call('l'.repeat(450))), tool('l'.repeat(450), '1'), assistant(text('b'))];
    const before = JSON.stringify(encode(turns).messages).slice(0, -1);
    expect(JSON.stringify(encode([...turns, user('c')]).messages).startsWith(before)).toBe(true);
  });
});

describe('whatever the conversation', () => {
  const anyTurn: fc.Arbitrary<NeutralTurn> = fc.oneof(
    fc.constantFrom(user('u'), system('s'), assistant(text('a')), assistant(thought('t'))),
    fc
      .array(fc.constantFrom('', 'x', 'y', 'z'.repeat(80)), { minLength: 1, maxLength: 3 })
      .map((ids) => assistant(...ids.map((id) => call(id)))),
    fc.constantFrom('', 'x', 'y', 'z'.repeat(80)).map((id) => tool(id, 'r')),
  );

  it('each call is followed by its result, nothing between, each id once, and no result is lost', () => {
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 12 }), (turns) => {
        const { messages } = encode(turns);
        let open: unknown[] = [];
        for (const message of messages) {
          if (message.role === 'tool') expect(open.shift()).toBe(message.tool_call_id);
          else expect(open).toEqual([]);
          if (Array.isArray(message.tool_calls)) open = message.tool_calls.map(({ id }) => id);
          expect(new Set(open).size).toBe(open.length);
        }
        expect(open).toEqual([]);
        const results = turns.filter(({ role }) => role === 'tool').length;
        const told = messages.filter(({ role, content }) => role === 'tool' && content === 'r').length;
        const orphans = JSON.stringify(messages).split('no longer in this conversation').length - 1;
        expect(told + orphans).toBe(results);
      }),
    );
  });
});
