import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, ModelCatalog, openaiCompatible, provide } from '@express-ai-gateway/core';
import express from 'express';
import type { Profile } from './profile.ts';
import { healthyRoute, type Route, routes } from './rows.ts';
import type { Subject } from './subject.ts';

/** What can be switched off, one at a time: its row must fail then. */
export type Part = 'retries' | 'breaker' | 'recovery' | 'first-token limit' | 'fallback' | 'context windows';

/** The gateway of this repository, as it comes: all its resilience is on by default, and only times are divided. */
export const gateway: Subject = gatewayWithout();

export function gatewayWithout(part?: Part): Subject {
  return {
    name: part === undefined ? 'gateway' : `gateway without ${part}`,
    async start(wallUrl, profile) {
      const own = aiGateway(configOf(wallUrl, profile, part));
      await own.ready();
      const server = createServer(express().use(own));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
        async close() {
          await own.close();
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

function configOf(wallUrl: string, { factor }: Profile, without: Part | undefined): Parameters<typeof aiGateway>[0] {
  const all = [...routes, healthyRoute];
  const windows = new Map(all.flatMap(({ targets }) => targets.map(({ model, contextWindow }) => [`wall/${model}`, contextWindow])));
  const facts = (id: string): { contextTokens: number } | undefined => {
    const contextTokens = without === 'context windows' ? undefined : windows.get(id);
    return contextTokens === undefined ? undefined : { contextTokens };
  };
  return {
    providers: [openaiCompatible({ name: 'wall', baseUrl: wallUrl, apiKey: 'sk-wall' })],
    models: Object.fromEntries(all.map((route) => [route.alias, targetsOf(route, without)])),
    allowAnonymous: true,
    services: [provide(ModelCatalog, { facts: ({ id }) => facts(id) })],
    timeouts: { idleMs: 30_000 / factor, firstByteMs: 30_000 / factor, heartbeatMs: 15_000 / factor },
    resilience: {
      retries: without === 'retries' ? 0 : 2,
      backoff: { baseMs: 500 / factor, capMs: 8_000 / factor, toldCapMs: 10_000 / factor },
      firstTokenMs: (without === 'first-token limit' ? 30_000 : 10_000) / factor,
      silenceMs: 10_000 / factor,
      recovery: without === 'recovery' ? 'error' : 'resume',
      breaker: without === 'breaker' ? false : { windowMs: 10_000 / factor, probeMs: 10_000 / factor },
    },
  };
}

function targetsOf({ targets }: Route, without: Part | undefined): string[] {
  const names = targets.map(({ model }) => `wall/${model}`);
  return without === 'fallback' ? names.slice(0, 1) : names;
}
