import { join } from 'node:path';
import { admin } from '@express-ai-gateway/admin';
import { aiGateway, type Gateway } from '@express-ai-gateway/core';
import { logging } from '@express-ai-gateway/logging';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Configured } from './providers.ts';

/** The gateway: the alias `chat` stands for one model of each provider, tried in this order. */
export function makeGateway(configured: readonly Configured[], adminSecret: string): Gateway {
  return aiGateway({
    providers: configured.map(({ provider }) => provider),
    models: { chat: configured.map(({ provider, model }) => `${provider.name}/${model}`) },
    plugins: [admin({ secret: adminSecret }), logging()],
    // Whoever reaches this port may spend the operator's money: fine on loopback, for one. In production an authentication
    // plugin stands first in the list, and this line goes.
    allowAnonymous: true,
  });
}

/** An ordinary Express app: a page, a route of its own, and the gateway at `/ai`. */
export function makeApp(gateway: Gateway): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use('/ai', gateway);
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } })); // plain HTTP
  app.use(express.static(join(import.meta.dirname, '../public')));
  app.get('/api/hello', (_req, res) => {
    res.json({ hello: 'from a route of the app itself' });
  });
  return app;
}
