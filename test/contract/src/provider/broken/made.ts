import { defineProvider, type Provider, type ProviderSpec } from '@express-ai-gateway/core/provider';

/** The key that the broken providers were given. */
export const secret = 'kit-secret-4f1c9a';

/** A provider without a mistake but for what is said. */
export function made(name: string, change: Partial<ProviderSpec> = {}): Provider {
  return defineProvider({
    name,
    baseUrl: 'https://api.acme.example/v1',
    paths: { 'openai-chat': '/chat/completions' },
    credentials: [{ headers: { 'x-acme-key': secret } }],
    ...change,
  });
}
