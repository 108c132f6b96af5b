import { openaiPaths } from '../openai/openai.ts';
import { bearerKeys, checkOptions, defineProvider, type Provider, type ProviderQuirks, providerOptions } from '../provider.ts';

export interface OpenAICompatibleOptions {
  /** The first half of `provider/model`, e.g. `ollama`. */
  readonly name: string;
  /** Including the version path, e.g. `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token, several in turn; local servers need none. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Restricts what can be addressed as `<name>/<model>`. Default: any model. */
  readonly models?: readonly string[];
  readonly quirks?: Partial<ProviderQuirks>;
}

/** Any server that speaks OpenAI's formats: Ollama, vLLM, Groq, Mistral, … */
export function openaiCompatible(options: OpenAICompatibleOptions): Provider {
  checkOptions(options?.name, options, providerOptions);
  return defineProvider({
    name: options.name,
    baseUrl: options.baseUrl,
    paths: openaiPaths,
    headers: { ...options.headers },
    ...(options.apiKey !== undefined && options.apiKey !== '' && { credentials: bearerKeys(options.name, options.apiKey) }),
    models: options.models,
    quirks: options.quirks,
  });
}
