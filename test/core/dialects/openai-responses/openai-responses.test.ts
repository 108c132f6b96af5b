import { describe, expect, it } from 'vitest';
import { openaiResponses } from '../../../../core/src/dialects/openai-responses/openai-responses.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { parseCall } from '../../../../core/src/parsed-call.ts';
import { anywhere } from '../../harness/address.ts';

const limits = { depth: 64, values: 500_000, keys: 10_000 };

describe('openaiResponses', () => {
  it('answers to its path', () => {
    expect(openaiResponses.routes).toEqual([{ method: 'POST', path: '/v1/responses' }]);
    expect(openaiResponses.clientHeaders).toEqual(['openai-beta']);
  });

  it('bifrost#2082: writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "input":[{"model":"no","2":1,"1":2}], "m\\u006fdel" : "chat" , "temperature":1.0}');
    openaiResponses.setModel(document, 'gpt-5');
    expect(document.toText()).toBe('{ "input":[{"model":"no","2":1,"1":2}], "m\\u006fdel" : "gpt-5" , "temperature":1.0}');
  });

  it('texts of a parsed call are edited in place, inside arguments too, and the rest keeps its bytes', () => {
    const text =
      '{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"a\\":\\"Zo\\u00eb\\", \\"n\\":1.0}"},{"role":"user","content":"Zo\\u00eb"}],"top_p":1.0}';
    const call = parseCall(openaiResponses, anywhere, Buffer.from(text), text, limits);
    for (const reference of call.texts()) reference.replace(reference.text.replace('Zoë', '<1>'));
    expect(call.document.toText()).toBe(
      '{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"a\\":\\"<1>\\", \\"n\\":1.0}"},{"role":"user","content":"<1>"}],"top_p":1.0}',
    );
  });

  it('usage and finish are those of the answer', () => {
    const body = { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, usage: { input_tokens: 1, output_tokens: 2 } };
    expect(openaiResponses.usage(body)).toMatchObject({ input: 1, output: 2 });
    expect(openaiResponses.finishReason(body)).toBe('content_filter');
    expect(openaiResponses.leaves?.({ ...body, id: 'resp_1' })).toBe('resp_1');
  });
});
