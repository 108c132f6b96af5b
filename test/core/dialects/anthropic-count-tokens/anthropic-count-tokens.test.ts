import { describe, expect, it } from 'vitest';
import { anthropicCountTokens } from '../../../../core/src/dialects/anthropic-count-tokens/anthropic-count-tokens.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import { anywhere } from '../../harness/address.ts';

const request = (rest: object): JsonObject => ({ model: 'm', messages: [{ role: 'user', content: 'x' }], ...rest }) as JsonObject;

describe('anthropicCountTokens', () => {
  it('answers to its path, and asks its provider with the client’s version', () => {
    expect(anthropicCountTokens.routes).toEqual([{ method: 'POST', path: '/v1/messages/count_tokens' }]);
    expect(anthropicCountTokens.clientHeaders).toEqual(['anthropic-version', 'anthropic-beta']);
    expect(anthropicCountTokens.requestIdHeader).toBe('request-id');
  });

  it('needs no limit and never streams, whatever the client says', () => {
    expect(anthropicCountTokens.stream).toBeUndefined();
    for (const rest of [{}, { stream: true, max_tokens: 5 }])
      expect(anthropicCountTokens.readCall(request(rest), anywhere)).toEqual({
        model: 'm',
        stream: false,
        maxOutputTokens: undefined,
        tools: [],
      });
  });

  it.each([
    ['model', { model: '' }],
    ['messages', { messages: [] }],
    ['tools', { tools: 'x' }],
  ])('names the field at fault: %s', (param, rest) => {
    expect(() => anthropicCountTokens.readCall(request(rest), anywhere)).toThrow(
      expect.objectContaining({ code: 'GW_BAD_REQUEST', param }),
    );
  });

  it('has the texts, attachments and state of the request that it counts', () => {
    const body = request({ system: 'be kind', messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] });
    expect([...anthropicCountTokens.requestTexts(body)].map(({ text }) => text)).toEqual(['be kind']);
    expect([...anthropicCountTokens.attachments(body)]).toHaveLength(1);
    expect(anthropicCountTokens.states?.(body)).toEqual(['f']);
  });

  it('what was counted was not used, and no text is an answer', () => {
    expect(anthropicCountTokens.usage({ input_tokens: 12 })).toBeUndefined();
    expect(anthropicCountTokens.finishReason({ stop_reason: 'end_turn' })).toBeUndefined();
    expect(anthropicCountTokens.answerBody({ id: 'e', model: 'm', text: 'x', usage: undefined, created: 1 })).toBeUndefined();
    expect([...anthropicCountTokens.responseTexts({ input_tokens: 12 })]).toEqual([]);
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{"messages":[], "model" : "chat" }');
    anthropicCountTokens.setModel(document, 'claude');
    expect(document.toText()).toBe('{"messages":[], "model" : "claude" }');
  });
});
