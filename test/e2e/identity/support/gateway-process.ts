// A gateway as a process of its own, with keys in a store that others share. It tells its parent its port and ends with it.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { aiGateway } from '../../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { admin } from '../../../../plugins/admin/src/index.ts';
import { apiKeys } from '../../../../plugins/auth-keys/src/index.ts';
import { postgresStore } from '../../../../services/store-postgres/src/index.ts';
import { redisStore } from '../../../../services/store-redis/src/index.ts';
import { sqliteStore } from '../../../../services/store-sqlite/src/index.ts';
import type { ProcessSetup } from './gateways.ts';

const { store, upstream, adminSecret, pepper, staleMs } = JSON.parse(process.argv[2] as string) as ProcessSetup;

const stores = {
  sqlite: (path: string) => sqliteStore({ path }),
  redis: (url: string) => redisStore({ url, use: ['keys'] }),
  postgres: (url: string) => postgresStore({ url }),
};

const gateway = aiGateway({
  providers: [openaiCompatible({ name: 'simulated', baseUrl: `${upstream}/v1` })],
  models: { chat: 'simulated/m' },
  plugins: [admin({ secret: adminSecret }), apiKeys({ pepper, staleMs })],
  services: [...stores[store.kind](store.place)],
});

const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit(0));
