import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { makeApp } from './app.ts';

const provider = await startSimulatedProvider();
const port = Number(process.env.PORT ?? 3000);
makeApp(provider.url).app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`The provider is simulated. Try:
curl -i http://127.0.0.1:${port}/ai/v1/chat/completions -H 'content-type: application/json' -H 'x-team: search' \\
  -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}'`);
});
