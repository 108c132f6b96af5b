import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('anthropicMessages', () => {
  it('answers to its path', () => {
    expect([anthropicMessages.id, anthropicMessages.routes]).toEqual(['anthropic-messages', [{ method: 'POST', path: '/v1/messages' }]]);
  });

  it('litellm#15299: the client’s version and betas go to the provider; its key does not', () => {
    expect(anthropicMessages.clientHeaders).toEqual(['anthropic-version', 'anthropic-beta']);
  });

  it('tells the request’s id where the SDK looks for it', () => {
    expect(anthropicMessages.requestIdHeader).toBe('request-id');
    expect(JSON.parse(anthropicMessages.errorBody(gatewayError('GW_UPSTREAM_TRUNCATED'), 'the-id'))).toMatchObject({
      request_id: 'the-id',
    });
  });

  it('writes the model name over that of the client, and nothing else', () => {
    const document = new JsonDocument('{ "messages":[{"model":"no"}], "m\\u006fdel" : "chat" , "max_tokens":1.0}');
    anthropicMessages.setModel(document, 'claude-haiku-4-5');
    expect(document.toText()).toBe('{ "messages":[{"model":"no"}], "m\\u006fdel" : "claude-haiku-4-5" , "max_tokens":1.0}');
  });

  it('the finish reason is why the message stopped', () => {
    expect(anthropicMessages.finishReason({ stop_reason: 'pause_turn' })).toBe('pause_turn');
    for (const body of [null, [], {}, { stop_reason: null }, { stop_reason: '' }])
      expect(anthropicMessages.finishReason(body as JsonValue)).toBeUndefined();
  });
});
