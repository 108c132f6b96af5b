import { describe, expect, it } from 'vitest';
import { chatTranslation } from '../../../../../core/src/dialects/openai-chat/translate/translation.ts';
import { about, call, chunksOf, text } from './examples.ts';

describe('chatTranslation', () => {
  it('reads a request and an answer of Chat’s and writes them again', () => {
    const body = {
      model: 'alias',
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'x', type: 'function', function: { name: 'look', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'x', content: '1' },
      ],
      max_completion_tokens: 9,
    };
    const { value } = chatTranslation.decodeRequest(body, { model: 'm', stream: false });
    expect(chatTranslation.encodeRequest(value, { model: 'm', maxOutputTokens: undefined, quirks: {} })).toEqual({
      value: { ...body, model: 'm' },
      losses: [],
    });
    const answer = { id: 'c', model: 'm', parts: [text('a'), call('x')], stop: { kind: 'toolCalls' }, usage: undefined } as const;
    expect(chatTranslation.decodeAnswer(chatTranslation.encodeAnswer(answer, about))).toEqual(answer);
  });

  it('each stream has a reader and a writer of its own', () => {
    const [first, second] = [chatTranslation.streamWriter(about), chatTranslation.streamWriter(about)];
    expect(first.write(text('a'))).toBe(second.write(text('a')));
    expect(chunksOf(first.end())).toHaveLength(2);
    const reader = chatTranslation.streamReader();
    reader.read({ choices: [{ finish_reason: 'stop' }] }, undefined);
    expect(chatTranslation.streamReader().end()).toEqual([]);
  });

  it('has a word for whatever another format may have no place for', () => {
    expect(Object.keys(chatTranslation.fieldNames)).toContain('toolResultImages');
  });
});
