import { createServer, type Server } from 'node:http';
import { aiGateway, type GatewayConfig, harden, openaiCompatible } from '@express-ai-gateway/core';
import type { GatewayPlugin } from '@express-ai-gateway/core/plugin';
import express from 'express';
import { upstreamOrigin } from '../probe.ts';

/**
 * The gateway as the README mounts it, in front of the mock upstream: the client's model is an alias, so its name is
 * replaced in every request, and the usage of streams is asked for and taken out again.
 */
export function gatewayServer(plugins: readonly GatewayPlugin[], more: Partial<GatewayConfig> = {}): Server {
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'mock', baseUrl: `${upstreamOrigin()}/v1`, apiKey: 'sk-bench' })],
    models: { chat: 'mock/gpt-bench' },
    allowAnonymous: true,
    plugins,
    ...more,
  });
  return harden(createServer(express().use('/ai', gateway)));
}
