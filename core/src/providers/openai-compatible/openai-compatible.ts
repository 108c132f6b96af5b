import { openaiPaths } from '../openai/openai.ts';
import { checkOptions, defineProvider, type Provider, type ProviderQuirks, providerOptions, requiredKey } from '../provider.ts';

export interface OpenAICompatibleOptions {
  /** The first half of `provider/model`, e.g. `ollama`. */
  readonly name: string;
  /** Including the version path, e.g. `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; local servers need none. */
  readonly apiKey?: string | undefined;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Restricts what can be addressed as `<name>/<model>`. Default: any model. */
  readonly models?: readonly string[];
  readonly quirks?: Partial<ProviderQuirks>;
}

/** Any server that speaks OpenAI's formats: Ollama, vLLM, Groq, Mistral, … */
export function openaiCompatible(options: OpenAICompatibleOptions): Provider {
  checkOptions(options?.name, options, providerOptions);
  const key = options.apiKey === undefined || options.apiKey === '' ? undefined : requiredKey(options.name, options.apiKey);
  return defineProvider({
    name: options.name,
    baseUrl: options.baseUrl,
    paths: openaiPaths,
    headers: { ...options.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    models: options.models,
    quirks: options.quirks,
  });
}
