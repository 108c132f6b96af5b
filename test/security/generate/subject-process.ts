// The process under attack: an Express app with the gateway in front of an upstream. Its parent only looks at it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiGateway, harden, Logger, openaiCompatible, provide } from '@express-ai-gateway/core';
import { definePlugin, type Principal, principal } from '@express-ai-gateway/core/plugin';
import express, { type RequestHandler } from 'express';
import { Agent, request } from 'undici';
import { numberHeader } from './requests.ts';
import type { SubjectOptions, SubjectReport } from './subject.ts';

const { upstream, bodyBytes, plant } = JSON.parse(process.argv[2] as string) as SubjectOptions;
const errorLines: string[] = [];
let warnings = 0;
process.on('warning', () => {
  warnings += 1;
});

/** Somebody is logged in, so that everything that belongs to a caller is at work. */
const everybody = definePlugin({
  name: 'everybody',
  provides: [principal],
  create: () => ({ onRequest: (context) => context.set(principal, { id: 'somebody', kind: 'user' } satisfies Principal) }),
})();

/** Reads all that there is to read, and writes every second body's texts back as they are: the way of edits is tried too. */
const reading = definePlugin({
  name: 'reading',
  create: () => ({
    beforeRoute(context) {
      const edits = Number.parseInt(String(context.headers[numberHeader]), 10) % 2 === 1;
      for (const reference of context.call.texts()) {
        const { text } = reference;
        if (edits) reference.replace(text);
      }
      context.call.attachments();
    },
    afterResponse({ response: { body } }) {
      if (body.kind === 'json') body.texts();
    },
  }),
})();

function gateway(): RequestHandler {
  return aiGateway({
    providers: [openaiCompatible({ name: 'up', baseUrl: upstream, apiKey: 'sk-operators-own-secret' })],
    models: { chat: 'up/m' },
    plugins: [everybody, reading],
    services: [
      provide(Logger, {
        enabled: (level) => level === 'error',
        log: (level, text, fields) => void (level === 'error' && errorLines.push(`${text} ${JSON.stringify(fields)}`)),
      }),
    ],
    limits: { bodyBytes, bodyMs: 5_000 },
  });
}

/** What one writes without thinking of bad input. */
function carelessProxy(): RequestHandler {
  const router = express.Router();
  const agent = new Agent();
  router.use(express.json({ limit: bodyBytes }));
  router.post(['/v1/chat/completions', '/v1/embeddings'], async (req, res) => {
    if (plant === 'crashing' && req.body.n === 2) setImmediate(fail);
    if (plant === 'hanging' && req.body.n === 2) return;
    const body = { ...req.body, model: req.body.model.replace('up/', '').replace('chat', 'm') };
    const headers = { 'content-type': 'application/json', [numberHeader]: String(req.headers[numberHeader]) };
    const path = req.path.replace('/v1', '');
    const answer = await request(`${upstream}${path}`, { method: 'POST', headers, body: JSON.stringify(body), dispatcher: agent });
    res.type('json').send(await answer.body.text());
  });
  return router;
}

function fail(): never {
  throw new Error('nobody catches this');
}

const app = express();
app.use('/ai', plant === undefined ? gateway() : carelessProxy());
app.use((_req, res) => void res.status(404).set('x-host', 'yes').json({ host: true }));
const server = harden(createServer(app));

process.on('message', () => {
  const polluted = Object.keys(Object.prototype).length > 0 || 'polluted' in {};
  process.send?.({ polluted, errorLines: errorLines.slice(0, 10), warnings } satisfies SubjectReport);
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
