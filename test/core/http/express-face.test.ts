import express from 'express';
import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiModels } from '../../../core/src/dialects/openai-models/openai-models.ts';
import type { Exchange } from '../../../core/src/exchange.ts';
import { HookRunner } from '../../../core/src/hooks.ts';
import { ExpressFace } from '../../../core/src/http/express-face.ts';
import { PluginRoutes } from '../../../core/src/http/plugin-routes.ts';
import type { PipelineParts } from '../../../core/src/pipeline.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { RouteTable } from '../../../core/src/routes.ts';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { localSignals } from '../../../core/src/services/signals.ts';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { chatRequest, errorOf, exchanged, headerOf, hostileClient, type RawAnswer, requestHead } from '../../kit/hostile-client.ts';
import { gate, listening } from '../harness/loopback.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { type RecordingLogger, recordingLogger } from '../harness/recording-logger.ts';
import { targetStates } from '../resilience/made-states.ts';

leavesNothing();

const table = new RouteTable([openaiChat, openaiModels]);
const limits = { bodyBytes: 1_000, bodyMs: 1_000, jsonDepth: 8, jsonValues: 100, jsonKeys: 100, stallMs: 1_000 };
const timeouts = { heartbeatMs: 15_000, totalMs: 60_000, closeMs: 5_000 };

interface Faced {
  readonly face: ExpressFace;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly url: string;
  /** Notes of `start` and `stop`. */
  readonly notes: string[];
  get(path?: string): Promise<RawAnswer>;
}

/** A face without plugins and upstreams, at `/ai` of an app that has a page of its own for everything else. */
async function faced(
  own: { start?: () => Promise<void>; parts?: Partial<PipelineParts>; levels?: ('debug' | 'error')[] } = {},
): Promise<Faced> {
  const clock = manualClock();
  const logger = recordingLogger(own.levels);
  const router = new Router([], {});
  const notes: string[] = [];
  const parts = {
    clock,
    logger,
    router,
    hooks: new HookRunner([], logger, localSignals(logger)),
    limits,
    timeouts,
    allowAnonymous: true,
    upstream: () => Promise.reject(new Error('there is none')),
    items: { dereferenced: () => undefined },
    ...own.parts,
  } as unknown as PipelineParts;
  const face = new ExpressFace({
    parts,
    routes: table,
    explain: {
      routes: table,
      router,
      plugins: [],
      catalog: emptyModelCatalog(),
      estimator: byteTokenEstimator(),
      states: targetStates(),
      limits: limits as never,
    },
    pluginRoutes: new PluginRoutes([], [], logger),
    start: own.start ?? (async () => void notes.push('started')),
    stop: async () => void notes.push('stopped'),
  });
  const app = express()
    .use('/ai', face.handler)
    .use((req, res) => void res.status(404).send(`the host's page for ${req.originalUrl}`));
  const { url } = await listening(app);
  return {
    face,
    clock,
    logger,
    url,
    notes,
    get: async (path = '/ai/v1/models') => (await exchanged(url, requestHead('GET', path))).answer(),
  };
}

describe('a face that is ready', () => {
  it('answers its own paths and hands everything else to the host', async () => {
    const { get, face } = await faced();
    await face.ready();
    expect(await get()).toMatchObject({ status: 200, body: '{"object":"list","data":[]}' });
    for (const path of ['/ai', '/ai/', '/ai/v1', '/ai/v2/models', '/v1/models', '/ai/health', '/ai/health/alive'])
      expect(await get(path)).toMatchObject({ status: 404, body: `the host's page for ${path}` });
  });

  it('says no to a method of a path of its own, in the format of its errors', async () => {
    const { url, face } = await faced();
    await face.ready();
    const answer = await (await exchanged(url, requestHead('PATCH', '/ai/v1/models'))).answer();
    expect(answer).toMatchObject({ status: 405 });
    expect(headerOf(answer, 'allow')).toBe('GET');
    expect(headerOf(answer, 'x-should-retry')).toBe('false');
    expect(errorOf(answer)).toMatchObject({
      code: 'GW_METHOD_NOT_ALLOWED',
      message: '/v1/models does not take PATCH. Use GET.',
      request_id: headerOf(answer, 'x-request-id'),
    });
  });

  it('is live and ready', async () => {
    const { get, face } = await faced();
    await face.ready();
    expect([(await get('/ai/health/live')).status, (await get('/ai/health/ready')).status]).toEqual([200, 200]);
  });

  it('writes what it decided into the log where somebody reads it', async () => {
    const { get, face, logger } = await faced({ levels: ['debug'] });
    await face.ready();
    const answer = await get();
    await expect.poll(() => logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({
      message: 'decision',
      fields: { exchange: headerOf(answer, 'x-request-id'), route: { path: '/v1/models', dialect: 'openai-models' }, attempts: [] },
    });
  });
});

describe('a face that starts', () => {
  it('lets requests wait, and serves them then', async () => {
    const started = gate();
    const { url, face, get } = await faced({ start: () => started.opened });
    const client = await hostileClient(url);
    await client.sayCut(requestHead('GET', '/ai/v1/models'));
    expect((await get('/ai/health/ready')).status).toBe(503);
    expect((await get('/ai/health/live')).status).toBe(200);
    expect((await get('/elsewhere')).status).toBe(404); // the host is not held up
    expect(client.receivedLength).toBe(0);
    started.open();
    await face.ready();
    expect((await client.answer()).status).toBe(200);
  });

  it('and fails answers 503 for good; who asks ready() is told why, and nobody has to ask', async () => {
    const { face, get } = await faced({ start: () => Promise.reject(new Error('no database')) });
    const answer = await get();
    expect(answer.status).toBe(503);
    expect(errorOf(answer)).toMatchObject({ code: 'GW_NOT_READY', retryable: true, request_id: headerOf(answer, 'x-request-id') });
    expect(headerOf(answer, 'retry-after')).toBe('1');
    expect(answer.body).not.toContain('database');
    expect((await get('/ai/health/ready')).body).toContain('broken');
    await expect(face.ready()).rejects.toThrow('no database');
  });

  it('forgets requests whose clients left meanwhile', async () => {
    const started = gate();
    const { url, face, get, logger } = await faced({ start: () => started.opened });
    const client = await hostileClient(url);
    await client.sayCut(requestHead('GET', '/ai/v1/models'));
    client.reset();
    await get('/elsewhere'); // the server has seen the reset by then
    started.open();
    await face.ready();
    await face.close(); // there is nothing to wait for
    expect(logger.lines).toEqual([]);
  });
});

describe('a face that is closed', () => {
  it('stops once, after its start, whoever asks how often', async () => {
    const started = gate();
    const notes: string[] = [];
    const { face, notes: stops } = await faced({
      async start() {
        await started.opened;
        notes.push('started');
      },
    });
    const closing = face.close();
    expect(face.close()).toBe(closing);
    started.open();
    await closing;
    expect(face.close()).toBe(closing);
    expect([...notes, ...stops]).toEqual(['started', 'stopped']);
  });

  it('refuses its own paths, on a connection that ends, and hands on the others', async () => {
    const { face, get } = await faced();
    await face.close();
    const answer = await get();
    expect(errorOf(answer)).toMatchObject({ code: 'GW_CLOSING' });
    expect([headerOf(answer, 'connection'), headerOf(answer, 'retry-after')]).toEqual(['close', '1']);
    expect((await get('/elsewhere')).body).toBe("the host's page for /elsewhere");
  });

  it('waits for what is under way, ends it at its limit, and cuts off what does not end', async () => {
    const told: string[] = [];
    const begun = gate();
    // Does not mind being told to end; minds being given up.
    const upstream = (exchange: Exchange) =>
      new Promise<never>((_, reject) => {
        exchange.onAbort((reason) => {
          told.push(exchange.aborted === undefined ? 'to end' : 'given up');
          if (exchange.aborted !== undefined) reject(reason);
        });
        begun.open();
      });
    const router = new Router([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })], {});
    const { face, clock, url, notes } = await faced({ parts: { upstream, router } });
    const client = await hostileClient(url);
    client.say(chatRequest({ model: 'up/m', messages: [{ role: 'user', content: 'x' }] }));
    await begun.opened;
    const closing = face.close();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(timeouts.closeMs - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['to end']);
    clock.advance(1_000);
    expect(told).toEqual(['to end', 'given up']);
    await closing;
    await client.ended;
    expect([client.answers, notes, clock.armed]).toEqual([[], ['started', 'stopped'], 0]);
  });
});

describe('a defect of the gateway itself', () => {
  /** Hooks that break the promise never to fail. */
  const broken = {
    onRequest: () => undefined,
    beforeRoute: () => undefined,
    afterResponse: () => {
      throw new Error('secret detail');
    },
  };

  it('fails its own exchange, with a line in the log, and none of the next', async () => {
    const { face, get, logger } = await faced({ parts: { hooks: broken as unknown as HookRunner } });
    await face.ready();
    for (let round = 1; round <= 3; round += 1) {
      const answer = await get();
      expect(answer).toMatchObject({ status: 500, complete: true });
      expect(errorOf(answer)?.code).toBe('GW_INTERNAL');
      expect(answer.body).not.toContain('secret');
      await expect.poll(() => logger.texts('error').filter((line) => line.includes('outside its pipeline'))).toHaveLength(round);
    }
    expect(logger.texts('error').join()).toContain('secret detail');
    await face.close(); // nothing is taken for under way for ever
  });
});
