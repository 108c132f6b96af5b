import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';
import { apis, startIdentityProvider } from './identity-provider.ts';

const port = Number(process.env.PORT ?? 3000);
const identityProvider = await startIdentityProvider();
const provider = await startSimulatedProvider();
const { app, gateway } = await makeApp(`http://127.0.0.1:${port}`, provider.url, identityProvider);
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`An identity provider is at ${identityProvider.issuer}; the AI provider is simulated. Try:

TOKEN=$(curl -s ${identityProvider.issuer}/token -u ${identityProvider.caller.clientId}:${identityProvider.caller.clientSecret} \\
  -d grant_type=client_credentials -d scope=chat -d resource=${apis.jwt} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl http://127.0.0.1:${port}/ai/v1/chat/completions -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}'

With resource=${apis.opaque} the token is opaque, and the gateway asks about it.
People sign in at http://127.0.0.1:${port}/login; their browser may then use the gateway.`);
});

async function close(): Promise<void> {
  server.close();
  await gateway.close();
  await provider.close();
  await identityProvider.close();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
