import { randomBytes } from 'node:crypto';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';
import { People } from './people.ts';

const port = Number(process.env.PORT ?? 3000);
const password = randomBytes(9).toString('base64url');
const people = new People();
people.add({ name: 'ann', org: 'acme', plan: 'pro' }, password);
const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(people, provider.url);
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  const url = `http://127.0.0.1:${port}`;
  console.log(`The provider is simulated. Sign in, then call with the session's cookie:

curl -c cookies.txt ${url}/login -d 'username=ann&password=${password}'
curl -b cookies.txt ${url}/ai/v1/chat/completions -H 'content-type: application/json' \\
  -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}'`);
});

async function close(): Promise<void> {
  server.close();
  await gateway.close();
  await provider.close();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
