import { describe, expect, it } from 'vitest';
import { dialects } from '../../../core/src/dialects/all.ts';
import { isCallDialect, isModelsDialect } from '../../../core/src/dialects/dialect.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { RouteTable } from '../../../core/src/routes.ts';

const table = new RouteTable(dialects);
const idAt = (method: string, path: string, headers = {}): string | undefined => {
  const found = table.find(method, path, headers);
  return found === undefined || 'allow' in found ? undefined : found.dialect.id;
};

describe('dialects', () => {
  it('have ids of their own, and take calls or list models', () => {
    expect(new Set(dialects.map(({ id }) => id)).size).toBe(dialects.length);
    for (const dialect of dialects) expect(isCallDialect(dialect) !== isModelsDialect(dialect)).toBe(true);
  });

  it('share no path but those that headers tell apart', () => {
    const owners = new Map<string, string[]>();
    for (const { path, method, dialect } of table.routes)
      owners.set(`${method} ${path}`, [...(owners.get(`${method} ${path}`) ?? []), dialect]);
    const shared = [...owners].filter(([, ids]) => ids.length > 1).map(([path]) => path);
    expect(shared).toEqual(['GET /v1/models', 'GET /v1/models/*']);
  });

  // Headers as recorded from the libraries (openai 7.57, @anthropic-ai/sdk 1.12 and 0.137, @google/genai 3.1).
  it.each([
    [{ authorization: 'Bearer k', 'user-agent': 'OpenAI/JS 7.57.0' }, 'openai-models'],
    [{ authorization: 'Bearer k', 'anthropic-version': '2026-10-21' }, 'anthropic-models'],
    [{ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }, 'anthropic-models'],
    [{ 'x-goog-api-key': 'k', 'x-goog-api-client': 'google-genai-sdk/3.1.0 gl-node/v24' }, 'google-models'],
    [{ authorization: 'Bearer ya29', 'x-goog-api-client': 'google-genai-sdk/3.1.0' }, 'google-models'],
    [{}, 'openai-models'],
  ])('GET /v1/models with %j is of %s', (headers, id) => {
    expect(idAt('GET', '/v1/models', headers)).toBe(id);
    expect(idAt('GET', '/v1/models/a%2Fb', headers)).toBe(id);
  });

  it.each([
    ['POST', '/v1/chat/completions', 'openai-chat'],
    ['POST', '/v1/responses', 'openai-responses'],
    ['POST', '/v1/responses/input_tokens', 'openai-input-tokens'],
    ['POST', '/v1/embeddings', 'openai-embeddings'],
    ['POST', '/v1/moderations', 'openai-moderations'],
    ['POST', '/v1/completions', 'openai-completions'],
    ['POST', '/v1/messages', 'anthropic-messages'],
    ['POST', '/v1/messages/count_tokens', 'anthropic-count-tokens'],
    ['POST', '/v1/models/openai/gpt-x:generateContent', 'google-generate-content'],
    ['POST', '/v1beta/models/gemini-x:streamGenerateContent', 'google-generate-content'],
    ['POST', '/v1beta/models/gemini-x:countTokens', 'google-count-tokens'],
    ['POST', '/v1beta/models/gemini-x:embedContent', 'google-embed-content'],
    ['POST', '/v1/models/gemini-x:batchEmbedContents', 'google-batch-embed-contents'],
    ['GET', '/v1beta/models', 'google-models'],
  ])('%s %s is of %s', (method, path, id) => {
    expect(idAt(method, path)).toBe(id);
  });

  it.each(['/v1', '/v1/', '/v1/message', '/v1/messages/', '/v1beta/chat/completions', '/messages'])('%s is the host’s own', (path) => {
    expect(table.find('POST', path)).toBeUndefined();
  });

  it('tell an error in their own words: its message, and what the gateway calls it', () => {
    const error = gatewayError('GW_NOT_READY');
    for (const { errorBody } of dialects) {
      const body = JSON.parse(errorBody(error, 'the-id')) as { error: { message: string } };
      expect(body.error.message).toBe(error.message);
      expect(JSON.stringify(body)).toContain('GW_NOT_READY');
      expect(JSON.stringify(body)).toContain('the-id');
    }
  });
});
