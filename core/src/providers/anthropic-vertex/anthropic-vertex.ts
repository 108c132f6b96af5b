import { z } from 'zod';
import { type AccessToken, accessToken } from '../access-token.ts';
import { defineProvider } from '../define-provider.ts';
import type { BodyEditor, PrepareAbout, Provider } from '../provider.ts';
import { checkOptions, providerOptions } from '../provider-options.ts';
import { locationSchema, projectSchema, type VertexPlace, vertexOrigin, vertexParent } from '../vertex.ts';
import { vertexBetas } from './betas.ts';

export interface AnthropicVertexOptions extends VertexPlace {
  /** E.g. `() => auth.getAccessToken()` of google-auth-library. */
  readonly accessToken: AccessToken | undefined;
  /** Default `anthropic-vertex`. */
  readonly name?: string;
  /** With the version. Default: the location's host and `/v1`. */
  readonly baseUrl?: string | undefined;
  /** Default `vertex-2023-10-16`. */
  readonly version?: string;
  /** Values of the client's `anthropic-beta` that are passed on besides those that Vertex is known to take. */
  readonly betas?: readonly string[];
  /** Restricts what can be addressed as `anthropic-vertex/<model>`. Default: any model. */
  readonly models?: readonly string[];
}

const versionRule = 'a version such as vertex-2023-10-16';
const betaRule = 'a value such as web-search-2025-03-05';

const optionsSchema = providerOptions.omit({ headers: true, quirks: true, apiKey: true }).extend({
  name: providerOptions.shape.name.optional(),
  project: projectSchema,
  location: locationSchema,
  accessToken: z.unknown().optional(),
  version: z
    .string({ error: versionRule })
    .regex(/^vertex-\d{4}-\d{2}-\d{2}$/, { error: versionRule })
    .optional(),
  betas: z.array(z.string({ error: betaRule }).regex(/^[\w.-]{1,100}$/, { error: betaRule })).optional(),
});

/** Anthropic's models on Google's Vertex AI. */
export function anthropicVertex(options: AnthropicVertexOptions): Provider {
  const name = options?.name ?? 'anthropic-vertex';
  checkOptions(name, options, optionsSchema);
  const { project, location, version = 'vertex-2023-10-16', betas = [] } = options;
  const models = `${vertexParent({ project, location })}/publishers/anthropic/models`;
  return defineProvider({
    name,
    baseUrl: options.baseUrl ?? `${vertexOrigin(location)}/v1`,
    paths: {
      'anthropic-messages': { whole: `${models}/{model}:rawPredict`, stream: `${models}/{model}:streamRawPredict` },
      'anthropic-count-tokens': `${models}/count-tokens:rawPredict`,
    },
    headerValues: {
      'anthropic-messages': valuesWith(vertexBetas['anthropic-messages'], betas),
      'anthropic-count-tokens': valuesWith(vertexBetas['anthropic-count-tokens'], betas),
    },
    credentials: [accessToken(name, 'accessToken', options.accessToken)],
    models: options.models,
    prepare: (editor, about) => prepare(editor, about, version),
  });
}

/** The version stands in the body here. */
function valuesWith(known: readonly string[], further: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return { 'anthropic-beta': [...known, ...further], 'anthropic-version': [] };
}

/**
 * The model stands in the path, but for counting, and the version in the body; `stream` stays. So does Anthropic's own SDK
 * (`@anthropic-ai/vertex-sdk`). A version of another platform's is overwritten: the client did not know who would answer.
 */
function prepare(editor: BodyEditor, { dialect }: PrepareAbout, version: string): void {
  const { anthropic_version: said, model } = editor.body;
  if (typeof said !== 'string' || !said.startsWith('vertex-')) editor.set(['anthropic_version'], version);
  if (dialect === 'anthropic-messages' && model !== undefined) editor.remove(['model']);
}
