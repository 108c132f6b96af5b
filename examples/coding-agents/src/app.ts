import { aiGateway, type Gateway } from '@express-ai-gateway/core';
import express, { type Express } from 'express';
import type { Backends } from './backends.ts';

/** An Express app with the gateway at `/ai`, as coding agents need it. */
export function makeApp({ providers, models }: Backends): { readonly app: Express; readonly gateway: Gateway } {
  const gateway = aiGateway({
    providers,
    models,
    limits: { bodyBytes: 32 * 1024 * 1024 }, // a long session with screenshots is one body
    allowAnonymous: true, // an example on loopback; yours has an authentication plugin
  });
  const app = express();
  app.disable('x-powered-by');
  // Claude Code looks whether its base URL answers before it asks anything; the gateway leaves this path to the app.
  app.get('/ai', (_req, res) => {
    res.type('text').send('An AI gateway. See /ai/v1/models.\n');
  });
  app.use('/ai', gateway);
  return { app, gateway };
}
