import { z } from 'zod';
import { defineProvider } from '../define-provider.ts';
import { bearerKeys } from '../keys.ts';
import type { Provider } from '../provider.ts';
import { checkOptions, providerOptions } from '../provider-options.ts';

export interface OpenAIOptions {
  /** Several are used in turn. */
  readonly apiKey: string | readonly string[] | undefined;
  /** Default `openai`. */
  readonly name?: string;
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  readonly organization?: string;
  readonly project?: string;
  /** Restricts what can be addressed as `openai/<model>`. Default: any model. */
  readonly models?: readonly string[];
}

const optionsSchema = providerOptions.omit({ headers: true, quirks: true }).extend({
  name: providerOptions.shape.name.optional(),
  organization: z.string().optional(),
  project: z.string().optional(),
});

/** OpenAI itself. */
export function openai(options: OpenAIOptions): Provider {
  const name = options?.name ?? 'openai';
  checkOptions(name, options, optionsSchema);
  return defineProvider({
    name,
    baseUrl: options.baseUrl ?? 'https://api.openai.com/v1',
    paths: responsesFirst,
    sockets: openaiSockets,
    credentials: bearerKeys(name, options.apiKey),
    headers: {
      ...(options.organization !== undefined && { 'openai-organization': options.organization }),
      ...(options.project !== undefined && { 'openai-project': options.project }),
    },
    models: options.models,
  });
}

/** Where OpenAI serves each of its formats, below the base URL. A call of another format is translated to the first. */
export const openaiPaths = Object.freeze({
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'openai-input-tokens': '/responses/input_tokens',
  'openai-embeddings': '/embeddings',
  'openai-moderations': '/moderations',
  'openai-completions': '/completions',
});

/** Where it takes WebSockets. */
export const openaiSockets = Object.freeze({ 'openai-responses': '/responses', 'openai-realtime': '/realtime?model={model}' });

/** OpenAI's reasoning models keep their reasoning between turns in Responses only, and some are served nowhere else. */
const { 'openai-responses': responses, ...others } = openaiPaths;
const responsesFirst = Object.freeze({ 'openai-responses': responses, ...others });
