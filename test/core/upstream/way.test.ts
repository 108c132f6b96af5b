import { describe, expect, it } from 'vitest';
import { dialects } from '../../../core/src/dialects/all.ts';
import { type CallDialect, isCallDialect } from '../../../core/src/dialects/dialect.ts';
import { parseCall } from '../../../core/src/parsed-call.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { Router, type TranslatePolicy } from '../../../core/src/upstream/router.ts';
import { wayTo } from '../../../core/src/upstream/way.ts';
import { anywhere } from '../harness/address.ts';

const calls = dialects.filter(isCallDialect);
const dialectOf = (id: string): CallDialect => calls.find((one) => one.id === id)!;
const provider = (name: string, ...ids: string[]) =>
  defineProvider({ name, baseUrl: 'http://127.0.0.1:9', paths: Object.fromEntries(ids.map((id) => [id, `/${id}`])) });

const providers = [
  provider('openai', 'openai-responses', 'openai-chat'),
  provider('anthropic', 'anthropic-messages'),
  provider('vectors', 'openai-embeddings'),
];

function way(model: string, format: string, body: object, policy?: TranslatePolicy) {
  const router = new Router(providers, {}, calls, policy);
  const text = JSON.stringify({ model, ...body });
  const call = parseCall(dialectOf(format), anywhere, Buffer.from(text), text, { depth: 64, values: 1_000, keys: 100 });
  return wayTo(router.resolve(model)[0]!, call, router, emptyModelCatalog());
}

const question = { max_tokens: 10, messages: [{ role: 'user', content: 'x' }] };

describe('wayTo', () => {
  it('is the call’s own words where the target speaks them', () => {
    expect(way('openai/m', 'openai-chat', question)).toMatchObject({ target: { dialect: { id: 'openai-chat' } }, translated: undefined });
  });

  it('is the provider’s first format that can say it all', () => {
    expect(way('openai/m', 'anthropic-messages', question)).toMatchObject({
      target: { dialect: { id: 'openai-responses' } },
      translated: { body: { model: 'm' } },
    });
    // Responses has no stop sequences, Chat has.
    expect(way('openai/m', 'anthropic-messages', { ...question, stop_sequences: ['END'] })).toMatchObject({
      target: { dialect: { id: 'openai-chat' } },
      translated: { body: { stop: ['END'] } },
    });
  });

  it('is none where each format would lose something; the client’s fields are named', () => {
    const tools = [{ type: 'web_search_20260209', name: 'web_search' }];
    expect(way('openai/m', 'anthropic-messages', { ...question, tools })).toEqual({
      reason: expect.stringMatching(/^openai\/m has no equivalent of tools\[0\]/),
      refused: [expect.stringContaining('tools[0]')],
      unserved: false,
    });
  });

  it('is none where the target does not serve the call at all', () => {
    expect(way('vectors/m', 'openai-chat', question)).toEqual({
      reason: 'vectors/m does not serve openai-chat',
      refused: [],
      unserved: true,
    });
    expect(way('anthropic/m', 'openai-embeddings', { input: 'x' })).toMatchObject({
      reason: 'anthropic/m does not serve openai-embeddings',
    });
  });

  it('is none where the operator wants no translation', () => {
    expect(way('anthropic/m', 'openai-chat', question, 'never')).toMatchObject({ reason: 'anthropic/m does not serve openai-chat' });
  });
});
