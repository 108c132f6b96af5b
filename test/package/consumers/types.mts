import { aiGateway, type Gateway, type GatewayConfig, openai, openaiCompatible } from '@express-ai-gateway/core';
import { definePlugin, slot, z } from '@express-ai-gateway/core/plugin';
import { logging } from '@express-ai-gateway/logging';
import { testPlugin } from '@express-ai-gateway/plugin-kit';
import { type SimulatedProvider, startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import express from 'express';

const seen = slot<number>('seen');

const inHouse = definePlugin({
  name: 'in-house',
  options: z.strictObject({ tenant: z.string() }),
  create: ({ tenant }) => ({
    onRequest(context) {
      context.set(seen, tenant.length);
    },
  }),
});

const config: GatewayConfig = {
  providers: [openai({ apiKey: 'key' }), openaiCompatible({ name: 'local', baseUrl: 'http://127.0.0.1:1/v1' })],
  models: { chat: ['openai/gpt-5-mini', 'local/any'] },
  plugins: [logging(), inHouse({ tenant: 'x' })],
  allowAnonymous: true,
};

// @ts-expect-error an option of the wrong type is refused where it is written
inHouse({ tenant: 1 });

export const gateway: Gateway = aiGateway(config);
export const app = express().use('/ai', gateway);
export const provider: Promise<SimulatedProvider> = startSimulatedProvider();
export const checked: unknown = testPlugin;
