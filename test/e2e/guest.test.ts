import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Express, Router } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { Gateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../core/src/services/container.ts';
import { token } from '../../core/src/services/token.ts';
import {
  answerStream,
  answerWhole,
  chunk,
  doneFrame,
  gate,
  lastChunk,
  listening,
  send,
  type Upstream,
  upstream,
} from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { compression, expressVersions, guestGateway, hosting, rawExchange } from './support/hosts.ts';

leavesNothing();

/** Spelled as no serialiser would: whoever writes it anew gives himself away. */
const oddBody = '{ "model" : "chat",\n  "messages": [{"content":"caf\\u00e9 \\/ 1.0","role":"user"}], "seed": 12345678901234567890 }';
const oddBodySpliced = oddBody.replace('"chat"', '"m"');
const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };

/** A GET (or another method without a body), with what came back. */
async function fetched(
  url: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string; bytes: Buffer }> {
  const request = http.request(url, { method, agent: false, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  return { status: response.statusCode as number, headers: response.headers, text: bytes.toString('utf8'), bytes };
}

/** An answer that goes on only when the test says so. */
function pacedStream(): { readonly answer: Upstream; readonly next: () => void } {
  let go = gate();
  const next = (): void => {
    go.open();
    go = gate();
  };
  const answer: Upstream = async (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const word of ['one', 'two', 'three']) {
      res.write(chunk(word));
      await go.opened;
    }
    res.end(lastChunk + doneFrame);
  };
  return { answer, next };
}

/** A chat stream as it comes in: resolves with all that came once it holds a word. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const request = http.request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  request.end(JSON.stringify({ ...question, stream: true }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (data: string) => {
    text += data;
  });
  const until = async (word: string): Promise<string> => {
    while (!text.includes(word)) await once(response, 'data');
    return text;
  };
  return { response, until, leave: () => request.destroy() };
}

describe.each(expressVersions)('in $version', ({ express }) => {
  describe('mounted', () => {
    type Mount = (app: Express, gateway: Gateway) => unknown;
    const inRouter = (make: (router: Router) => unknown, options = {}): Router => {
      const router = express.Router(options);
      make(router);
      return router;
    };
    const mounts: readonly [where: string, base: string, Mount][] = [
      ['at the root', '', (app, gateway) => app.use(gateway)],
      ['at a path', '/ai', (app, gateway) => app.use('/ai', gateway)],
      ['at a deep path', '/api/v2/ai', (app, gateway) => app.use('/api/v2/ai', gateway)],
      ['at one of several paths', '/b', (app, gateway) => app.use(['/a', '/b'], gateway)],
      ['at a path with a parameter', '/acme/ai', (app, gateway) => app.use('/:tenant/ai', gateway)],
      [
        'in a Router',
        '/ai',
        (app, gateway) =>
          app.use(
            '/ai',
            inRouter((router) => router.use(gateway)),
          ),
      ],
      [
        'at a path of a Router',
        '/api/ai',
        (app, gateway) =>
          app.use(
            '/api',
            inRouter((router) => router.use('/ai', gateway)),
          ),
      ],
      [
        'in a Router with parameters that are merged',
        '/tenants/acme/apps/7',
        (app, gateway) =>
          app.use(
            '/tenants/:tenant',
            inRouter(
              (router) =>
                router.use(
                  '/apps/:app',
                  inRouter((inner) => inner.use(gateway), { mergeParams: true }),
                ),
              {
                mergeParams: true,
              },
            ),
          ),
      ],
      [
        'in a strict Router that minds the case',
        '/Ai',
        (app, gateway) =>
          app.use(
            '/Ai',
            inRouter((router) => router.use(gateway), { strict: true, caseSensitive: true }),
          ),
      ],
      ['in an app inside the app', '/sub/ai', (app, gateway) => app.use('/sub', express().use('/ai', gateway))],
      ['after other middleware of its line', '/ai', (app, gateway) => app.use('/ai', (_req, _res, next) => next(), gateway)],
      ['at its exact path', '', (app, gateway) => app.all(['/v1/chat/completions', '/v1/models'], gateway)],
    ];

    it.each(mounts)('%s: answers, streams and lists models', async (_where, base, mount) => {
      const up = await upstream((req, res, body) =>
        (body.includes('"stream":true') ? answerStream('Hel', 'lo') : answerWhole('Hello'))(req, res, body),
      );
      const app = express();
      mount(app, guestGateway(up.url).gateway);
      const host = await hosting(app);
      const whole = await send(`${host.url}${base}/v1/chat/completions`, oddBody);
      expect(whole).toMatchObject({ status: 200, json: { choices: [{ message: { content: 'Hello' } }] } });
      expect(up.bodies).toEqual([oddBodySpliced]);
      const streamed = await send(`${host.url}${base}/v1/chat/completions`, { ...question, stream: true });
      expect(streamed.text).toBe(chunk('Hel') + chunk('lo') + lastChunk + doneFrame);
      expect(JSON.parse((await fetched(`${host.url}${base}/v1/models`)).text)).toMatchObject({ data: [{ id: 'chat' }, { id: 'up/m' }] });
      expect(host.notFound).toEqual([]);
      expect(host.errors).toEqual([]);
    });

    it('answers its own paths only; everything else is the next in line to answer, at once and untouched', async () => {
      const up = await upstream();
      const seen: unknown[] = [];
      const app = express();
      app.use('/ai', guestGateway(up.url).gateway);
      app.use((req, res, next) => {
        seen.push([req.method, req.url, req.baseUrl, req.originalUrl, res.getHeaderNames().filter((name) => name !== 'x-powered-by')]);
        next();
      });
      const host = await hosting(app);
      const others = [
        '/',
        '/ai',
        '/ai/',
        '/ai/v1',
        '/ai/v1/',
        '/ai/v1/chat',
        '/ai/v1/chat/completions/', // no SDK sends a slash at the end; a route is exactly its path
        '/ai/V1/chat/completions',
        '/ai/v1/chat%2Fcompletions',
        '/ai/v1/%63hat/completions',
        '/ai/v1/chat/completions/../completions',
        '/ai/v1/chat/completions;tenant=1',
        '/ai/v1/models/',
        '/ai/v1/modelsx',
        '/v1/chat/completions',
        '/aix/v1/chat/completions',
        '/%61i/v1/chat/completionz',
      ];
      for (const path of others) {
        const line = `POST ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
        const answer = await rawExchange(host.url, line);
        expect(answer, path).toContain('<h1>Nothing here</h1>');
      }
      expect(seen).toEqual(others.map((path) => ['POST', path, '', path, []]));
      expect(up.bodies).toEqual([]);
    });

    it('minds the case of its mount only where the app does', async () => {
      const up = await upstream();
      const { gateway } = guestGateway(up.url);
      const lax = await hosting(express().use('/ai', gateway));
      expect((await send(`${lax.url}/AI/v1/chat/completions`, question)).status).toBe(200);
      const strict = express();
      strict.enable('case sensitive routing');
      strict.enable('strict routing');
      const exact = await hosting(strict.use('/ai', gateway));
      expect((await send(`${exact.url}/ai/v1/chat/completions`, question)).status).toBe(200);
      expect((await send(`${exact.url}/AI/v1/chat/completions`, question)).text).toContain('Nothing here');
    });

    it('takes a query: plugins see it, the upstream does not', async () => {
      const targets: (string | undefined)[] = [];
      const up = await upstream((req, res, body) => {
        targets.push(req.url);
        return answerWhole('Hello')(req, res, body);
      });
      const seen: unknown[] = [];
      const plugins = [
        definePlugin({ name: 'reader', create: () => ({ onRequest: ({ path, query }) => void seen.push([path, query]) }) })(),
      ];
      const host = await hosting(express().use('/ai', guestGateway(up.url, { plugins }).gateway));
      expect((await send(`${host.url}/ai/v1/chat/completions?tenant=1&x=%2F`, question)).status).toBe(200);
      expect((await send(`${host.url}/ai/v1/chat/completions?`, question)).status).toBe(200);
      expect(seen).toEqual([
        ['/v1/chat/completions', 'tenant=1&x=%2F'],
        ['/v1/chat/completions', ''],
      ]);
      expect(targets).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    });

    it('finds a model by its percent-encoded name, and knows none by a name that does not decode', async () => {
      const up = await upstream();
      const host = await hosting(express().use('/ai', guestGateway(up.url).gateway));
      for (const path of ['up%2Fm', 'up/m', 'chat', '%63hat'])
        expect(await fetched(`${host.url}/ai/v1/models/${path}`), path).toMatchObject({ status: 200 });
      for (const path of ['%E0%A4%A', 'up%252Fm', 'up', 'Chat', 'chat/']) {
        const answer = await fetched(`${host.url}/ai/v1/models/${path}`);
        expect(answer, path).toMatchObject({ status: 404 });
        expect(JSON.parse(answer.text), path).toMatchObject({ error: { code: 'GW_UNKNOWN_MODEL' } });
      }
      expect(host.notFound).toEqual([]);
    });

    it('refuses other methods of its paths, with those it takes', async () => {
      const up = await upstream();
      const host = await hosting(express().use('/ai', guestGateway(up.url).gateway));
      const cases = [
        ['GET', '/v1/chat/completions', 'POST'],
        ['PUT', '/v1/embeddings', 'POST'],
        ['DELETE', '/v1/models/chat', 'GET'],
        ['OPTIONS', '/v1/chat/completions', 'POST'],
      ] as const;
      for (const [method, path, allow] of cases) {
        const answer = await fetched(`${host.url}/ai${path}`, method);
        expect(answer, method).toMatchObject({ status: 405, headers: { allow: expect.stringContaining(allow) } });
        expect(JSON.parse(answer.text), method).toMatchObject({ error: { code: 'GW_METHOD_NOT_ALLOWED' } });
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
      expect(host.notFound).toEqual([]);
    });

    it('answers HEAD where it answers GET: the same head, no body', async () => {
      const up = await upstream();
      const host = await hosting(express().use('/ai', guestGateway(up.url).gateway));
      const [got, head] = [await fetched(`${host.url}/ai/v1/models`), await fetched(`${host.url}/ai/v1/models`, 'HEAD')];
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers['content-length']).toBe(got.headers['content-length']);
      expect((await fetched(`${host.url}/ai/v1/chat/completions`, 'HEAD')).status).toBe(405);
    });
  });

  describe('with body parsers of the host', () => {
    const parsers = [
      ['express.json()', express.json()],
      ['express.json() of every type', express.json({ type: () => true })],
      ['express.raw()', express.raw({ type: () => true })],
      ['express.text()', express.text({ type: () => true })],
      ['express.urlencoded()', express.urlencoded({ extended: true })],
      ['all of them', [express.urlencoded({ extended: false }), express.text(), express.raw(), express.json()]],
    ] as const;
    const parsedAnew = new Set(['express.json()', 'express.json() of every type', 'all of them']);
    const reserialised = JSON.stringify(JSON.parse(oddBodySpliced));

    it.each(parsers)('%s after it: the upstream gets the exact bytes', async (_name, parser) => {
      const up = await upstream();
      const app = express().use('/ai', guestGateway(up.url).gateway);
      app.use(parser as never).post('/echo', (req, res) => void res.json(req.body ?? null));
      const host = await hosting(app);
      expect((await send(`${host.url}/ai/v1/chat/completions`, oddBody)).status).toBe(200);
      expect(up.bodies).toEqual([oddBodySpliced]);
    });

    it.each(parsers)('%s before it: answers and streams with what it left', async (name, parser) => {
      const up = await upstream();
      const app = express()
        .use(parser as never)
        .use('/ai', guestGateway(up.url).gateway);
      const host = await hosting(app);
      expect((await send(`${host.url}/ai/v1/chat/completions`, oddBody)).status).toBe(200);
      expect(up.bodies).toEqual([parsedAnew.has(name) ? reserialised : oddBodySpliced]);
    });

    it.each(parsers)('%s before it: broken JSON is refused by whoever reads it', async (name, parser) => {
      const up = await upstream();
      const app = express()
        .use(parser as never)
        .use('/ai', guestGateway(up.url).gateway);
      const host = await hosting(app);
      const answer = await send(`${host.url}/ai/v1/chat/completions`, '{"model":');
      if (parsedAnew.has(name)) expect(host.errors).toMatchObject([{ status: 400 }]);
      else expect(answer).toMatchObject({ status: 400, json: { error: { code: 'GW_BAD_JSON' } } });
      expect(up.bodies).toEqual([]);
    });

    it.each(parsers)('%s before it: a client that leaves still closes the upstream', async (_name, parser) => {
      const { open, opened } = gate();
      const { open: left, opened: hasLeft } = gate();
      const up = await upstream((_req, res) => {
        res.once('close', () => left());
        open();
      });
      const app = express()
        .use(parser as never)
        .use('/ai', guestGateway(up.url).gateway);
      const host = await hosting(app);
      const leaving = new AbortController();
      const answer = send(`${host.url}/ai/v1/chat/completions`, question, { signal: leaving.signal }).catch(() => 'left');
      await opened;
      leaving.abort();
      await hasLeft;
      expect(await answer).toBe('left');
    });

    it('says what happened, and the fix, when something read the body and left nothing of it', async () => {
      const up = await upstream();
      const app = express();
      app.use((req, _res, next) => {
        req.on('end', () => next());
        req.resume();
      });
      const host = await hosting(app.use('/ai', guestGateway(up.url).gateway));
      const answer = await send(`${host.url}/ai/v1/chat/completions`, question);
      expect(answer).toMatchObject({ status: 500, json: { error: { code: 'GW_BODY_CONSUMED' } } });
      expect(answer.json.error?.message).toMatch(/read the request body before the gateway.*express\.json\(\)/);
      expect(host.errors).toEqual([]);
    });

    it('says so too when only the beginning was read', async () => {
      const up = await upstream();
      const app = express();
      app.use((req, _res, next) => {
        req.once('data', () => {
          req.pause();
          next();
        });
      });
      const host = await hosting(app.use('/ai', guestGateway(up.url).gateway));
      const padded = { ...question, messages: [{ role: 'user', content: 'x'.repeat(1_000_000) }] };
      const answer = await send(`${host.url}/ai/v1/chat/completions`, padded);
      expect(answer).toMatchObject({ status: 500, json: { error: { code: 'GW_BODY_CONSUMED' } } });
      expect(up.bodies).toEqual([]);
    });

    it('shares the body with middleware that listens to it as text', async () => {
      const up = await upstream();
      const heard: string[] = [];
      const app = express();
      // The usual way to keep a raw body for a webhook's signature.
      app.use((req, _res, next) => {
        let raw = '';
        req.setEncoding('utf8');
        req.on('data', (data: string) => {
          raw += data;
        });
        req.on('end', () => heard.push(raw));
        next();
      });
      const { gateway } = guestGateway(up.url);
      await gateway.ready();
      const host = await hosting(app.use('/ai', gateway));
      const long = oddBody.replace('1.0', 'é🙂'.repeat(100_000));
      expect((await send(`${host.url}/ai/v1/chat/completions`, long)).status).toBe(200);
      expect(heard).toEqual([long]);
      expect(up.bodies).toEqual([long.replace('"chat"', '"m"')]);
    });
  });

  describe('behind other middleware', () => {
    const strict = definePlugin({
      name: 'strict',
      create: () => ({ onRequest: (context) => context.setHeader('cache-control', 'no-store') }),
    })();

    it.each([
      ['gzip', []],
      ['br', []],
      ['deflate', []],
      ['gzip, deflate, br', []],
      ['gzip', [strict]], // what a plugin says of caches says nothing of compression
    ])('compression() (%s) lets a stream through event by event', async (encoding, plugins) => {
      const paced = pacedStream();
      const up = await upstream(paced.answer);
      const host = await hosting(
        express()
          .use(compression({ threshold: 0 }))
          .use('/ai', guestGateway(up.url, { plugins }).gateway),
      );
      const stream = await openStream(`${host.url}/ai`, { 'accept-encoding': encoding });
      for (const [word, later] of [
        ['one', 'two'],
        ['two', 'three'],
      ] as const) {
        const came = await stream.until(word);
        expect(came).not.toContain(later); // the upstream has not said it yet
        paced.next();
      }
      await stream.until('three');
      paced.next();
      expect(await stream.until('[DONE]')).toBe(chunk('one') + chunk('two') + chunk('three') + lastChunk + doneFrame);
      expect(stream.response.headers['content-encoding']).toBeUndefined();
    });

    it('compression() keeps wrapped streams and their errors as they are', async () => {
      const up = await upstream((_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.end(`${chunk('one')}data: {"error":{"message":"over"}}\n\n`);
      });
      const plugins = [
        definePlugin({
          name: 'loud',
          create: () => ({ afterResponse: (context) => context.mapTexts(() => ({ push: (text) => text.toUpperCase(), end: () => '' })) }),
        })(),
      ];
      const host = await hosting(
        express()
          .use(compression({ threshold: 0 }))
          .use('/ai', guestGateway(up.url, { plugins }).gateway),
      );
      const answer = await send(
        `${host.url}/ai/v1/chat/completions`,
        { ...question, stream: true },
        { headers: { 'accept-encoding': 'gzip' } },
      );
      expect(answer).toMatchObject({ status: 200, broken: true });
      expect(answer.text).toContain(chunk('ONE'));
      expect(answer.text).toContain('GW_UPSTREAM_STREAM_ERROR');
    });

    it('compression() compresses whole answers, and they say the same', async () => {
      const text = 'Grüße an alle 🙂 '.repeat(500);
      const up = await upstream(answerWhole(text));
      const host = await hosting(express().use(compression()).use('/ai', guestGateway(up.url).gateway));
      const request = http.request(`${host.url}/ai/v1/chat/completions`, {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      });
      request.end(JSON.stringify(question));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      expect(response.headers['content-encoding']).toBe('gzip');
      const json = JSON.parse(gunzipSync(Buffer.concat(parts)).toString('utf8')) as {
        choices: [{ message: { content: string } }];
      };
      expect(json.choices[0].message.content).toBe(text);
    });

    it('compression() is told of a client that leaves in the middle of a stream', async () => {
      const { open: left, opened: hasLeft } = gate();
      const up = await upstream((_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(chunk('one'));
        res.once('close', () => left());
      });
      const host = await hosting(express().use(compression()).use('/ai', guestGateway(up.url).gateway));
      const stream = await openStream(`${host.url}/ai`, { 'accept-encoding': 'gzip' });
      await stream.until('one');
      stream.leave();
      await hasLeft;
    });

    it('headers that the host set stay on whole answers, streams and errors', async () => {
      const up = await upstream((req, res, body) =>
        (body.includes('"stream":true') ? answerStream('Hi') : answerWhole('Hi'))(req, res, body),
      );
      const app = express();
      app.use((_req, res, next) => {
        res.setHeader('content-security-policy', "default-src 'self'");
        res.setHeader('strict-transport-security', 'max-age=31536000');
        res.setHeader('x-content-type-options', 'nosniff');
        res.setHeader('set-cookie', ['a=1', 'b=2']);
        res.setHeader('x-request-id', 'of the host');
        res.removeHeader('x-powered-by');
        next();
      });
      const host = await hosting(app.use('/ai', guestGateway(up.url).gateway));
      const url = `${host.url}/ai/v1/chat/completions`;
      for (const body of [question, { ...question, stream: true }, { ...question, model: 'nobody' }, '{']) {
        const { headers } = await send(url, body);
        expect(headers).toMatchObject({
          'content-security-policy': "default-src 'self'",
          'strict-transport-security': 'max-age=31536000',
          'x-content-type-options': 'nosniff',
          'set-cookie': ['a=1', 'b=2'],
          'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/), // one id, the exchange's
        });
        expect(headers['x-powered-by']).toBeUndefined();
      }
    });

    it('CORS is the host’s: its middleware answers preflights, and its headers stay on our answers', async () => {
      const up = await upstream();
      const app = express();
      app.use('/ai', (req, res, next) => {
        res.setHeader('access-control-allow-origin', 'https://app.example');
        if (req.method === 'OPTIONS') res.status(204).end();
        else next();
      });
      const host = await hosting(app.use('/ai', guestGateway(up.url).gateway));
      const url = `${host.url}/ai/v1/chat/completions`;
      expect(await fetched(url, 'OPTIONS', { origin: 'https://app.example', 'access-control-request-method': 'POST' })).toMatchObject({
        status: 204,
        headers: { 'access-control-allow-origin': 'https://app.example' },
      });
      expect((await send(url, question)).headers['access-control-allow-origin']).toBe('https://app.example');
    });

    it.each([
      ['loopback', '203.0.113.9'],
      [1, '203.0.113.9'],
      [true, '127.0.0.1'], // then it is what the client says, which nobody should believe (AUTH-14)
      [false, '127.0.0.1'],
    ])('trust proxy %s: plugins see the address that the host believes, %s', async (trusted, ip) => {
      const up = await upstream();
      const seen: unknown[] = [];
      const plugins = [definePlugin({ name: 'reader', create: () => ({ onRequest: (context) => void seen.push(context.ip) }) })()];
      const app = express();
      app.set('trust proxy', trusted);
      const host = await hosting(app.use('/ai', guestGateway(up.url, { plugins }).gateway));
      await send(`${host.url}/ai/v1/chat/completions`, question, { headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(seen).toEqual([ip]);
    });

    it('that answers in its place (a time limit of the host) ends the exchange, and the upstream with it', async () => {
      const { open: left, opened: hasLeft } = gate();
      const { open: settle, opened: settled } = gate<unknown>();
      const { open: asked, opened: wasAsked } = gate();
      const up = await upstream((_req, res) => {
        res.once('close', () => left());
        asked();
      });
      const plugins = [
        definePlugin({
          name: 'watching',
          create: () => ({ onRequest: (context) => context.onSettled(({ outcome, status }) => settle({ outcome, status })) }),
        })(),
      ];
      const app = express();
      app.use((_req, res, next) => {
        void wasAsked.then(() => res.status(503).send('Too slow for us.'));
        next();
      });
      const { gateway, logger } = guestGateway(up.url, { plugins });
      const host = await hosting(app.use('/ai', gateway));
      expect(await send(`${host.url}/ai/v1/chat/completions`, question)).toMatchObject({ status: 503, text: 'Too slow for us.' });
      await hasLeft;
      expect(await settled).toEqual({ outcome: 'aborted', status: 499 });
      expect(logger.texts('error')).toEqual([]);
    });
  });

  describe('beside the host’s own answers', () => {
    const failing: readonly [what: string, status: number, code: string | null, Upstream | undefined, body?: object | string][] = [
      ['an upstream’s 400', 400, 'context_length_exceeded', refusing(400, 'context_length_exceeded')],
      ['an upstream’s 401', 502, 'GW_UPSTREAM_AUTH', refusing(401)],
      ['an upstream’s 404', 404, 'model_not_found', refusing(404, 'model_not_found')],
      [
        'an upstream’s 404 page',
        400,
        'GW_UPSTREAM_REFUSED',
        (_req, res) => void res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>'),
      ],
      ['an upstream’s 429', 429, 'GW_UPSTREAM_RATE_LIMITED', refusing(429)],
      ['an upstream’s 500', 502, 'GW_UPSTREAM_ERROR', refusing(500)],
      ['an upstream that hangs up', 502, 'GW_UPSTREAM_UNREACHABLE', (_req, res) => void res.destroy()],
      ['an upstream’s redirect', 502, 'GW_UPSTREAM_BAD_RESPONSE', (_req, res) => void res.writeHead(302, { location: '/elsewhere' }).end()],
      ['an unknown model', 404, 'GW_UNKNOWN_MODEL', undefined, { ...question, model: 'nobody' }],
      ['broken JSON', 400, 'GW_BAD_JSON', undefined, '{'],
      ['a field that is wrong', 400, 'GW_BAD_REQUEST', undefined, { model: 'chat' }],
    ];

    function refusing(status: number, code: string | null = null): Upstream {
      return (_req, res) =>
        void res
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: { message: 'No.', type: 't', code } }));
    }

    it.each(failing)(
      '%s stays an error in the client’s dialect: no 404 page, no error handler',
      async (_what, status, code, answer, body) => {
        const up = await upstream(answer);
        const host = await hosting(express().use('/ai', guestGateway(up.url).gateway));
        for (const stream of [false, true]) {
          const sent = typeof body === 'string' ? body : { ...(body ?? question), stream };
          const got = await send(`${host.url}/ai/v1/chat/completions`, sent);
          expect(got).toMatchObject({ status, json: { error: { code } } });
          expect(got.headers['content-type']).toBe('application/json; charset=utf-8');
        }
        expect(host.notFound).toEqual([]);
        expect(host.errors).toEqual([]);
      },
    );

    it('a plugin that throws, refuses or answers nonsense never reaches the host’s error handler', async () => {
      const up = await upstream();
      const thrown: unknown[] = [
        new Error('secret detail'),
        'a string',
        undefined,
        new GatewayError({ status: 403, code: 'NO', message: 'No.' }),
      ];
      for (const [hook, error] of ['onRequest', 'beforeRoute', 'afterResponse'].flatMap((name) =>
        thrown.map((one) => [name, one] as const),
      )) {
        const throwing = definePlugin({
          name: 'throwing',
          create: () => ({
            [hook]: () => {
              throw error;
            },
          }),
        });
        const host = await hosting(express().use('/ai', guestGateway(up.url, { plugins: [throwing()] }).gateway));
        const answer = await send(`${host.url}/ai/v1/chat/completions`, question);
        expect(answer.status).toBe(error instanceof GatewayError ? 403 : 500);
        expect(answer.text).not.toContain('secret detail');
        expect(host.errors).toEqual([]);
      }
    });

    it('a neighbour’s answers are the same, byte for byte, with it and without it', async () => {
      const up = await upstream();
      const build = (withGateway: boolean): Express => {
        const app = express();
        if (withGateway) {
          app.use(guestGateway(up.url).gateway);
          app.use('/ai', guestGateway(up.url).gateway);
        }
        app.get('/hello', (_req, res) => void res.json({ hello: 'world' }));
        app.get('/cached', (_req, res) => void res.set('cache-control', 'max-age=60').send('cached'));
        app.get('/events', (_req, res) => {
          res.writeHead(200, { 'content-type': 'text/event-stream' });
          res.write('data: 1\n\n');
          res.end('data: 2\n\n');
        });
        app.post('/echo', express.json(), (req, res) => void res.json(req.body));
        app.get('/boom', () => {
          throw new Error('boom');
        });
        app.get('/v1/other', (req, res) => void res.json({ url: req.url, base: req.baseUrl, original: req.originalUrl, ip: req.ip }));
        return app;
      };
      const [without, beside] = [await hosting(build(false)), await hosting(build(true))];
      const requests = [
        'GET /hello HTTP/1.1',
        'GET /hello?x=1 HTTP/1.0',
        'HEAD /hello HTTP/1.1',
        'OPTIONS /hello HTTP/1.1',
        'OPTIONS * HTTP/1.1',
        'GET /cached HTTP/1.1\r\nIf-None-Match: W/"6-rN9nuJ3K2b2w"',
        'GET /events HTTP/1.1',
        'POST /echo HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":1.0}',
        'POST /echo HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a":1.0}\r\n0\r\n\r\n',
        'POST /echo HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{]',
        'GET /boom HTTP/1.1',
        'GET /nothing HTTP/1.1',
        'GET http://other.example/hello HTTP/1.1',
        'GET /v1/other?model=1 HTTP/1.1',
        'DELETE /v1/chat HTTP/1.1',
      ];
      const undated = (answer: string): string => answer.replace(/^Date: .*\r\n/m, '');
      for (const request of requests) {
        const [line, ...rest] = request.split('\r\n');
        const bytes = `${[`${line}`, 'Host: h.example', 'Connection: close', ...rest].join('\r\n')}${request.includes('\r\n\r\n') ? '' : '\r\n\r\n'}`;
        const [one, other] = [await rawExchange(without.url, bytes), await rawExchange(beside.url, bytes)];
        expect(one, request).toMatch(/^HTTP\/1\.1 \d{3} /);
        expect(undated(other), request).toBe(undated(one));
      }
      expect(beside.errors).toHaveLength(without.errors.length);
      expect(beside.notFound).toEqual(without.notFound);
      expect(up.bodies).toEqual([]);
    });

    it('nothing of the process is touched: no listener, no global, no environment', async () => {
      const up = await upstream();
      const reads: string[] = [];
      const { env } = process;
      const dispatcher = Symbol.for('undici.globalDispatcher.1');
      const state = (): unknown => ({
        listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
        globals: Reflect.ownKeys(globalThis),
        dispatcher: (globalThis as Record<symbol, unknown>)[dispatcher],
        maxListeners: process.getMaxListeners(),
      });
      const before = state();
      onTestFinished(() => {
        process.env = env;
      });
      process.env = new Proxy(env, {
        get(target, name) {
          if (/core\/src/.test(new Error().stack ?? '')) reads.push(String(name));
          return target[name as string];
        },
      });
      const { gateway } = guestGateway(up.url);
      const host = await hosting(express().use('/ai', gateway));
      await gateway.ready();
      expect((await send(`${host.url}/ai/v1/chat/completions`, question)).status).toBe(200);
      expect((await send(`${host.url}/ai/v1/chat/completions`, '{')).status).toBe(400);
      await gateway.close();
      expect(state()).toEqual(before);
      expect(reads).toEqual([]);
    });
  });

  describe('twice in one app', () => {
    it('shares nothing: models, plugins, services, sockets', async () => {
      const Shelf = token<{ readonly label: string }>()('ShelfOfGuestTest', 'shelf');
      const notes: string[] = [];
      let made = 0;
      const counting = definePlugin({
        name: 'counting',
        requires: [Shelf],
        create: (_options: undefined, { shelf }) => {
          made += 1;
          let count = 0;
          return {
            onRequest: () => {
              count += 1;
              notes.push(`${shelf.label} ${count}`);
            },
          };
        },
      });
      const sockets = new Map<string, Set<unknown>>();
      const answering = (name: string): Upstream => {
        sockets.set(name, new Set());
        return (req, res, body) => {
          (sockets.get(name) as Set<unknown>).add(req.socket);
          return answerWhole(`from ${name}, with ${req.headers.authorization}`)(req, res, body);
        };
      };
      const shared = await upstream(answering('shared'));
      const gateways = ['left', 'right'].map((name) =>
        guestGateway(shared.url, {
          providers: [openaiCompatible({ name, baseUrl: `${shared.url}/v1`, apiKey: `key-of-${name}` })],
          models: { chat: `${name}/m`, [`only-${name}`]: `${name}/x` },
          plugins: [counting()],
          services: [provide(Shelf, { label: name })],
        }),
      );
      const [left, right] = gateways as [(typeof gateways)[0], (typeof gateways)[0]];
      const host = await hosting(express().use('/left', left.gateway).use('/right', right.gateway));
      const ask = async (side: string, model = 'chat'): Promise<string | undefined> =>
        (await send(`${host.url}/${side}/v1/chat/completions`, { ...question, model })).json.choices?.[0]?.message.content;
      expect(await ask('left')).toBe('from shared, with Bearer key-of-left');
      expect(await ask('right')).toBe('from shared, with Bearer key-of-right');
      expect(await ask('left')).toBe('from shared, with Bearer key-of-left');
      expect(notes).toEqual(['left 1', 'right 1', 'left 2']);
      expect(made).toBe(2);
      expect(sockets.get('shared')?.size).toBe(2); // each gateway kept its own and used it again
      expect((await send(`${host.url}/left/v1/chat/completions`, { ...question, model: 'only-right' })).status).toBe(404);
      const names = async (side: string): Promise<string[]> =>
        (JSON.parse((await fetched(`${host.url}/${side}/v1/models`)).text) as { data: { id: string }[] }).data.map(({ id }) => id);
      expect(await names('left')).toEqual(['chat', 'only-left', 'left/m', 'left/x']);
      expect(await names('right')).toEqual(['chat', 'only-right', 'right/m', 'right/x']);

      await left.gateway.close();
      expect((await send(`${host.url}/left/v1/chat/completions`, question)).status).toBe(503);
      expect(await ask('right')).toBe('from shared, with Bearer key-of-right');
      expect(left.logger.lines).toEqual([]);
    });

    it('at the same path: the first answers, the second gets what is not the first’s', async () => {
      const [one, two] = [await upstream(answerWhole('one')), await upstream(answerWhole('two'))];
      const host = await hosting(express().use('/ai', guestGateway(one.url).gateway, guestGateway(two.url).gateway));
      expect((await send(`${host.url}/ai/v1/chat/completions`, question)).json.choices?.[0]?.message.content).toBe('one');
      expect((await send(`${host.url}/ai/nothing`, question)).text).toContain('Nothing here');
      expect(two.bodies).toEqual([]);
    });
  });

  it('as the whole app of a plain server: paths that are not its own are the caller’s to answer', async () => {
    const up = await upstream();
    const { gateway } = guestGateway(up.url);
    const { url } = await listening((req, res) => gateway(req, res, () => res.writeHead(404).end('not the gateway’s')));
    expect((await send(`${url}/v1/chat/completions`, oddBody)).status).toBe(200);
    expect(up.bodies).toEqual([oddBodySpliced]);
    expect((await send(`${url}/else`, question)).text).toBe('not the gateway’s');
  });
});
