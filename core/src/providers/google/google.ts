import { z } from 'zod';
import { type AccessToken, accessToken } from '../access-token.ts';
import { defineProvider, type ProviderSpec } from '../define-provider.ts';
import { headerKeys } from '../keys.ts';
import type { Provider } from '../provider.ts';
import { checkOptions, isGiven, oneOf, placeOf, providerOptions, refuse } from '../provider-options.ts';
import type { PathPair } from '../provider-path.ts';
import {
  locationRule,
  locationSchema,
  projectRule,
  projectSchema,
  type VertexPlace,
  vertexGlobal,
  vertexOrigin,
  vertexParent,
} from '../vertex.ts';

export interface GoogleOptions {
  /** A key of the Gemini API; several are used in turn. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** Gemini on Vertex AI, in place of the Gemini API. */
  readonly vertex?: GoogleVertex | VertexExpress;
  /** Default `google`. */
  readonly name?: string;
  /** With the version. Default `https://generativelanguage.googleapis.com/v1beta`; Vertex: the location's host and `/v1`. */
  readonly baseUrl?: string | undefined;
  /** Restricts what can be addressed as `google/<model>`. Default: any model. */
  readonly models?: readonly string[];
}

export interface GoogleVertex extends VertexPlace {
  /** E.g. `() => auth.getAccessToken()` of google-auth-library. */
  readonly accessToken: AccessToken | undefined;
}

/** Vertex AI by a key, without project and location. */
export interface VertexExpress {
  readonly apiKey: string | readonly string[] | undefined;
}

const optionsSchema = providerOptions.omit({ headers: true, quirks: true }).extend({
  name: providerOptions.shape.name.optional(),
  vertex: z
    .strictObject({
      project: projectSchema.optional(),
      location: locationSchema.optional(),
      accessToken: z.unknown().optional(),
      apiKey: z.unknown().optional(),
    })
    .optional(),
});

/** Google's Gemini, by the Gemini API or on Vertex AI. */
export function google(options: GoogleOptions): Provider {
  const name = options?.name ?? 'google';
  checkOptions(name, options, optionsSchema);
  const api = apiOf(name, options);
  return defineProvider({ ...api, name, baseUrl: options.baseUrl ?? api.baseUrl, models: options.models });
}

type Api = Pick<ProviderSpec, 'baseUrl' | 'paths' | 'credentials'>;

function apiOf(name: string, options: GoogleOptions): Api {
  if (oneOf(name, options, ['apiKey', 'vertex']) === 'apiKey') return geminiApi(name, options.apiKey);
  const vertex: Partial<GoogleVertex & VertexExpress> = options.vertex ?? {};
  return oneOf(name, vertex, ['accessToken', 'apiKey'], 'vertex.') === 'apiKey' ? express(name, vertex) : inProject(name, vertex);
}

function geminiApi(name: string, apiKey: unknown): Api {
  const at = modelPaths('', geminiName);
  return {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    paths: { ...generating(at), 'google-embed-content': at('embedContent'), 'google-batch-embed-contents': at('batchEmbedContents') },
    credentials: headerKeys(name, 'x-goog-api-key', apiKey),
  };
}

/** Portkey#1441: a key of Vertex express belongs to no project that a path could name. */
function express(name: string, vertex: Partial<VertexExpress & VertexPlace>): Api {
  for (const option of ['project', 'location'] as const)
    if (isGiven(vertex[option])) refuse(placeOf(name), `vertex.${option}`, 'nothing beside vertex.apiKey', 'both');
  return {
    baseUrl: `${vertexGlobal}/v1`,
    paths: generating(modelPaths('', vertexName)),
    credentials: headerKeys(name, 'x-goog-api-key', vertex.apiKey, 'vertex.apiKey'),
  };
}

function inProject(name: string, { project, location, accessToken: token }: Partial<GoogleVertex>): Api {
  if (project === undefined) return refuse(placeOf(name), 'vertex.project', projectRule, 'nothing');
  if (location === undefined) return refuse(placeOf(name), 'vertex.location', locationRule, 'nothing');
  const at = modelPaths(vertexParent({ project, location }), vertexName);
  return {
    baseUrl: `${vertexOrigin(location)}/v1`,
    // No batch: on Vertex, several texts are several requests.
    paths: { ...generating(at), 'google-embed-content': at('embedContent') },
    credentials: [accessToken(name, 'vertex.accessToken', token)],
  };
}

/** Where a verb of a model is served. */
type ModelPaths = (verb: string, streamVerb?: string) => PathPair;

function modelPaths(parent: string, modelName: (model: string) => string): ModelPaths {
  return (verb, streamVerb = verb) => ({ whole: `${parent}/{model}:${verb}`, stream: `${parent}/{model}:${streamVerb}`, modelName });
}

/** Without `alt=sse` a stream would be one JSON array. */
function generating(at: ModelPaths): Record<string, PathPair> {
  return {
    'google-generate-content': at('generateContent', 'streamGenerateContent?alt=sse'),
    'google-count-tokens': at('countTokens'),
  };
}

/** Tuned models lie beside the others (`tunedModels/x`); names may say where they lie themselves. */
function geminiName(model: string): string {
  return /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
}

/** As `@google/genai` reads them: `gemini-x`, `meta/llama-x`, `publishers/meta/models/llama-x`, `endpoints/123` (a tuned model). */
function vertexName(model: string): string {
  if (/^(?:publishers|endpoints)\//.test(model)) return model;
  const [publisher, name, ...rest] = model.split('/');
  if (name === undefined || publisher === 'models') return `publishers/google/models/${model.replace(/^models\//, '')}`;
  return `publishers/${publisher}/models/${[name, ...rest].join('/')}`;
}
