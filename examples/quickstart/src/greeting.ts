import { variables } from './providers.ts';
import type { Running } from './running.ts';

/** What `npm start` says: where the gateway is, who answers, and two ways to try it that work as printed. */
export function greeting({ url, targets, simulatedUrl, adminSecret }: Omit<Running, 'close'>): string {
  const answers =
    simulatedUrl === undefined
      ? `The model "chat" is ${targets.join(', then ')}.`
      : `No provider is configured, so answers are simulated, by a provider of its own at ${simulatedUrl}.\nFor real ones, set one of ${variables.join(', ')}.`;
  return `
The app is at ${url} and the gateway at ${url}/ai
${answers}

Try it:

${curl(url)}

Or with any OpenAI client, here its own SDK:

${snippet(url)}

The admin plane, with a secret of this start alone:

curl ${url}/ai/admin -H 'authorization: Bearer ${adminSecret}'

Ctrl-C ends it.
`;
}

function curl(url: string): string {
  const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Say hello.' }], stream: true });
  return `curl -N ${url}/ai/v1/chat/completions -H 'content-type: application/json' -d '${body}'`;
}

function snippet(url: string): string {
  return `import OpenAI from 'openai';
const client = new OpenAI({ baseURL: '${url}/ai/v1', apiKey: 'any' });
const messages = [{ role: 'user', content: 'Say hello.' }];
const stream = await client.chat.completions.create({ model: 'chat', messages, stream: true });
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
console.log();`;
}
