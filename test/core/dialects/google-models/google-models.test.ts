import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { googleModels } from '../../../../core/src/dialects/google-models/google-models.ts';
import type { OfferedModel } from '../../../../core/src/model/offered.ts';

const offered: readonly OfferedModel[] = [
  { id: 'chat', ownedBy: 'gateway' },
  { id: 'google/gemini-x', ownedBy: 'google' },
  { id: 'openai/gpt-x', ownedBy: 'openai' },
];

interface Page {
  readonly models: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

const page = (query = '', models = offered): Page => JSON.parse(googleModels.modelsBody(models, undefined, query)) as Page;
const names = (query: string): string[] => page(query).models.map(({ name }) => name);

describe('googleModels', () => {
  it('shares /v1 with others and claims what comes from clients of Google', () => {
    expect(googleModels.routes.map(({ path }) => path)).toEqual(['/v1/models', '/v1/models/*', '/v1beta/models', '/v1beta/models/*']);
    expect(googleModels.claims?.({ 'x-goog-api-key': 'k' })).toBe(true);
    expect(googleModels.claims?.({ 'x-goog-api-client': 'google-genai-sdk/3.1.0' })).toBe(true);
    expect(googleModels.claims?.({ authorization: 'Bearer k', 'anthropic-version': '2026-10-21' })).toBe(false);
  });

  it('lists what the gateway offers', () => {
    expect(page().models[1]).toEqual({
      name: 'models/google/gemini-x',
      displayName: 'google/gemini-x',
      supportedGenerationMethods: ['generateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
    });
    expect(page()).not.toHaveProperty('nextPageToken');
    expect(page('', [])).toEqual({ models: [] });
  });

  it('tells of one model', () => {
    expect(JSON.parse(googleModels.modelsBody(offered, 'openai/gpt-x', ''))).toMatchObject({ name: 'models/openai/gpt-x' });
  });

  it.each(['Chat', 'models/chat', '', '__proto__', '*'])('knows no model %j', (id) => {
    expect(() => googleModels.modelsBody(offered, id, '')).toThrow(expect.objectContaining({ code: 'GW_UNKNOWN_MODEL', status: 404 }));
  });

  it('gives pages to who asks for them', () => {
    expect(page('pageSize=2')).toMatchObject({ nextPageToken: '2' });
    expect(names('pageSize=2')).toEqual(['models/chat', 'models/google/gemini-x']);
    expect(names('pageSize=2&pageToken=2')).toEqual(['models/openai/gpt-x']);
    expect(page('page_size=2&page_token=2')).not.toHaveProperty('nextPageToken');
    expect(names('pageSize=3').length).toBe(3);
    expect(page('pageSize=3')).not.toHaveProperty('nextPageToken');
    expect(names('pageSize=0').length).toBe(3);
    expect(names('pageToken=9')).toEqual([]);
  });

  it('a page has a thousand models at most', () => {
    const many = Array.from({ length: 1_001 }, (_, index) => ({ id: `m${index}`, ownedBy: 'p' }));
    expect(page('', many).models).toHaveLength(1_000);
    expect(page('', many).nextPageToken).toBe('1000');
    expect(page('pageToken=1000', many)).toMatchObject({ models: [{ name: 'models/m1000' }] });
    expect(page('pageSize=5000', many).models).toHaveLength(1_000);
  });

  it.each(['pageSize=-1', 'pageSize=two', 'pageSize=1e3', 'pageToken=abc', 'pageToken=-1', 'page_token=1.5'])('%s is a 400', (query) => {
    expect(() => page(query)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param: query.split('=')[0], status: 400 }));
  });

  it('Google’s SDK pages through it to the end', async () => {
    const fetch = (url: string | URL | Request): Promise<Response> => {
      const { search } = new URL(url instanceof Request ? url.url : url);
      return Promise.resolve(Response.json(JSON.parse(googleModels.modelsBody(offered, undefined, search.slice(1)))));
    };
    const client = new GoogleGenAI({ apiKey: 'x', httpOptions: { baseUrl: 'http://127.0.0.1:9', fetch } });
    const found: (string | undefined)[] = [];
    for await (const model of await client.models.list({ config: { pageSize: 2 } })) found.push(model.name);
    expect(found).toEqual(['models/chat', 'models/google/gemini-x', 'models/openai/gpt-x']);
  });
});
