import { z } from 'zod';
import { type AccessToken, accessToken } from '../access-token.ts';
import { type CredentialSpec, defineProvider, type ProviderSpec } from '../define-provider.ts';
import { headerKeys } from '../keys.ts';
import { openaiSockets } from '../openai/openai.ts';
import type { Provider } from '../provider.ts';
import { checkOptions, modelNameSchema, oneOf, placeOf, providerOptions, refuse } from '../provider-options.ts';
import type { ProviderPath } from '../provider-path.ts';

export interface AzureOpenAIOptions {
  /** E.g. `https://my-resource.openai.azure.com`. */
  readonly endpoint?: string | undefined;
  /** In place of `endpoint`: the name before `.openai.azure.com`. */
  readonly resource?: string | undefined;
  /** Sent as `api-key`; several are used in turn. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** In place of `apiKey`: a token of Microsoft Entra ID, e.g. by `getBearerTokenProvider` of @azure/identity. */
  readonly accessToken?: AccessToken | undefined;
  /** Chooses the API with dated versions, where paths name deployments, e.g. `2024-10-21`. Default: the v1 API. */
  readonly apiVersion?: string | undefined;
  /** Deployments by the names that models have here. Default: a model is called as its deployment is. */
  readonly deployments?: Readonly<Record<string, string>>;
  /** Default `azure-openai`. */
  readonly name?: string;
  /** Restricts what can be addressed as `azure-openai/<model>`. Default: those of `deployments`, else any model. */
  readonly models?: readonly string[];
}

const versionRule = 'a version such as 2024-10-21 or 2025-04-01-preview';
const endpointRule = 'a URL such as https://my-resource.openai.azure.com, without user name and query';
const resourceRule = 'the name of a resource: letters, digits, dashes';

const optionsSchema = providerOptions.omit({ headers: true, quirks: true, baseUrl: true }).extend({
  name: providerOptions.shape.name.optional(),
  endpoint: z.unknown().optional(),
  resource: z
    .string({ error: resourceRule })
    .regex(/^(?:[A-Za-z0-9][A-Za-z0-9-]{0,62})?$/, { error: resourceRule })
    .optional(),
  accessToken: z.unknown().optional(),
  apiVersion: z
    .string({ error: versionRule })
    .regex(/^(?:\d{4}-\d{2}-\d{2}(?:-preview)?)?$/, { error: versionRule })
    .optional(),
  deployments: z.record(modelNameSchema, modelNameSchema).optional(),
});

/** Azure OpenAI. */
export function azureOpenAI(options: AzureOpenAIOptions): Provider {
  const name = options?.name ?? 'azure-openai';
  checkOptions(name, options, optionsSchema);
  const deployments = new Map(Object.entries(options.deployments ?? {}));
  return defineProvider({
    name,
    ...apiOf(endpointOf(name, options), options.apiVersion ?? '', (model) => deployments.get(model) ?? model),
    credentials: credentialsOf(name, options),
    models: options.models ?? (deployments.size === 0 ? undefined : [...deployments.keys()]),
    prepare: deployments.size === 0 ? undefined : (editor, { model }) => setDeployment(editor, deployments.get(model)),
  });
}

/** The v1 API has OpenAI's own paths; the older one has deployments in most of them, and its version in all. */
function apiOf(
  endpoint: string,
  version: string,
  deployment: (model: string) => string,
): Pick<ProviderSpec, 'baseUrl' | 'paths' | 'sockets'> {
  return version === ''
    ? { baseUrl: `${endpoint}/openai/v1`, paths: v1Paths, sockets: v1Sockets(deployment) }
    : { baseUrl: `${endpoint}/openai`, paths: datedPaths(`?api-version=${version}`, deployment) };
}

const v1Paths: Readonly<Record<string, string>> = Object.freeze({
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'openai-input-tokens': '/responses/input_tokens', // epam/ai-dial-adapter-openai counts by it
  'openai-embeddings': '/embeddings',
});

/** The model of a Realtime session is a deployment's name (`openai/realtime/internal-base`). */
function v1Sockets(modelName: (model: string) => string): Readonly<Record<string, ProviderPath>> {
  const realtime = openaiSockets['openai-realtime'];
  return { ...openaiSockets, 'openai-realtime': { whole: realtime, stream: realtime, modelName } };
}

/** Which paths have a deployment is `openai/azure.mjs`'s knowledge; `/responses` has its model in the body. */
function datedPaths(query: string, modelName: (model: string) => string): Readonly<Record<string, ProviderPath>> {
  const below = (path: string): ProviderPath => {
    const whole = `/deployments/{model}${path}${query}`;
    return { whole, stream: whole, modelName };
  };
  return {
    'openai-chat': below('/chat/completions'),
    'openai-responses': `/responses${query}`,
    'openai-embeddings': below('/embeddings'),
    'openai-completions': below('/completions'),
  };
}

function setDeployment(editor: { set(path: readonly string[], value: string): void }, deployment: string | undefined): void {
  if (deployment !== undefined) editor.set(['model'], deployment);
}

function credentialsOf(name: string, options: AzureOpenAIOptions): CredentialSpec[] {
  if (oneOf(name, options, ['apiKey', 'accessToken']) === 'apiKey') return headerKeys(name, 'api-key', options.apiKey);
  return [accessToken(name, 'accessToken', options.accessToken)];
}

/** Azure's portal shows endpoints in several lengths: with and without `/openai` and `/openai/v1`. */
function endpointOf(name: string, options: AzureOpenAIOptions): string {
  if (oneOf(name, options, ['endpoint', 'resource']) === 'resource') return `https://${options.resource}.openai.azure.com`;
  const { endpoint } = options;
  if (!isPlainUrl(endpoint)) return refuse(placeOf(name), 'endpoint', endpointRule, endpoint === undefined ? 'nothing' : 'something else');
  return endpoint.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '');
}

function isPlainUrl(endpoint: unknown): endpoint is string {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return false;
  const { protocol, username, password, search, hash } = new URL(endpoint);
  return (protocol === 'https:' || protocol === 'http:') && username + password + search + hash === '';
}
