import type { JsonDocument } from '../json/document.ts';
import type { JsonPath, JsonValue } from '../model/json.ts';
import type { CallAddress, DialectRoute } from './dialect.ts';
import { badField } from './fields.ts';

// Google puts the model and the method into the path. `@google/genai` 3 asks below /v1, its older versions and the AI SDK
// below /v1beta, Vertex clients below /v1 or /v1beta1 with project and location (or, with an API key, without).

const versions = ['/v1', '/v1beta', '/v1beta1'] as const;

/** Every path at which clients call these methods: what stands between version and method names the model. */
export function googleRoutes(...methods: readonly string[]): DialectRoute[] {
  return methods.flatMap((method) => versions.map((version) => ({ method: 'POST', path: `${version}/*:${method}` }) as const));
}

/**
 * The model that a path names: `models/x` and all that lies before it (`publishers/google/models/x`, or a project and its
 * location, which are the operator's to choose) is x; `tunedModels/x` is its own name. A name with a slash (`openai/gpt-x`)
 * comes bare from the AI SDK.
 */
export function googleModel({ parameter = '' }: CallAddress): string {
  const model = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/google\/)?models\/(.+)$/s.exec(parameter)?.[1] ?? parameter;
  if (model === '' || /^(?:projects|publishers|models)(?:\/|$)/.test(model))
    badField('model', 'a path that names the model after /models/', parameter);
  return model;
}

/** Some requests name the model in the body as well. What the gateway decides by is the path: another there is refused. */
export function checkBodyModel(field: string, value: JsonValue | undefined, model: string): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'string' || bareModel(value) !== model)
    badField(field, `the model that the path names (${resourceName(model)})`, value);
}

/** Writes the provider's model over the client's, where the body has one. */
export function setBodyModel(document: JsonDocument, path: JsonPath, model: string): void {
  if (document.has(path)) document.replaceString(path, resourceName(model));
}

/** As Google names a model: `models/gemini-x`. A name that says where the model lies is one already. */
export function resourceName(model: string): string {
  return /^(?:models|tunedModels|publishers|projects|endpoints)\//.test(model) ? model : `models/${model}`;
}

function bareModel(name: string): string {
  if (name.startsWith('models/')) return name.slice('models/'.length);
  return /^(?:projects|publishers)\/.*?\/models\/(.+)$/s.exec(name)?.[1] ?? name;
}
