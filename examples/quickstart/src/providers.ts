import { anthropic, google, openai, openaiCompatible, type Provider } from '@express-ai-gateway/core';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A provider that the environment names, and the model of it that the alias `chat` uses. */
export interface Configured {
  readonly provider: Provider;
  readonly model: string;
}

interface Known {
  readonly name: string;
  /** The variables that say: use this provider. The first that is set counts. */
  readonly variables: readonly string[];
  /** `<NAME>_MODEL` chooses another. */
  readonly model: string;
  /** Of the variable's value. */
  make(value: string, env: Environment): Provider;
}

/** Hosted providers that speak OpenAI's API and take a key; where they are and what they do otherwise is known to the preset. */
function hosted(preset: 'deepseek' | 'groq' | 'mistral', model: string): Known {
  return {
    name: preset,
    variables: [`${preset.toUpperCase()}_API_KEY`],
    model,
    make: (apiKey) => openaiCompatible({ preset, apiKey }),
  };
}

const known: readonly Known[] = [
  {
    name: 'openai',
    variables: ['OPENAI_API_KEY'],
    model: 'gpt-5-mini',
    make: (apiKey, env) => openai({ apiKey, baseUrl: given(env, 'OPENAI_BASE_URL') }),
  },
  {
    name: 'anthropic',
    variables: ['ANTHROPIC_API_KEY'],
    model: 'claude-haiku-4-5',
    make: (apiKey, env) => anthropic({ apiKey, baseUrl: given(env, 'ANTHROPIC_BASE_URL') }),
  },
  {
    name: 'google',
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    model: 'gemini-2.5-flash',
    make: (apiKey) => google({ apiKey }),
  },
  hosted('groq', 'llama-3.3-70b-versatile'),
  hosted('mistral', 'mistral-small-latest'),
  hosted('deepseek', 'deepseek-chat'),
  {
    name: 'ollama',
    variables: ['OLLAMA_BASE_URL'],
    model: 'llama3.2',
    make: (url) => openaiCompatible({ preset: 'ollama', baseUrl: withVersion(url) }),
  },
];

/** What would make a provider be used, for messages. */
export const variables: readonly string[] = known.flatMap(({ variables: [first = ''] }) => [first]);

/** The providers that the environment configures, in a fixed order; hosted ones first. */
export function providersFrom(env: Environment): Configured[] {
  return known.flatMap(({ name, variables: names, model, make }) => {
    const value = names.map((variable) => given(env, variable)).find((one) => one !== undefined);
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
