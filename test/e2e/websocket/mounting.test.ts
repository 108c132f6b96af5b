import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorRequestHandler, Express } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { webSocket } from '../../../plugins/websocket/src/index.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { expressVersions } from '../support/hosts.ts';
import { until } from './hosted.ts';
import { responseEvents, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

interface Event {
  readonly type: string;
  readonly delta?: string;
}

const upstreamSaying = (text: string) => simulatedSockets({ answer: ({ say }) => say(...responseEvents('resp_1', text)) });

function gatewayTo(url: string): Gateway {
  const gateway = aiGateway({
    providers: [openai({ apiKey: 'sk-operators-own', baseUrl: `${url}/v1` })],
    models: { chat: 'openai/gpt-5' },
    allowAnonymous: true,
    plugins: [webSocket()],
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

/** Serves an app, and hands upgrades to each of these. */
async function serving(app: Express, ...gateways: readonly Gateway[]): Promise<Server> {
  const server = createServer(app);
  for (const gateway of gateways) server.on('upgrade', gateway.upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await Promise.all(gateways.map((gateway) => gateway.ready()));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

function dial(server: Server, path: string): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  onTestFinished(() => socket.terminate());
  return socket;
}

/** What one question is answered, or the status that the upgrade got. */
function answerOf(server: Server, path: string): Promise<string | number> {
  const socket = dial(server, path);
  const texts: string[] = [];
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode as number);
    });
    socket.once('open', () => socket.send(JSON.stringify({ type: 'response.create', model: 'chat', input: 'Hi' })));
    socket.on('message', (data) => {
      const event = JSON.parse(String(data)) as Event;
      if (event.type === 'response.output_text.delta') texts.push(event.delta as string);
      if (event.type === 'response.completed') socket.close();
    });
    socket.once('close', () => resolve(texts.join('')));
  });
}

describe.each(expressVersions)('$version', ({ express }) => {
  it('opens at the root, at a path, and inside a Router; what is beside it is the 404 of the host', async () => {
    const { url } = await upstreamSaying('hello');
    const root = gatewayTo(url);
    expect(await answerOf(await serving(express().use(root), root), '/v1/responses')).toBe('hello');
    const below = gatewayTo(url);
    const router = express.Router();
    router.use('/models', below);
    const host = await serving(express().use('/api', router), below);
    expect(await answerOf(host, '/api/models/v1/responses?x=1')).toBe('hello');
    expect(await answerOf(host, '/v1/responses')).toBe(404);
    expect(await answerOf(host, '/api/v1/responses')).toBe(404);
  });

  it('asks the middleware of the host: a page or an error of its own is the answer, one that waits is waited for', async () => {
    const upstream = await upstreamSaying('hello');
    const gateway = gatewayTo(upstream.url);
    const app = express();
    app.use((req, res, next) => {
      if (req.query.how === 'page') res.status(401).send('<h1>Please log in</h1>');
      else if (req.query.how === 'error') next(new Error('of the host'));
      else setTimeout(next, 20);
    });
    app.use('/ai', gateway);
    const sorry: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(503).send('sorry');
    app.use(sorry);
    const host = await serving(app, gateway);
    expect(await answerOf(host, '/ai/v1/responses?how=page')).toBe(401);
    expect(await answerOf(host, '/ai/v1/responses?how=error')).toBe(503);
    expect(upstream.heads).toEqual([]);
    expect(await answerOf(host, '/ai/v1/responses')).toBe('hello');
  });

  it('two gateways in one app each open their own, whichever hears of the upgrade first', async () => {
    const [one, two] = [gatewayTo((await upstreamSaying('one')).url), gatewayTo((await upstreamSaying('two')).url)];
    const app = express().use('/one', one).use('/two', two);
    for (const host of [await serving(app, one, two), await serving(app, two, one)]) {
      expect(await answerOf(host, '/one/v1/responses')).toBe('one');
      expect(await answerOf(host, '/two/v1/responses')).toBe('two');
      expect(await answerOf(host, '/three/v1/responses')).toBe(404);
    }
  });

  it('a gateway without WebSockets leaves those of another in the app alone, whichever hears of the upgrade first', async () => {
    const one = gatewayTo((await upstreamSaying('one')).url);
    const plain = aiGateway({ providers: [openai({ apiKey: 'sk-operators-own' })], allowAnonymous: true });
    onTestFinished(() => plain.close());
    const app = express().use('/plain', plain).use('/one', one);
    for (const host of [await serving(app, plain, one), await serving(app, one, plain)]) {
      expect(await answerOf(host, '/one/v1/responses')).toBe('one');
      expect(await answerOf(host, '/plain/v1/chat/completions')).toBe(426);
    }
  });
});

it('leaves upgrades of nobody’s here to whoever else listens, and theirs are theirs', async () => {
  const [{ express }] = expressVersions as [(typeof expressVersions)[0]];
  const gateway = gatewayTo((await upstreamSaying('hello')).url);
  const host = await serving(express().use('/ai', gateway), gateway);
  const own = new WebSocketServer({ noServer: true });
  host.on('upgrade', (req, socket, head) => {
    if (req.url === '/chat') own.handleUpgrade(req, socket, head, (client) => client.send('{"type":"chat"}'));
  });
  const chat = dial(host, '/chat');
  const heard: string[] = [];
  chat.on('message', (data) => heard.push(String(data)));
  await until(() => heard.length === 1);
  expect(heard).toEqual(['{"type":"chat"}']);
  expect(await answerOf(host, '/ai/v1/responses')).toBe('hello');
});
