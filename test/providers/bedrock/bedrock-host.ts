import express from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { bedrock, bedrockAnthropic } from '../../../providers/bedrock/src/provider.ts';
import { listening } from '../../core/harness/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../../core/harness/recording-logger.ts';
import { triesOnce } from '../../core/harness/tries-once.ts';
import { apiKey, keys, type Reply, type Seen, type SimulatedBedrock, simulatedBedrock } from './simulated-bedrock.ts';

export interface BedrockHost extends SimulatedBedrock {
  /** The gateway's mount. */
  readonly origin: string;
  readonly logger: RecordingLogger;
}

/** An app with a gateway in front of a simulated Bedrock: Converse signed, Anthropic's format by API key or signed too. */
export async function bedrockHost(
  reply: (seen: Seen) => Reply,
  config: Partial<GatewayConfig> = {},
  secretAccessKey = keys.secretAccessKey,
): Promise<BedrockHost> {
  const { url: baseUrl, seen } = await simulatedBedrock(reply);
  const { region, accessKeyId } = keys;
  const logger = recordingLogger();
  const gateway = aiGateway({
    providers: [
      bedrock({ region, baseUrl, credentials: { accessKeyId, secretAccessKey, sessionToken: 'session-token' } }),
      bedrockAnthropic({ region, baseUrl, credentials: async () => ({ accessKeyId, secretAccessKey }) }),
      bedrock({ region, baseUrl, apiKey, name: 'by-key' }),
    ],
    allowAnonymous: true,
    resilience: triesOnce,
    ...config,
    services: [provide(Logger, logger)],
  });
  onTestFinished(() => gateway.close());
  const { url } = await listening(express().use('/ai', gateway));
  return { origin: `${url}/ai`, url: baseUrl, seen, logger };
}
