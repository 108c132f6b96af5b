import { describe, expect, it } from 'vitest';
import { dropForeignThinking } from '../../../../core/src/dialects/anthropic-messages/foreign.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const foreign = 'gw1:openai-responses:gAAAA';
const user = { role: 'user', content: 'x' };
const thinking = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });
const call = { type: 'tool_use', id: 'a', name: 'n', input: {} };
const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'y' }] };

/** The body as it goes out, and the fields that are told. */
function dropped(body: object): { body: JsonObject; told: readonly string[]; edited: boolean } {
  const document = JsonDocument.lenient(JSON.stringify(body));
  const told = dropForeignThinking(document);
  return { body: JSON.parse(document.toText()) as JsonObject, told, edited: document.edited };
}

describe('dropForeignThinking', () => {
  it('leaves a conversation of Anthropic’s own alone, byte for byte', () => {
    const messages = [user, { role: 'assistant', content: [thinking('ErUB'), { type: 'redacted_thinking', data: 'EuYB' }, call] }, result];
    expect(dropped({ thinking: { type: 'adaptive' }, messages })).toMatchObject({ told: [], edited: false });
    for (const odd of [{}, { messages: 'x' }, { messages: [null, 5, { role: 'assistant' }, { role: 'assistant', content: 'x' }] }])
      expect(dropped(odd)).toMatchObject({ told: [], edited: false });
  });

  it.each([thinking(foreign), thinking(''), { type: 'redacted_thinking', data: foreign }])('takes out %j', (block) => {
    const { body, told } = dropped({ messages: [user, { role: 'assistant', content: [block, { type: 'text', text: 'hi' }] }, user] });
    expect(body.messages).toEqual([user, { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }, user]);
    expect(told).toEqual(['messages.thinking']);
  });

  it('takes out a turn of which nothing would be left', () => {
    expect(dropped({ messages: [user, { role: 'assistant', content: [thinking(foreign)] }, user] }).body.messages).toEqual([user, user]);
  });

  it('litellm#15601: turns thinking off where the last turn’s calls lose theirs, and says so', () => {
    const messages = [user, { role: 'assistant', content: [thinking(foreign), call] }, result];
    const on = dropped({ thinking: { type: 'enabled', budget_tokens: 2_000 }, messages });
    expect(on).toMatchObject({ body: { thinking: { type: 'disabled' } }, told: ['messages.thinking', 'thinking'] });
    expect(dropped({ messages })).toMatchObject({ told: ['messages.thinking'] });
    const earlier = [...messages, { role: 'assistant', content: 'done' }, user];
    expect(dropped({ thinking: { type: 'adaptive' }, messages: earlier })).toMatchObject({ body: { thinking: { type: 'adaptive' } } });
  });

  it('looks at the conversation as plugins left it: theirs, not the client’s', () => {
    const messages = [user, { role: 'assistant', content: [thinking(foreign), call] }, result, user];
    const document = JsonDocument.lenient(JSON.stringify({ messages }));
    document.replaceValue(
      ['messages'],
      JSON.stringify([
        { role: 'user', content: 'summary' },
        { role: 'user', content: 'question' },
      ]),
    );
    expect(dropForeignThinking(document)).toEqual([]);
    expect(document.toText()).toContain('question');

    const put = JsonDocument.lenient(JSON.stringify({ messages: [user] }));
    put.replaceValue(['messages'], JSON.stringify(messages));
    expect(dropForeignThinking(put)).toEqual(['messages.thinking']);
    expect(put.toText()).not.toContain('gw1:');
  });

  it('leaves what a plugin took out already', () => {
    const document = JsonDocument.lenient(
      JSON.stringify({ messages: [user, { role: 'assistant', content: [thinking(foreign), call] }, result] }),
    );
    document.removeKey(['messages', 1]);
    expect(() => dropForeignThinking(document)).not.toThrow();
  });
});
