import { describe, expect, it } from 'vitest';
import { refusedFor } from '../../../core/src/dialects/refused-for.ts';
import type { JsonObject } from '../../../core/src/model/json.ts';

const message = (text: string, more: JsonObject = {}): JsonObject => ({ error: { message: text, type: 'invalid_request_error', ...more } });

describe('what a provider refused for', () => {
  it.each<[string, JsonObject]>([
    ['OpenAI', message('Too many tokens.', { code: 'context_length_exceeded' })],
    ['Anthropic', { type: 'error', ...message('prompt is too long: 210000 tokens > 200000 maximum') }],
    ['Anthropic', message('input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length')],
    ['OpenAI Responses', message('Your input exceeds the context window of this model. Please adjust your input and try again.')],
    ['OpenRouter', { error: { message: "This endpoint's maximum context length is 200000 tokens. However, …", code: 400 } }],
    ['Perplexity', { error: { message: 'The total length of all messages is too long.', type: 'too_many_prompt_tokens', code: 400 } }],
    [
      'Bedrock',
      { message: 'The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.' },
    ],
    [
      'Google',
      {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        },
      },
    ],
  ])('%s: context length', (_, body) => {
    expect(refusedFor(body)).toBe('context-length');
  });

  it.each<[string, JsonObject]>([
    ['OpenAI', message('…', { code: 'content_policy_violation' })],
    ['Azure', message('…', { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } })],
    ['Azure, inner only', message('…', { code: null, innererror: { code: 'ResponsibleAIPolicyViolation' } })],
    ['xAI, status 403', { code: 'permission-denied', error: 'Content violates usage guidelines. ' }],
    ['OpenRouter, status 403', { error: { code: 403, message: 'x', metadata: { reasons: ['violence'], flagged_input: '…' } } }],
    ['Anthropic', { type: 'error', ...message('Output blocked by content filtering policy') }],
  ])('%s: content policy', (_, body) => {
    expect(refusedFor(body)).toBe('content-policy');
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['wrong types', { error: { code: 7, type: null, message: [], innererror: 'x', metadata: null }, message: 3 }],
    ['xAI, no entitlement', { code: 'permission-denied', error: 'Access to the chat endpoint is denied' }],
    ['bytes, not tokens', message('Request exceeds the maximum size', { type: 'request_too_large' })],
    [
      'a quota',
      { error: { code: 429, message: 'Quota exceeded for metric: generate_content_paid_tier_input_token_count, limit: 1000000' } },
    ],
    ['a parameter', message('max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens')],
    ['the caller’s prompt, quoted far behind', message(`Invalid value: ${'x'.repeat(500)} prompt is too long`)],
  ])('%s: unknown', (_, body) => {
    expect(refusedFor(body)).toBeUndefined();
  });
});
