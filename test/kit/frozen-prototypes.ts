import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, openaiCompatible } from '@express-ai-gateway/core';
import { definePlugin, z } from '@express-ai-gateway/core/plugin';

// Run as a process of its own, with `--disable-proto=throw`: from here on nobody can touch what all objects share, and
// whoever only tries throws. Prints what came of whole exchanges.

for (const shared of [Object, Array, Function, Promise, Map, Set]) Object.freeze(shared.prototype);

const poison = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';

async function listening(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const upstream = await listening((req, res) => {
  let body = '';
  req.on('data', (data) => {
    body += data;
  });
  req.on('end', () => {
    const streams = body.includes('"stream":true');
    res.setHeader('content-type', streams ? 'text/event-stream' : 'application/json');
    if (!streams) res.end(`{${poison},"choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}`);
    else res.end(`data: {${poison},"choices":[{"index":0,"delta":{"content":"streamed"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
  });
});

const editing = definePlugin({
  name: 'editing',
  options: z.object({ suffix: z.string() }),
  create: ({ suffix }) => ({
    beforeRoute({ call }) {
      for (const text of call.texts()) text.replace(text.text + suffix);
      call.set(['user'], 'u');
    },
    afterResponse: (context) => context.mapTexts(() => ({ push: (piece) => piece.toUpperCase(), end: () => '' })),
  }),
});

const gateway = aiGateway({
  providers: [openaiCompatible({ name: 'up', baseUrl: `${upstream}/v1` })],
  models: { chat: 'up/m' },
  plugins: [editing(JSON.parse('{"suffix":"!","__proto__":{"polluted":1}}') as { suffix: string })],
  allowAnonymous: true,
});
const url = await listening((req, res) => gateway(req, res, () => res.writeHead(404).end()));

async function chat(more: string): Promise<string> {
  const body = `{"messages":[{"role":"user","content":"x",${poison}}],${poison},${more}}`;
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return `${response.status} ${await response.text()}`;
}

const results = {
  whole: await chat('"model":"chat"'),
  streamed: await chat('"model":"chat","stream":true'),
  unknown: await chat('"model":"constructor"'),
  models: await (await fetch(`${url}/v1/models`)).text(),
  polluted: ({} as Record<string, unknown>).polluted ?? null,
};
await gateway.close();
process.stdout.write(JSON.stringify(results), () => process.exit(0));
