import { describe, expect, it } from 'vitest';
import { isCallDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiEmbeddings } from '../../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { openaiModels } from '../../../core/src/dialects/openai-models/openai-models.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { anywhere } from '../harness/address.ts';

const dialects = [openaiChat, openaiEmbeddings, openaiModels];

describe('a dialect', () => {
  it('is one of calls when its requests go to a provider; the model list is the gateway’s own', () => {
    expect(dialects.filter(isCallDialect).map(({ id }) => id)).toEqual(['openai-chat', 'openai-embeddings']);
  });

  it('has a name and paths of its own', () => {
    expect(new Set(dialects.map(({ id }) => id)).size).toBe(dialects.length);
    const routes = dialects.flatMap((dialect) => dialect.routes.map(({ method, path }) => `${method} ${path}`));
    expect(new Set(routes).size).toBe(routes.length);
    for (const route of routes) expect(route).toMatch(/^(?:GET|POST) \/v1\/[a-z/]+(?:\/\*)?$/);
  });

  it('writes errors that its clients can read', () => {
    for (const dialect of dialects) {
      const error = gatewayError('GW_UNKNOWN_MODEL', { details: { model: '"x"', known: 'None.' }, param: 'model' });
      expect(JSON.parse(dialect.errorBody(error, 'the-id'))).toMatchObject({
        error: { message: error.message, type: 'invalid_request_error', param: 'model', code: 'GW_UNKNOWN_MODEL', request_id: 'the-id' },
      });
    }
  });

  it('of calls takes no call that another one’s shape has, unless it says which field is wrong', () => {
    const chat = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
    const embeddings = { model: 'm', input: 'x' };
    expect(() => openaiEmbeddings.readCall(chat, anywhere)).toThrow(expect.objectContaining({ param: 'input' }));
    expect(() => openaiChat.readCall(embeddings, anywhere)).toThrow(expect.objectContaining({ param: 'messages' }));
  });
});
