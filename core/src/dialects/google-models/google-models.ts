import type { RequestHeaders } from '../../model/headers.ts';
import type { OfferedModel } from '../../model/offered.ts';
import type { ModelsDialect } from '../dialect.ts';
import { badField } from '../fields.ts';
import { googleError } from '../google-errors.ts';
import { unknownModel } from '../unknown-model.ts';

/** Google's own ceiling for a page. */
const maxPage = 1000;

/** Google's model list, answered by the gateway itself. Since `@google/genai` 3 it shares its path with OpenAI's and Anthropic's. */
export const googleModels: ModelsDialect = {
  id: 'google-models',
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/models/*' },
    { method: 'GET', path: '/v1beta/models' },
    { method: 'GET', path: '/v1beta/models/*' },
  ],
  claims: (headers: RequestHeaders) => headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined,
  errorBody: googleError,
  modelsBody,
};

/** All models, or the page that was asked for; one of them where the path names it. */
function modelsBody(offered: readonly OfferedModel[], id: string | undefined, query: string): string {
  if (id === undefined) return JSON.stringify(page(offered, new URLSearchParams(query)));
  const model = offered.find((candidate) => candidate.id === id);
  if (model === undefined) throw unknownModel(id, offered);
  return JSON.stringify(modelObject(model));
}

function page(offered: readonly OfferedModel[], query: URLSearchParams): object {
  const size = count(query, 'pageSize', 'page_size') || offered.length; // 0 is the same as nothing, as with Google
  // A page begins where the last one ended; the token is that position.
  const start = count(query, 'pageToken', 'page_token') ?? 0;
  const end = start + Math.min(size, maxPage);
  const models = offered.slice(start, end).map(modelObject);
  return end < offered.length ? { models, nextPageToken: String(end) } : { models };
}

function count(query: URLSearchParams, ...names: readonly string[]): number | undefined {
  const name = names.find((one) => query.has(one));
  const value = name === undefined ? '' : query.get(name);
  if (name === undefined || value === null || value === '') return undefined;
  if (!/^\d{1,9}$/.test(value)) badField(name, 'a non-negative integer (a page token as the last page gave it)', value);
  return Number(value);
}

/** Limits of the model are left out: the gateway does not know them. The methods are those that it has routes for. */
function modelObject(model: OfferedModel): object {
  return {
    name: `models/${model.id}`,
    displayName: model.id,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
  };
}
