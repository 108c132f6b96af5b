import { openai, openaiCompatible, type Provider } from '@express-ai-gateway/core';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A provider that the environment names, and the model of it that the alias `chat` uses. */
export interface Configured {
  readonly provider: Provider;
  readonly model: string;
}

interface Known {
  readonly name: string;
  /** The variable that says: use this provider. */
  readonly variable: string;
  /** `<NAME>_MODEL` chooses another. */
  readonly model: string;
  /** Of the value of `variable`. */
  make(value: string, env: Environment): Provider;
}

/** Hosted providers that speak OpenAI's API and take a key; Anthropic does at this address, beside its own API. */
function hosted(name: string, model: string, baseUrl: string): Known {
  return { name, variable: `${name.toUpperCase()}_API_KEY`, model, make: (apiKey) => openaiCompatible({ name, baseUrl, apiKey }) };
}

const known: readonly Known[] = [
  {
    name: 'openai',
    variable: 'OPENAI_API_KEY',
    model: 'gpt-5-mini',
    make: (apiKey, env) => openai({ apiKey, baseUrl: given(env, 'OPENAI_BASE_URL') }),
  },
  hosted('anthropic', 'claude-haiku-4-5', 'https://api.anthropic.com/v1'),
  hosted('groq', 'llama-3.3-70b-versatile', 'https://api.groq.com/openai/v1'),
  hosted('mistral', 'mistral-small-latest', 'https://api.mistral.ai/v1'),
  hosted('deepseek', 'deepseek-chat', 'https://api.deepseek.com/v1'),
  {
    name: 'ollama',
    variable: 'OLLAMA_BASE_URL',
    model: 'llama3.2',
    make: (url) => openaiCompatible({ name: 'ollama', baseUrl: withVersion(url) }),
  },
];

/** What would make a provider be used, for messages. */
export const variables: readonly string[] = known.map(({ variable }) => variable);

/** The providers that the environment configures, in a fixed order; hosted ones first. */
export function providersFrom(env: Environment): Configured[] {
  return known.flatMap(({ name, variable, model, make }) => {
    const value = given(env, variable);
    return value === undefined ? [] : [{ provider: make(value, env), model: given(env, `${name.toUpperCase()}_MODEL`) ?? model }];
  });
}

/** A variable that is set to nothing counts as not set. */
function given(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Ollama prints its address without the `/v1` under which it speaks OpenAI's API. */
function withVersion(url: string): string {
  return /\/v\d+\/?$/.test(url) ? url : `${url.replace(/\/+$/, '')}/v1`;
}
