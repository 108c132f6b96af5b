import { describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type PresetName, presets } from '../../../../core/src/providers/openai-compatible/presets.ts';
import { addresses, credentials, problems } from '../sent.ts';

const names = Object.keys(presets) as PresetName[];
const made = (preset: PresetName) => openaiCompatible({ preset, apiKey: 'k' });

describe('a preset', () => {
  it.each([
    ['xai', 'https://api.x.ai/v1/chat/completions'],
    ['groq', 'https://api.groq.com/openai/v1/chat/completions'],
    ['mistral', 'https://api.mistral.ai/v1/chat/completions'],
    ['deepseek', 'https://api.deepseek.com/chat/completions'],
    ['together', 'https://api.together.ai/v1/chat/completions'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1/chat/completions'],
    ['openrouter', 'https://openrouter.ai/api/v1/chat/completions'],
    ['cerebras', 'https://api.cerebras.ai/v1/chat/completions'],
    ['perplexity', 'https://api.perplexity.ai/chat/completions'],
    ['ollama', 'http://localhost:11434/v1/chat/completions'],
    ['vllm', 'http://localhost:8000/v1/chat/completions'],
    ['lmstudio', 'http://localhost:1234/v1/chat/completions'],
  ] as const)('%s is asked for chat at %s, by the key as a bearer', async (preset, address) => {
    const provider = made(preset);
    expect(provider.name).toBe(preset);
    expect(addresses(provider, 'openai-chat', 'm')).toEqual({ whole: address, stream: address });
    expect(await credentials(provider)).toEqual({ 'key-1': [['authorization', 'Bearer k']] });
  });

  it('has each of them been tried above', () => {
    expect(names).toHaveLength(12);
  });

  it.each([
    ['deepseek', 'https://api.deepseek.com/anthropic/v1/messages'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1/messages'],
    ['openrouter', 'https://openrouter.ai/api/v1/messages'],
    ['ollama', 'http://localhost:11434/v1/messages'],
    ['vllm', 'http://localhost:8000/v1/messages'],
    ['lmstudio', 'http://localhost:1234/v1/messages'],
  ] as const)('%s serves Anthropic’s format at %s, with its version for clients of another', (preset, address) => {
    const provider = made(preset);
    expect(addresses(provider, 'anthropic-messages', 'm')?.whole).toBe(address);
    expect(provider.dialectHeaders['anthropic-messages']).toEqual({ 'anthropic-version': '2023-06-01' });
  });

  it.each(names)('%s prefers chat for calls of other formats', (preset) => {
    expect(Object.keys(made(preset).paths)[0]).toBe('openai-chat');
  });

  it.each(names.filter((name) => presets[name].apiKey === 'required'))('%s asks for its key', (preset) => {
    const message = ['apiKey: expected the API key (is the environment variable set?), received nothing'];
    expect(problems(() => openaiCompatible({ preset }))).toEqual(message);
    expect(problems(() => openaiCompatible({ preset, apiKey: undefined }))).toEqual(message);
  });

  it.each(names.filter((name) => presets[name].apiKey === 'optional'))('%s needs none: it runs at home', async (preset) => {
    expect(await credentials(openaiCompatible({ preset }))).toEqual({ 'key-1': [] });
  });

  it('knows where a provider refuses what others take', () => {
    expect(made('mistral').quirks).toMatchObject({
      streamUsage: false, // anon-kode#53: usage comes without being asked for
      maxTokensField: 'max_tokens', // openclaude#739
      toolChoiceRequired: 'any',
      toolChoiceByName: false,
    });
    expect(made('mistral').quirks.unknownFields).toContain('stream_options');
    expect(made('perplexity').quirks.tools).toBe(false);
    expect(made('ollama').quirks.imageUrls).toBe(false);
  });

  it('bifrost#5887: knows that DeepSeek wants its reasoning back', () => {
    expect(made('deepseek').quirks.reasoningHistory).toBe('reasoning_content');
  });

  it.each(names)('%s takes out no field that would change the answer: the provider itself says that it cannot', (preset) => {
    const changing = ['logprobs', 'top_logprobs', 'n', 'logit_bias', 'tools', 'tool_choice', 'response_format', 'stop', 'max_tokens'];
    for (const field of changing) expect(made(preset).quirks.unknownFields ?? []).not.toContain(field);
  });
});
