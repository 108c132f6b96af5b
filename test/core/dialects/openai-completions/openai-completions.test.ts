import { describe, expect, it } from 'vitest';
import { openaiCompletions } from '../../../../core/src/dialects/openai-completions/openai-completions.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('openaiCompletions', () => {
  it('answers to its path', () => {
    expect(openaiCompletions.routes).toEqual([{ method: 'POST', path: '/v1/completions' }]);
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "prompt":[1.0], "m\\u006fdel" : "code" , "n":1.0}');
    openaiCompletions.setModel(document, 'gpt-instruct');
    expect(document.toText()).toBe('{ "prompt":[1.0], "m\\u006fdel" : "gpt-instruct" , "n":1.0}');
  });

  it('the finish reason is that of the first choice; there are no attachments', () => {
    expect(openaiCompletions.finishReason({ choices: [{ finish_reason: 'length' }, { finish_reason: 'stop' }] })).toBe('length');
    for (const body of [null, {}, { choices: [] }, { choices: [{ finish_reason: null }] }])
      expect(openaiCompletions.finishReason(body as JsonValue)).toBeUndefined();
    expect([...openaiCompletions.attachments({ prompt: 'x' })]).toEqual([]);
  });
});
