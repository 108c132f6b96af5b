import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { harden, openaiCompatible } from '@express-ai-gateway/core';
import { type SimulatedProvider, startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp, makeGateway } from './app.ts';
import { type Environment, providersFrom } from './providers.ts';

export interface Running {
  /** Without trailing slash. */
  readonly url: string;
  /** What the alias `chat` stands for. */
  readonly targets: readonly string[];
  /** Where the simulated provider is, when there is one. */
  readonly simulatedUrl: string | undefined;
  /** Opens the admin plane; another at every start. */
  readonly adminSecret: string;
  /** Lets open answers finish, then ends everything. */
  close(): Promise<void>;
}

/** Starts the app with the providers of the environment, or with a simulated one. */
export async function start(env: Environment, port: number): Promise<Running> {
  const real = providersFrom(env);
  // Slow enough to see it stream.
  const simulated = real.length === 0 ? await startSimulatedProvider({ firstTokenMs: 200, tokenMs: 30 }) : undefined;
  const configured = simulated === undefined ? real : [fromSimulated(simulated)];
  const adminSecret = randomBytes(32).toString('base64url');
  const gateway = makeGateway(configured, adminSecret);
  const server = harden(createServer(makeApp(gateway)));
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await gateway.close();
    server.closeAllConnections();
    await closed;
    await simulated?.close();
  };
  try {
    await gateway.ready();
    await listen(server, port);
  } catch (error) {
    await close();
    throw error;
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const targets = configured.map(({ provider, model }) => `${provider.name}/${model}`);
  return { url, targets, simulatedUrl: simulated?.url, adminSecret, close };
}

function fromSimulated({ url }: SimulatedProvider) {
  return { provider: openaiCompatible({ name: 'simulated', baseUrl: url }), model: 'chat' };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
