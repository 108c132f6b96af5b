import { z } from 'zod';
import { anthropicVersion } from '../anthropic/anthropic.ts';
import { baseUrlRule, defineProvider } from '../define-provider.ts';
import { bearerKeys } from '../keys.ts';
import { openaiPaths } from '../openai/openai.ts';
import type { Provider, ProviderQuirks } from '../provider.ts';
import { checkOptions, isGiven, placeOf, providerOptions, refuse } from '../provider-options.ts';
import { messagesPaths, type Preset, type PresetName, presets } from './presets.ts';

export type OpenAICompatibleOptions = OfPreset | OfAddress;

/** A provider that is known: `openaiCompatible({ preset: 'groq', apiKey })`. */
interface OfPreset extends CompatibleOptions {
  /** What address, formats and deviations are taken from. */
  readonly preset: PresetName;
  /** The first half of `provider/model`. Default: the preset's name. */
  readonly name?: string;
  /** Default: the preset's. */
  readonly baseUrl?: string | undefined;
}

/** Any other. */
interface OfAddress extends CompatibleOptions {
  readonly preset?: undefined;
  /** The first half of `provider/model`, e.g. `my-server`. */
  readonly name: string;
  /** Including the version path, e.g. `http://localhost:8080/v1`. */
  readonly baseUrl: string;
}

interface CompatibleOptions {
  /** Sent as a bearer token, several in turn; local servers need none. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** The formats it serves, preferred first. Default: the preset's; without one `openai-chat` and `openai-embeddings`. */
  readonly serves?: readonly string[];
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Restricts what can be addressed as `<name>/<model>`. Default: any model. */
  readonly models?: readonly string[];
  /** Deviations, over the preset's. */
  readonly quirks?: Partial<ProviderQuirks>;
}

/** Every format that has a usual place in servers compatible with OpenAI's. */
const usualPaths: Readonly<Record<string, string>> = Object.freeze({ ...openaiPaths, ...messagesPaths });

const formatRule = Object.keys(usualPaths).join(' or ');
const presetNames = Object.keys(presets) as PresetName[];

const optionsSchema = providerOptions.extend({
  preset: z.enum(presetNames).optional(),
  name: providerOptions.shape.name.optional(),
  serves: z
    .array(z.string().refine((format) => Object.hasOwn(usualPaths, format), { error: formatRule }))
    .min(1, { error: 'at least one format' })
    .optional(),
});

/** Any server that speaks OpenAI's formats: Ollama, vLLM, Groq, Mistral, … */
export function openaiCompatible(options: OpenAICompatibleOptions): Provider {
  const name = options?.name ?? options?.preset;
  checkOptions(name, options, name === undefined ? optionsSchema.extend({ name: providerOptions.shape.name }) : optionsSchema);
  if (name === undefined) return refuse('provider', 'name', 'a name, or a preset', 'nothing');
  const preset: Preset | undefined = options.preset === undefined ? undefined : presets[options.preset];
  return defineProvider({
    name,
    baseUrl: options.baseUrl ?? preset?.baseUrl ?? refuse(placeOf(name), 'baseUrl', baseUrlRule, 'nothing'),
    paths: pathsOf(name, preset, options.serves),
    dialectHeaders: anthropicVersion(),
    headers: { ...options.headers },
    ...(needsKey(preset, options) && { credentials: bearerKeys(name, options.apiKey) }),
    models: options.models,
    quirks: { ...preset?.quirks, ...options.quirks },
  });
}

/** A header of the operator's may be the credential. */
function needsKey(preset: Preset | undefined, { apiKey, headers = {} }: OpenAICompatibleOptions): boolean {
  const own = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return isGiven(apiKey) || (preset?.apiKey === 'required' && !own);
}

function pathsOf(name: string, preset: Preset | undefined, serves: readonly string[] | undefined): Readonly<Record<string, string>> {
  const known = preset?.paths ?? usualPaths;
  const formats = serves ?? (preset === undefined ? ['openai-chat', 'openai-embeddings'] : Object.keys(known));
  return Object.fromEntries(formats.map((format, index) => [format, known[format] ?? noPath(name, known, index)]));
}

function noPath(name: string, known: Readonly<Record<string, string>>, index: number): never {
  return refuse(placeOf(name), `serves[${index}]`, `a format that the preset has: ${Object.keys(known).join(', ')}`, 'another');
}
