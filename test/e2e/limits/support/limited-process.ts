// A gateway with rate limits as a process of its own, whose counters others share. It tells its parent its port and ends with it.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { aiGateway } from '../../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { rateLimit } from '../../../../plugins/rate-limit/src/index.ts';
import { postgresStore } from '../../../../services/store-postgres/src/index.ts';
import { redisStore } from '../../../../services/store-redis/src/index.ts';
import { sqliteStore } from '../../../../services/store-sqlite/src/index.ts';
import type { LimitedSetup } from './limited.ts';

const { store, upstream, limits } = JSON.parse(process.argv[2] as string) as LimitedSetup;

/** Tests share their machine with others: what a command may take is not what is tested. */
const deadlineMs = 5_000;

const stores = {
  redis: (url: string) => redisStore({ url, use: ['counters'], deadlineMs }),
  postgres: (url: string) => postgresStore({ url, deadlineMs }),
  sqlite: (path: string) => sqliteStore({ path }),
};

const gateway = aiGateway({
  providers: [openaiCompatible({ name: 'simulated', baseUrl: `${upstream}/v1` })],
  models: { chat: 'simulated/m' },
  allowAnonymous: true,
  plugins: [rateLimit(limits)],
  services: [...stores[store.kind](store.place)],
});

const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit(0));
