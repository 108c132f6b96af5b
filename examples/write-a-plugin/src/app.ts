import { aiGateway, type Gateway, Logger, openaiCompatible, provide } from '@express-ai-gateway/core';
import express, { type Express } from 'express';
import { teamLabel } from './team-label.ts';

/** The team's own logger: one JSON line each. */
const logger: Logger = {
  enabled: (level) => level !== 'debug',
  log: (level, message, fields) => {
    if (level !== 'debug') console.log(JSON.stringify({ level, message, ...fields }));
  },
};

/** An Express app with the gateway at `/ai`; `providerUrl` is any server that speaks OpenAI's API. */
export function makeApp(providerUrl: string): { readonly app: Express; readonly gateway: Gateway } {
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: providerUrl })],
    models: { chat: 'simulated/chat' },
    plugins: [teamLabel({ teams: ['search', 'billing'] })],
    services: [provide(Logger, logger)],
    allowAnonymous: true, // an example on loopback; yours has an authentication plugin
  });
  return { app: express().use('/ai', gateway), gateway };
}
