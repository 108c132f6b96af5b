import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';
import { backendsFrom, simulatedBackends, variables } from './backends.ts';
import { printed } from './configurations.ts';

const port = Number(process.env.PORT ?? 3000);
const real = backendsFrom(process.env);
const simulated = real === undefined ? await startSimulatedProvider({ tokenMs: 30 }) : undefined;
const { app, gateway } = makeApp(real ?? simulatedBackends(simulated?.url ?? ''));
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  const who = real === undefined ? `The provider is simulated; set one of ${variables.join(', ')} for a real one.` : '';
  console.log(`${who}\n\n${printed(`http://127.0.0.1:${port}/ai`)}`.trim());
});

async function close(): Promise<void> {
  server.close();
  await gateway.close();
  await simulated?.close();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
