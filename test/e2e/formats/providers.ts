import express from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import type { Provider } from '../../../core/src/providers/provider.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { type SimulatedProvider, startSimulatedProvider } from '../../contract/src/simulated-provider.ts';
import { listening } from '../../core/harness/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../../core/harness/recording-logger.ts';
import { triesOnce } from '../../core/harness/tries-once.ts';

/** The chat formats, as clients speak them. */
export type ClientFormat = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'google-generate-content';

export const formats: readonly ClientFormat[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'google-generate-content'];

/** A model of each, as it is addressed: names that translators and libraries know. */
export const modelOf: Readonly<Record<ClientFormat, string>> = {
  'openai-chat': 'openai-chat/deepseek-reasoner',
  'openai-responses': 'openai-responses/gpt-5-mini',
  'anthropic-messages': 'anthropic-messages/claude-sonnet-4-5',
  'google-generate-content': 'google-generate-content/gemini-3-flash',
};

/** A provider that speaks one format only, so that every other client's calls are translated. */
export function providerOf(format: ClientFormat, origin: string): Provider {
  const key = 'sk-operators-own';
  switch (format) {
    case 'openai-chat':
      return oneFormat(format, origin, '/v1/chat/completions', { authorization: `Bearer ${key}` });
    case 'openai-responses':
      return oneFormat(format, origin, '/v1/responses', { authorization: `Bearer ${key}` });
    case 'anthropic-messages':
      return oneFormat(format, origin, '/v1/messages', { 'x-api-key': key });
    case 'google-generate-content':
      return oneFormat(
        format,
        origin,
        { whole: '/v1beta/models/{model}:generateContent', stream: '/v1beta/models/{model}:streamGenerateContent?alt=sse' },
        { 'x-goog-api-key': key },
      );
  }
}

function oneFormat(
  format: ClientFormat,
  baseUrl: string,
  path: Provider['paths'][string],
  headers: Readonly<Record<string, string>>,
): Provider {
  return defineProvider({ name: format, baseUrl, paths: { [format]: path }, credentials: [{ headers }] });
}

export interface FormatsHost {
  /** The gateway's mount. */
  readonly origin: string;
  readonly provider: SimulatedProvider;
  readonly gateway: Gateway;
  readonly logger: RecordingLogger;
}

/** An app with a gateway in front of one simulated server that is four providers, one for each format. */
export async function formatsHost(config: Partial<GatewayConfig> = {}): Promise<FormatsHost> {
  const provider = await startSimulatedProvider({ apiKey: 'sk-operators-own' });
  onTestFinished(() => provider.close());
  const logger = recordingLogger();
  const upstream = provider.url.replace(/\/v1$/, '');
  const gateway = aiGateway({
    providers: formats.map((format) => providerOf(format, upstream)),
    allowAnonymous: true,
    resilience: triesOnce,
    ...config,
    services: [provide(Logger, logger), ...(config.services ?? [])],
  });
  onTestFinished(() => gateway.close());
  const { url } = await listening(express().use('/ai', gateway));
  return { origin: `${url}/ai`, provider, gateway, logger };
}
