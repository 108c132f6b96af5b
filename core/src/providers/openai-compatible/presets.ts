import { openaiPaths } from '../openai/openai.ts';
import type { ProviderQuirks } from '../provider.ts';

/** What is known of a provider that speaks OpenAI's formats. */
export interface Preset {
  readonly baseUrl: string;
  /** Below the base URL, preferred first: a call of a format that is not here is translated to the first chat format. */
  readonly paths: Readonly<Record<string, string>>;
  readonly apiKey: 'required' | 'optional';
  readonly quirks?: Partial<ProviderQuirks>;
}

/** Formats of Anthropic's that others serve, where they serve them beside OpenAI's. */
export const messagesPaths = Object.freeze({
  'anthropic-messages': '/messages',
  'anthropic-count-tokens': '/messages/count_tokens',
});

const {
  'openai-chat': chat,
  'openai-responses': responses,
  'openai-embeddings': embeddings,
  'openai-completions': completions,
} = openaiPaths;
const { 'anthropic-messages': messages } = messagesPaths;

/**
 * Each provider as its own documentation describes it (read in November 2026; the page is named), deviations as gateways and
 * their issues met them. `unknownFields` has fields that are refused and only ask for something beside the answer: to store
 * it, to bill it. A refused field that would change the answer (`logprobs`, `n`) is left in, for the provider to say so.
 */
export const presets = {
  /** console.groq.com/docs/openai: chat and Responses. */
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    paths: { 'openai-chat': chat, 'openai-responses': responses },
    apiKey: 'required',
  },
  /**
   * docs.mistral.ai: refuses what it does not know with 422. Fields: mistralai/client-ts chatcompletionrequest; `store` and
   * `max_completion_tokens`: openclaude#739; `stream_options`, with usage in every stream anyway: anon-kode#53; `any` in the
   * place of `required`: its SDK, and gpt-all-star#670 for tools by name; `user`: LibreChat#1538.
   */
  mistral: {
    baseUrl: 'https://api.mistral.ai/v1',
    paths: { 'openai-chat': chat, 'openai-embeddings': embeddings },
    apiKey: 'required',
    quirks: {
      streamUsage: false,
      maxTokensField: 'max_tokens',
      developerRole: false,
      toolChoiceRequired: 'any',
      toolChoiceByName: false,
      prefixMessages: true,
      unknownFields: ['store', 'stream_options', 'user', 'safety_identifier', 'service_tier', 'prompt_cache_key', 'prompt_cache_retention'],
    },
  },
  /**
   * api-docs.deepseek.com: chat below the host itself, Anthropic's format below `/anthropic`. Reasoning is expected back in
   * conversations with tools (bifrost#5887). `max_tokens`, no `developer`, no `store`: pi-ai.
   */
  deepseek: {
    baseUrl: 'https://api.deepseek.com',
    paths: { 'openai-chat': chat, 'anthropic-messages': '/anthropic/v1/messages' },
    apiKey: 'required',
    quirks: { maxTokensField: 'max_tokens', developerRole: false, reasoningHistory: 'reasoning_content', unknownFields: ['store'] },
  },
  /** docs.x.ai: chat and Responses; its Anthropic format is deprecated, and there are no embeddings. No `developer`, no `store`: pi-ai. */
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    paths: { 'openai-chat': chat, 'openai-responses': responses },
    apiKey: 'required',
    quirks: { developerRole: false, unknownFields: ['store'] },
  },
  /** docs.together.ai/docs/inference/openai-compatibility. `max_tokens`, no `developer`, `store`, `strict`, effort: pi-ai. */
  together: {
    baseUrl: 'https://api.together.ai/v1',
    paths: { 'openai-chat': chat, 'openai-embeddings': embeddings, 'openai-completions': completions },
    apiKey: 'required',
    quirks: {
      maxTokensField: 'max_tokens',
      developerRole: false,
      reasoningEffort: false,
      strictTools: false,
      unknownFields: ['store'],
    },
  },
  /** docs.fireworks.ai: guides/response-api, tools-sdks/anthropic-compatibility. Reasoning in the history: bifrost's page on it. */
  fireworks: {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    paths: {
      'openai-chat': chat,
      'openai-responses': responses,
      'anthropic-messages': messages,
      'openai-embeddings': embeddings,
      'openai-completions': completions,
    },
    apiKey: 'required',
    quirks: { reasoningHistory: 'reasoning_content' },
  },
  /** openrouter.ai/docs: chat, Responses, Messages, embeddings. Takes reasoning back as `reasoning` beside `reasoning_details`. */
  openrouter: {
    baseUrl: 'https://openrouter.ai/api/v1',
    paths: { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': messages, 'openai-embeddings': embeddings },
    apiKey: 'required',
    quirks: { reasoningHistory: 'reasoning' },
  },
  /** inference-docs.cerebras.ai: chat only. Reasoning comes and goes back as `reasoning`; no `developer`, no `store`: pi-ai. */
  cerebras: {
    baseUrl: 'https://api.cerebras.ai/v1',
    paths: { 'openai-chat': chat },
    apiKey: 'required',
    quirks: { developerRole: false, reasoningHistory: 'reasoning', unknownFields: ['store'] },
  },
  /** docs.perplexity.ai: chat below the host itself, without tools. */
  perplexity: {
    baseUrl: 'https://api.perplexity.ai',
    paths: { 'openai-chat': chat },
    apiKey: 'required',
    quirks: { tools: false },
  },
  /**
   * docs.ollama.com/api/openai-compatibility and /api/anthropic-compatibility. Images inline only; `tool_choice` is not looked
   * at, so a choice is made by the tools that are offered.
   */
  ollama: {
    baseUrl: 'http://localhost:11434/v1',
    paths: {
      'openai-chat': chat,
      'openai-responses': responses,
      'anthropic-messages': messages,
      'openai-embeddings': embeddings,
      'openai-completions': completions,
    },
    apiKey: 'optional',
    quirks: { imageUrls: false, toolChoiceByName: false },
  },
  /** docs.vllm.ai/en/v0.32.0/serving/online_serving. */
  vllm: {
    baseUrl: 'http://localhost:8000/v1',
    paths: {
      'openai-chat': chat,
      'openai-responses': responses,
      ...messagesPaths,
      'openai-embeddings': embeddings,
      'openai-completions': completions,
    },
    apiKey: 'optional',
  },
  /** lmstudio.ai/docs/api/openai-api and /docs/developer/anthropic-compat. */
  lmstudio: {
    baseUrl: 'http://localhost:1234/v1',
    paths: {
      'openai-chat': chat,
      'openai-responses': responses,
      'anthropic-messages': messages,
      'openai-embeddings': embeddings,
      'openai-completions': completions,
    },
    apiKey: 'optional',
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
