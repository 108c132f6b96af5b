import { join } from 'node:path';
import { GatewayConfigError } from '@express-ai-gateway/core';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const { PORT: port = '3000', FOLDER: folder = './data', ADMIN_SECRET: adminSecret, GATEWAY_PEPPER: pepper } = process.env;

const provider = await startSimulatedProvider();
const { app, gateway } = made();
const server = app.listen(Number(port), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`The gateway is at http://127.0.0.1:${port}/ai, its keys are in ${folder}, the provider is simulated. A first key:

GATEWAY_URL=http://127.0.0.1:${port}/ai npx express-ai-gateway keys create --label "my first key"`);
});

function made(): ReturnType<typeof makeApp> {
  try {
    return makeApp({ providerUrl: provider.url, adminSecret, pepper, path: join(folder, 'gateway.db') });
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    console.error(`${error.message}\n\nexport ADMIN_SECRET=$(openssl rand -base64 32) GATEWAY_PEPPER=$(openssl rand -base64 32)`);
    process.exit(1);
  }
}

async function close(): Promise<void> {
  server.close();
  await gateway.close();
  await provider.close();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
