import type { JsonDocument } from '../json/document.ts';
import type { JsonPath, JsonValue } from '../model/json.ts';
import type { CallAddress, DialectRoute } from './dialect.ts';
import { badField } from './fields.ts';

// Google puts the model and the method into the path. `@google/genai` 3 asks below /v1, its older versions and the AI SDK
// below /v1beta, Vertex clients below /v1 or /v1beta1 with project and location (or, with an API key, without).

const modelPaths = [
  ...['/v1/models/*', '/v1beta/models/*', '/v1/tunedModels/*', '/v1beta/tunedModels/*'],
  ...['/v1/publishers/google/models/*', '/v1beta1/publishers/google/models/*', '/v1/projects/*', '/v1beta1/projects/*'],
] as const;

/** Every path at which clients call these methods. */
export function googleRoutes(...methods: readonly string[]): DialectRoute[] {
  return methods.flatMap((method) => modelPaths.map((path) => ({ method: 'POST', path: `${path}:${method}` }) as const));
}

/** The model that a path names: `gemini-x`, `google/gemini-x`, `tunedModels/x`. Project and location are the operator's to choose. */
export function googleModel({ path, parameter = '' }: CallAddress): string {
  if (/^\/v1(?:beta)?\/tunedModels\//.test(path)) return `tunedModels/${parameter}`;
  if (!/^\/v1(?:beta1)?\/projects\//.test(path)) return parameter;
  const at = parameter.lastIndexOf('/models/');
  const model = at === -1 ? '' : parameter.slice(at + '/models/'.length);
  if (model === '') badField('model', 'a path that names the model after /models/', parameter);
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
