import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import { dialects } from '../../core/src/dialects/all.ts';
import { GatewayConfigError } from '../../core/src/errors.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide, provideFactory } from '../../core/src/services/container.ts';
import { Logger } from '../../core/src/services/logger.ts';
import { token } from '../../core/src/services/token.ts';
import { anonymous, principal } from '../../core/src/slot.ts';
import { answerWhole, chunk, gate, lastChunk, listening, running, send, upstream } from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { recordingLogger } from './harness/recording-logger.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

const providers = [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })];

describe('a gateway', () => {
  it('is a handler that an app can be asked to use', () => {
    const gateway = aiGateway({ providers, allowAnonymous: true });
    expect(gateway).toBeTypeOf('function');
    expect(gateway).toHaveLength(3); // four parameters would make it an error handler
  });

  it('names every path it answers', () => {
    const { routes } = aiGateway({ providers, allowAnonymous: true });
    const named = routes.map(({ method, path, dialect }) => `${method} ${path} ${dialect}`);
    const ofDialects = dialects.flatMap(({ id, routes: own }) => own.map(({ method, path }) => `${method} ${path} ${id}`));
    expect(named).toEqual([...ofDialects, 'GET /health/live health', 'GET /health/ready health']);
    for (const one of ['POST /v1/chat/completions openai-chat', 'POST /v1/messages anthropic-messages', 'GET /v1/models google-models'])
      expect(named).toContain(one);
  });

  it('answers every path it names', async () => {
    const up = await upstream();
    const { gateway, url } = await running(up.url);
    for (const { method, path } of gateway.routes) {
      const request = http.request(url + path.replace('*', 'chat'), {
        method,
        agent: false,
        headers: { 'content-type': 'application/json' },
      });
      request.end(method === 'POST' ? '{' : undefined);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      await once(response, 'close');
      expect(response.statusCode, path).toBe(method === 'POST' ? 400 : 200);
    }
  });

  it('is not built from a config that cannot work: one error with every problem', () => {
    const build = () => aiGateway({ providers, models: { chat: 'elsewhere/m' }, limits: { bodyBytes: 0 } });
    expect(build).toThrow(GatewayConfigError);
    try {
      build();
    } catch (error) {
      expect((error as GatewayConfigError).problems.map(({ path }) => path).sort()).toEqual(['limits.bodyBytes', 'models.chat[0]']);
    }
  });

  it('opens nothing until it is asked: one that is thrown away leaves nothing', () => {
    aiGateway({ providers, allowAnonymous: true });
    expect(process.getActiveResourcesInfo().filter((name) => /TCP/.test(name))).toEqual([]);
  });

  it('two of the same config share nothing but it', async () => {
    let made = 0;
    const counting = definePlugin({
      name: 'counting',
      create: () => {
        made += 1;
        let seen = 0;
        return {
          onRequest(context) {
            seen += 1;
            context.setHeader('x-seen', String(seen));
          },
        };
      },
    });
    const plugins = [counting()];
    const up = await upstream();
    const [one, other] = [await running(up.url, { plugins }), await running(up.url, { plugins })];
    expect((await one.chat()).headers['x-seen']).toBe('1');
    expect((await one.chat()).headers['x-seen']).toBe('2');
    expect((await other.chat()).headers['x-seen']).toBe('1');
    expect(made).toBe(2);
  });
});

describe('callers', () => {
  const reading = (seen: unknown[]): GatewayPlugin =>
    plugin('reading', { beforeRoute: (context) => void seen.push(context.get(principal)) });

  it('are anonymous where nobody asks who they are', async () => {
    const seen: unknown[] = [];
    const { chat } = await running((await upstream()).url, { plugins: [reading(seen)] });
    await chat();
    expect(seen).toEqual([anonymous]);
  });

  it('are not anonymous where an authenticator is listed, even one that names nobody: nobody comes in', async () => {
    const seen: unknown[] = [];
    const sleeping = definePlugin({ name: 'sleeping', provides: [principal], create: () => ({}) });
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [sleeping(), reading(seen)] });
    expect((await chat()).status).toBe(401);
    expect(seen).toEqual([]);
    expect(up.bodies).toEqual([]);
  });
});

describe('services', () => {
  it('of the config take the place of the defaults, for plugins and for the gateway', async () => {
    const [clock, logger] = [manualClock(42_000), recordingLogger()];
    const times: number[] = [];
    const reading = definePlugin({
      name: 'reading',
      requires: [Clock, Logger],
      create: (_options, { clock: given, logger: own }) => ({
        onRequest(context) {
          times.push(given.now(), context.elapsed());
          own.log('info', 'hello');
        },
      }),
    });
    const { chat } = await running((await upstream()).url, {
      plugins: [reading()],
      services: [provide(Clock, clock), provide(Logger, logger)],
    });
    expect((await chat()).status).toBe(200);
    expect(times).toEqual([42_000, 0]);
    expect(logger.texts('info')).toEqual(['hello {}']);
  });

  it('of the team’s own reach plugins, and are made once per gateway', async () => {
    const Counter = token<{ readonly number: number }>()('CounterOfGatewayTest', 'counter');
    let made = 0;
    const using = (name: string) =>
      definePlugin({
        name,
        requires: [Counter],
        create: (_options, { counter }) => ({ onRequest: (context) => context.setHeader(`x-${name}`, String(counter.number)) }),
      })();
    const count = (): { number: number } => {
      made += 1;
      return { number: made };
    };
    const services = [provideFactory(Counter, count)];
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [using('a'), using('b')], services });
    expect((await chat()).headers).toMatchObject({ 'x-a': '1', 'x-b': '1' });
    const second = await running(up.url, { plugins: [using('a')], services });
    expect((await second.chat()).headers).toMatchObject({ 'x-a': '2' });
  });
});

describe('ready()', () => {
  it('resolves when every plugin has started; requests wait for it', async () => {
    const { open, opened } = gate();
    const up = await upstream();
    const { gateway, chat } = await running(up.url, { plugins: [plugin('slow', { start: () => opened })] });
    let state = 'waiting';
    const ready = gateway.ready().then(() => {
      state = 'ready';
    });
    const answer = chat();
    expect(await raced(answer)).toBe('still waiting');
    expect(state).toBe('waiting');
    open();
    await ready;
    expect((await answer).status).toBe(200);
  });

  it('rejects with why it could not start; requests are told to come later', async () => {
    const broken = plugin('broken', {
      start: () => {
        throw new Error('no database');
      },
    });
    const { gateway, chat, logger } = await running((await upstream()).url, { plugins: [broken] });
    await expect(gateway.ready()).rejects.toThrow('no database');
    const answer = await chat();
    expect(answer).toMatchObject({ status: 503, json: { error: { code: 'GW_NOT_READY' } }, headers: { 'retry-after': '1' } });
    expect(answer.text).not.toContain('no database');
    expect(logger.texts('error').join()).toContain('broken');
  });

  /** Whether a promise is still pending after everything that can happen at once has happened. */
  async function raced(answer: Promise<unknown>): Promise<unknown> {
    const later = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 50));
    return Promise.race([answer, later]);
  }
});

describe('close()', () => {
  it('waits for what is under way, disposes plugins in reverse, then closes services', async () => {
    const notes: string[] = [];
    const Store = token<{ close(): void }>()('StoreOfGatewayTest', 'store');
    const { open: asked, opened: wasAsked } = gate();
    const { open: answer, opened: mayAnswer } = gate();
    const up = await upstream(async (req, res, body) => {
      asked();
      await mayAnswer;
      answerWhole('at last')(req, res, body);
    });
    const noting = (name: string): GatewayPlugin =>
      definePlugin({
        name,
        requires: [Store],
        create: () => ({
          onRequest: (context) => context.onSettled(() => void notes.push(`${name} settled`)),
          dispose: () => void notes.push(`${name} disposed`),
        }),
      })();
    const { gateway, chat } = await running(up.url, {
      plugins: [noting('a'), noting('b')],
      services: [provideFactory(Store, () => ({ close: () => void notes.push('store closed') }))],
    });
    const slow = chat();
    await wasAsked;
    const closed = gateway.close();
    expect((await chat()).json.error?.code).toBe('GW_CLOSING');
    expect(notes).toEqual([]);
    answer();
    expect((await slow).json.choices?.[0]?.message.content).toBe('at last');
    await closed;
    expect(notes).toEqual(['a settled', 'b settled', 'b disposed', 'a disposed', 'store closed']);
  });

  it('is the same promise however often it is called', async () => {
    const notes: string[] = [];
    const { gateway } = await running((await upstream()).url, { plugins: [plugin('one', { dispose: () => void notes.push('disposed') })] });
    expect(gateway.close()).toBe(gateway.close());
    await gateway.close();
    expect(notes).toEqual(['disposed']);
  });

  it('waits for a start that is under way, and disposes what it started', async () => {
    const notes: string[] = [];
    const { open, opened } = gate();
    const slow = plugin('slow', {
      start: async () => {
        await opened;
        notes.push('started');
      },
      dispose: () => void notes.push('disposed'),
    });
    const { gateway } = await running((await upstream()).url, { plugins: [slow] });
    const closed = gateway.close();
    open();
    await closed;
    expect(notes).toEqual(['started', 'disposed']);
  });

  it('tells streams that take too long, in their own dialect, and ends them', async () => {
    const clock = manualClock();
    const { open: asked, opened: wasAsked } = gate();
    const up = await upstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('one'));
      res.once('close', () => {});
      asked();
    });
    const { gateway, chat, url } = await running(up.url, { services: [provide(Clock, clock)], timeouts: { closeMs: 5_000 } });
    const first = gate();
    const watching = http.request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    let text = '';
    watching.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (data: string) => {
        text += data;
        first.open();
      });
      response.on('error', () => {}); // cut, as it should be
    });
    watching.end(JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }], stream: true }));
    await wasAsked;
    await first.opened;
    const closed = gateway.close();
    await new Promise((resolve) => setImmediate(resolve)); // the drain has begun
    clock.advance(4_999);
    expect(text).not.toContain('GW_CLOSING');
    clock.advance(1);
    await closed;
    await once(watching, 'close');
    expect(text.startsWith(chunk('one'))).toBe(true);
    expect(text).toContain('GW_CLOSING');
    expect(text).not.toContain(lastChunk);
    expect((await chat()).status).toBe(503);
    expect(clock.armed).toBe(0);
  });

  it('closes the sockets to its providers, which are kept and used again until then', async () => {
    const sockets = new Set<Socket>();
    const up = await upstream((req, res, body) => {
      sockets.add(req.socket);
      answerWhole('hello')(req, res, body);
    });
    const { gateway, chat } = await running(up.url);
    await chat();
    await chat();
    expect(sockets.size).toBe(1);
    const [socket] = sockets;
    expect(socket?.destroyed).toBe(false);
    await gateway.close();
    // Left alone, an idle socket stays for four seconds.
    await vi.waitFor(() => expect(socket?.destroyed).toBe(true), { timeout: 1_500, interval: 5 });
  });
});

describe('an upgrade', () => {
  it('of a path of its own is refused at once: no WebSocket hangs; others are left to who else listens', async () => {
    const { gateway } = await running((await upstream()).url);
    const server = await listening((_req, res) => res.end());
    server.on('upgrade', gateway.upgrade);
    server.on('upgrade', (req, socket) => {
      if (req.url === '/chat-room') socket.end('HTTP/1.1 409 Taken\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    });
    const status = async (path: string): Promise<number | undefined> => {
      const request = http.request(server.url + path, { agent: false, headers: { connection: 'Upgrade', upgrade: 'websocket' } }).end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      await once(response, 'close');
      return response.statusCode;
    };
    expect(await status('/ai/v1/chat/completions')).toBe(426);
    expect(await status('/chat-room')).toBe(409);
  });
});

it('a gateway without an app answers through any server', async () => {
  const up = await upstream(answerWhole('hello'));
  const gateway = aiGateway({ providers: [openaiCompatible({ name: 'up', baseUrl: `${up.url}/v1` })], allowAnonymous: true });
  onTestFinished(() => gateway.close());
  const server = await listening((req, res) => gateway(req, res, () => res.writeHead(404).end()));
  const body = { model: 'up/any', messages: [{ role: 'user', content: 'Hi' }] };
  expect((await send(`${server.url}/v1/chat/completions`, body)).json.choices?.[0]?.message.content).toBe('hello');
});
