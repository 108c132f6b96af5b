import { anthropic, google, openai, type Provider } from '@express-ai-gateway/core';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Who answers: providers, and the aliases that lead to them. */
export interface Backends {
  readonly providers: readonly Provider[];
  readonly models: Readonly<Record<string, readonly string[]>>;
}

interface Vendor {
  readonly name: string;
  readonly variable: string;
  /** What its agent asks for by itself; the first also stands in for the others' models. */
  readonly models: readonly [string, ...string[]];
  provider(apiKey: string): Provider;
}

/** Agents choose among models by themselves (a small one for titles, a new one after an update): each has to have its alias. */
const vendors: readonly Vendor[] = [
  {
    name: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    models: ['claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-5'],
    provider: (apiKey) => anthropic({ apiKey }),
  },
  {
    name: 'openai',
    variable: 'OPENAI_API_KEY',
    models: ['gpt-5-mini', 'gpt-5-codex'],
    provider: (apiKey) => openai({ apiKey }),
  },
  {
    name: 'google',
    variable: 'GEMINI_API_KEY',
    models: ['gemini-3-flash', 'gemini-3.8-flash'],
    provider: (apiKey) => google({ apiKey }),
  },
];

/** The variables of which one is enough. */
export const variables: readonly string[] = vendors.map(({ variable }) => variable);

/** Every agent's models at every provider whose key the environment has; `undefined` without any. */
export function backendsFrom(env: Environment): Backends | undefined {
  const configured = vendors.flatMap((vendor) => {
    const apiKey = env[vendor.variable]?.trim();
    return apiKey ? [{ vendor, provider: vendor.provider(apiKey) }] : [];
  });
  if (configured.length === 0) return undefined;
  const names = configured.map(({ vendor }) => vendor);
  return { providers: configured.map(({ provider }) => provider), models: aliases((vendor, model) => targets(names, vendor, model)) };
}

/** The same from one provider that speaks OpenAI's formats, the simulated one: Codex in its own words, the others translated. */
export function simulatedBackends(url: string): Backends {
  return {
    providers: [openai({ name: 'simulated', baseUrl: url, apiKey: 'none' })],
    models: aliases((_vendor, model) => [`simulated/${model}`]),
  };
}

function aliases(targetsOf: (vendor: Vendor, model: string) => readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(vendors.flatMap((vendor) => vendor.models.map((model) => [model, targetsOf(vendor, model)])));
}

/** The model's own provider first, if it is there. */
function targets(configured: readonly Vendor[], own: Vendor, model: string): string[] {
  const others = configured.filter((vendor) => vendor !== own).map(({ name, models: [first] }) => `${name}/${first}`);
  return configured.includes(own) ? [`${own.name}/${model}`, ...others] : others;
}
