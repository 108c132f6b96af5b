import { gatewayError } from '../../errors.ts';
import type { Dialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';

/** OpenAI's model list, answered by the gateway itself: aliases and configured targets. */
export const openaiModels: Dialect = {
  id: 'openai-models',
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/models/*' },
  ],
  errorBody: openaiError,
};

/** A model the gateway offers. */
export interface OfferedModel {
  /** An alias or `provider/model`. */
  readonly id: string;
  /** `gateway` for an alias, else the provider's name. */
  readonly ownedBy: string;
}

/** The body of `GET /v1/models`, or of `GET /v1/models/{id}`: the SDK sends the id percent-encoded. */
export function modelsBody(offered: readonly OfferedModel[], id: string | undefined): string {
  if (id === undefined) return JSON.stringify({ object: 'list', data: offered.map(modelObject) });
  const model = offered.find((candidate) => candidate.id === id);
  if (model === undefined) throw unknownModel(id, offered);
  return JSON.stringify(modelObject(model));
}

/** A 404 that names the models the caller may use instead. */
export function unknownModel(id: string, offered: readonly OfferedModel[]): Error {
  const names = offered.map((model) => model.id);
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '');
  const known = names.length === 0 ? 'Address one as provider/model.' : `Available: ${shown}.`;
  return gatewayError('GW_UNKNOWN_MODEL', { details: { model: quoted(id), known }, param: 'model' });
}

/** The name as the client wrote it, cut and escaped: it ends up in logs and terminals. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?');
}

function modelObject(model: OfferedModel): object {
  return { id: model.id, object: 'model', created: 0, owned_by: model.ownedBy };
}
