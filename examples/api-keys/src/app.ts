import { admin } from '@express-ai-gateway/admin';
import { apiKeys } from '@express-ai-gateway/auth-keys';
import { aiGateway, type Gateway, openaiCompatible } from '@express-ai-gateway/core';
import { sqliteStore } from '@express-ai-gateway/store-sqlite';
import express, { type Express } from 'express';

export interface Settings {
  readonly providerUrl: string;
  readonly adminSecret: string | undefined;
  readonly pepper: string | undefined;
  /** Of the file with keys and audit log. */
  readonly path: string;
}

/** An Express app whose gateway lets in who has a key. Keys are managed at `/ai/admin`, and kept over restarts. */
export function makeApp({ providerUrl, adminSecret, pepper, path }: Settings): { readonly app: Express; readonly gateway: Gateway } {
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: providerUrl })],
    models: { chat: 'simulated/chat', draft: 'simulated/draft' },
    plugins: [admin({ secret: adminSecret }), apiKeys({ pepper: pepper ?? '' })],
    services: [...sqliteStore({ path })],
  });
  return { app: express().use('/ai', gateway), gateway };
}
