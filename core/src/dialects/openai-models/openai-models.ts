import type { OfferedModel } from '../../model/offered.ts';
import type { ModelsDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { unknownModel } from '../unknown-model.ts';

/** OpenAI's model list, answered by the gateway itself: aliases and configured targets. */
export const openaiModels: ModelsDialect = {
  id: 'openai-models',
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/models/*' },
  ],
  errorBody: openaiError,
  modelsBody,
};

/** The body of `GET /v1/models`, or of `GET /v1/models/{id}`: the SDK sends the id percent-encoded. */
function modelsBody(offered: readonly OfferedModel[], id: string | undefined): string {
  if (id === undefined) return JSON.stringify({ object: 'list', data: offered.map(modelObject) });
  const model = offered.find((candidate) => candidate.id === id);
  if (model === undefined) throw unknownModel(id, offered);
  return JSON.stringify(modelObject(model));
}

function modelObject(model: OfferedModel): object {
  return { id: model.id, object: 'model', created: 0, owned_by: model.ownedBy };
}
