import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../../core/src/dialects/openai-chat/openai-chat.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('openaiChat', () => {
  it('answers to its path', () => {
    expect(openaiChat.routes).toEqual([{ method: 'POST', path: '/v1/chat/completions' }]);
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "messages":[{"model":"no"}], "m\\u006fdel" : "chat" , "n":1.0}');
    openaiChat.setModel(document, 'gpt-5');
    expect(document.toText()).toBe('{ "messages":[{"model":"no"}], "m\\u006fdel" : "gpt-5" , "n":1.0}');
  });

  it('the finish reason of an answer is that of its first choice', () => {
    expect(openaiChat.finishReason({ choices: [{ finish_reason: 'length' }, { finish_reason: 'stop' }] })).toBe('length');
    for (const body of [null, [], {}, { choices: {} }, { choices: [] }, { choices: [null] }, { choices: [{ finish_reason: null }] }])
      expect(openaiChat.finishReason(body as JsonValue)).toBeUndefined();
  });
});
