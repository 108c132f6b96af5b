import { join } from 'node:path';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const folder = join(import.meta.dirname, '../logs');
const port = Number(process.env.PORT ?? 3000);
const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(provider.url, folder);
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`The provider is simulated. Each call is a line in ${folder}. Try:
curl http://127.0.0.1:${port}/ai/v1/chat/completions -H 'content-type: application/json' \\
  -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}'`);
});

async function close(): Promise<void> {
  server.close();
  await gateway.close();
  await provider.close();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
