import type { RequestHeaders } from '../../model/headers.ts';
import type { OfferedModel } from '../../model/offered.ts';
import { anthropicError } from '../anthropic-errors.ts';
import type { ModelsDialect } from '../dialect.ts';
import { badField } from '../fields.ts';
import { unknownModel } from '../unknown-model.ts';

/** Anthropic's own ceiling for a page. Its default is 20; ours is the ceiling, so that who does not turn pages sees all. */
const maxPage = 1000;

/** Anthropic's model list, answered by the gateway itself: aliases and configured targets. Shares its path with OpenAI's. */
export const anthropicModels: ModelsDialect = {
  id: 'anthropic-models',
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/models/*' },
  ],
  claims: (headers: RequestHeaders) => headers['anthropic-version'] !== undefined,
  errorBody: anthropicError,
  requestIdHeader: 'request-id',
  modelsBody,
};

/** A page of all models, or the one that the path names. */
function modelsBody(offered: readonly OfferedModel[], id: string | undefined, query: string): string {
  if (id === undefined) return JSON.stringify(page(offered, new URLSearchParams(query)));
  const model = offered.find((candidate) => candidate.id === id);
  if (model === undefined) throw unknownModel(id, offered);
  return JSON.stringify(modelObject(model));
}

/** Forwards from a model (or the first), or backwards from one; the list keeps its order either way. */
function page(offered: readonly OfferedModel[], query: URLSearchParams): object {
  const size = limit(query);
  const after = position(offered, query, 'after_id');
  const before = position(offered, query, 'before_id');
  const left = offered.slice(after === undefined ? 0 : after + 1, before);
  const backwards = before !== undefined && after === undefined;
  const models = backwards ? left.slice(-size) : left.slice(0, size);
  return {
    data: models.map(modelObject),
    has_more: models.length < left.length,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  };
}

function limit(query: URLSearchParams): number {
  const value = query.get('limit');
  if (value === null || value === '') return maxPage;
  const count = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > maxPage) badField('limit', `an integer from 1 to ${maxPage}`, value);
  return count;
}

function position(offered: readonly OfferedModel[], query: URLSearchParams, name: string): number | undefined {
  const id = query.get(name);
  if (id === null || id === '') return undefined;
  const at = offered.findIndex((model) => model.id === id);
  if (at === -1) badField(name, 'the id of a model in this list', id);
  return at;
}

/** When it came out is not known to the gateway: the epoch, as Anthropic itself says it. What else it does not know is null. */
function modelObject(model: OfferedModel): object {
  return {
    type: 'model',
    id: model.id,
    display_name: model.id,
    created_at: '1970-01-01T00:00:00Z',
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    max_input_tokens: null,
    max_tokens: null,
    capabilities: null,
  };
}
