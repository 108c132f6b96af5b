import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { CallDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiEmbeddings } from '../../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { type ParsedCall, parseCall } from '../../../core/src/parsed-call.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import type { ModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { translateRequest, translationOf } from '../../../core/src/upstream/translated-request.ts';
import { anywhere } from '../harness/address.ts';

const provider = defineProvider({ name: 'up', baseUrl: 'http://127.0.0.1:9', paths: { 'anthropic-messages': '/m' } });
const target = { id: 'up/claude-sonnet-4-5', provider: 'up', model: 'claude-sonnet-4-5' };

function callOf(body: object, format: CallDialect = openaiChat): ParsedCall {
  const text = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }], ...body });
  return parseCall(format, anywhere, Buffer.from(text), text, { depth: 64, values: 10_000, keys: 10_000 });
}

const catalog = (maxOutputTokens?: number): ModelCatalog => ({
  facts: () => (maxOutputTokens === undefined ? undefined : { maxOutputTokens }),
});

const translate = (call: ParsedCall, limit?: number) =>
  translateRequest(call, { target, provider, dialect: anthropicMessages }, catalog(limit));

describe('translateRequest', () => {
  it('says the call in the target’s words, for the target’s model', () => {
    expect(translate(callOf({ max_tokens: 7, temperature: 0.5 }))).toMatchObject({
      body: { model: 'claude-sonnet-4-5', max_tokens: 7, messages: [{ role: 'user' }], temperature: 0.5 },
      dropped: [],
    });
  });

  it('has the plugins’ edits in it', () => {
    const call = callOf({ max_tokens: 7 });
    call.texts()[0]?.replace('Redacted');
    call.set(['max_tokens'], 5);
    const translated = translate(call);
    expect(JSON.stringify(translated)).toContain('Redacted');
    expect(JSON.stringify(translated)).not.toContain('Hello');
    expect(translated).toMatchObject({ body: { max_tokens: 5 } });
  });

  it('takes the model’s limit from the catalog where the client gave none', () => {
    expect(translate(callOf({}), 1_234)).toMatchObject({ body: { max_tokens: 1_234 } });
  });

  it('names each field it drops once, in the client’s words', () => {
    expect(translate(callOf({ max_tokens: 7, seed: 1, metadata: { a: 'b' }, frequency_penalty: 0.5 }))).toMatchObject({
      dropped: expect.arrayContaining(['seed', 'metadata', 'frequency_penalty']),
    });
  });

  it('refuses what would lose a restriction, in the client’s words', () => {
    expect(translate(callOf({ max_tokens: 7, n: 2, logprobs: true }))).toEqual({ refused: expect.arrayContaining(['n', 'logprobs']) });
  });
});

describe('names of fields', () => {
  it('are as many as a header can hold', () => {
    const more = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`unheard_of_${index}`, 1]));
    const translated = translateRequest(
      callOf({ max_tokens: 7, ...more }, openaiChat),
      { target, provider, dialect: anthropicMessages },
      catalog(),
    );
    const { dropped } = translated as { dropped: readonly string[] };
    expect(dropped).toHaveLength(21);
    expect(dropped.at(-1)).toMatch(/^\d+ more$/);
  });
});

describe('translationOf', () => {
  it('is a chat dialect’s; others have none', () => {
    expect(translationOf(openaiChat)).toBe(openaiChat.chat);
    expect(() => translationOf(openaiEmbeddings)).toThrow(/openai-embeddings is not translated/);
  });
});
