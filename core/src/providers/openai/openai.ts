import { z } from 'zod';
import { bearerKeys, checkOptions, defineProvider, type Provider, providerOptions } from '../provider.ts';

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
    paths: openaiPaths,
    credentials: bearerKeys(name, options.apiKey),
    headers: {
      ...(options.organization !== undefined && { 'openai-organization': options.organization }),
      ...(options.project !== undefined && { 'openai-project': options.project }),
    },
    models: options.models,
  });
}

/** Where OpenAI and those compatible with it serve each dialect, below the base URL. */
export const openaiPaths: Readonly<Record<string, string>> = Object.freeze({
  'openai-chat': '/chat/completions',
  'openai-embeddings': '/embeddings',
});
