import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../core/src/config.ts';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { harden } from '../../core/src/http/harden.ts';
import { type ParsedCall, parseCall } from '../../core/src/parsed-call.ts';
import { z } from '../../core/src/plugin.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { memoryCounterStore } from '../../core/src/services/counter-store.ts';
import { principal } from '../../core/src/slot.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { anywhere } from '../core/harness/address.ts';
import { answerStream, chunk, gate, listening, running, upstream } from '../core/harness/loopback.ts';
import { manualClock } from '../core/harness/manual-clock.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { growth } from '../core/json/growth.ts';
import {
  chatPath,
  chatRequest,
  errorOf,
  exchanged,
  type HostileClient,
  hostileClient,
  question,
  requestHead,
} from '../kit/hostile-client.ts';

leavesNothing();

let collect: () => void = () => {};
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
});
afterAll(() => setFlagsFromString('--no-expose-gc'));

/** Bytes that the heap holds on to after some work. */
async function kept(work: () => unknown): Promise<number> {
  collect();
  const before = process.memoryUsage().heapUsed;
  await work();
  collect();
  return process.memoryUsage().heapUsed - before;
}

const embeddingsPath = '/ai/v1/embeddings';

describe('DOS-1: clients that take their time', () => {
  // The design asks for 5,000 sockets that drip for half a minute; a few hundred and short limits show the same.
  const each = 80;

  async function hardened(limits: { readonly headersMs: number; readonly requestMs: number }, bodyMs: number) {
    const up = await upstream();
    const { gateway } = await running(up.url, { limits: { bodyMs } });
    const server = harden(http.createServer(express().use('/ai', gateway)), limits).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      const over = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await over;
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`, bodies: up.bodies };
  }

  async function median(url: string, times: number): Promise<number> {
    const took: number[] = [];
    for (let round = 0; round < times; round += 1) {
      const start = performance.now();
      expect((await (await exchanged(url, chatRequest())).answer()).status).toBe(200);
      took.push(performance.now() - start);
    }
    return took.toSorted((a, b) => a - b)[times >> 1] as number;
  }

  it('DOS-1: sockets that drip heads or bodies, or say nothing, are closed with 408, and others are served as before', async () => {
    const { url, bodies } = await hardened({ headersMs: 1_500, requestMs: 3_000 }, 2_000);
    const before = await median(url, 40);
    const clients = await Promise.all(Array.from({ length: 4 * each }, () => hostileClient(url)));
    const started = performance.now();
    const head = requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 1000']);
    const dripping = clients.map((client, index) => {
      const kind = index % 4;
      if (kind === 0) return client.drip(head, 100); // the head never ends in time
      if (kind === 1) return client.sayCut(head).then(() => client.drip('{"model":"chat"'.padEnd(1_000), 100));
      if (kind === 2) return client.sayCut(`${head}{"model":`); // the rest never comes
      return client.sayCut(head.slice(0, 40));
    });
    const meanwhile = await median(url, 40);
    await Promise.all([...clients.map(({ ended }) => ended), ...dripping]);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(new Set(clients.map(({ answers }) => answers[0]?.status))).toEqual(new Set([408]));
    expect(bodies).toHaveLength(80); // the healthy ones
    expect(meanwhile / before).toBeLessThan(10);
  });

  it('DOS-1: a slow body is told in words that it was too slow, and its connection is closed', async () => {
    const { url, bodies } = await hardened({ headersMs: 60_000, requestMs: 60_000 }, 300);
    const client = await hostileClient(url);
    client.say(`${requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 1000'])}{"model"`);
    const got = await client.answer();
    expect(got).toMatchObject({ status: 408 });
    expect(errorOf(got)).toMatchObject({ code: 'GW_BODY_TIMEOUT', retryable: true, message: expect.stringContaining('300 ms') });
    await client.ended;
    expect(bodies).toEqual([]);
  });
});

describe('DOS-2: large, deep and wide bodies', () => {
  const { limits } = parseConfig({ providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })] });
  const { jsonDepth: depth, jsonValues: values, jsonKeys: keys, bodyBytes } = limits;
  const message = '"messages":[{"role":"user","content":"x"}]';
  const list = (count: number, json: string): string => Array(Math.floor(count)).fill(json).join(',');
  const withField = (json: string): string => `{"model":"up/m",${message},"x":${json}}`;
  const nested = (levels: number): string => withField('['.repeat(levels - 1) + ']'.repeat(levels - 1));
  const wide = (count: number): string => withField(`[${list(count, '0')}]`);
  const keyed = (count: number): string => withField(`{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(',')}}`);
  const sized = (bytes: number): string => {
    const empty = `{"model":"up/m","messages":[{"role":"user","content":""}]}`;
    return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
  };

  async function status(body: string): Promise<readonly [number, string | undefined]> {
    const up = await upstream();
    const { url } = await running(up.url);
    const got = await (await exchanged(url, chatRequest(body))).answer();
    expect(up.bodies).toHaveLength(got.status === 200 ? 1 : 0);
    return [got.status, errorOf(got)?.code];
  }

  it.each([
    ['depth', nested(depth)],
    // The members of the message, of the body and of the list before it count too.
    ['values', wide(values - 10)],
    ['keys of one object', keyed(keys)],
    ['bytes', sized(bodyBytes)],
  ])('DOS-2: %s at the limit go through', async (_what, body) => {
    expect(await status(body)).toEqual([200, undefined]);
  });

  it.each([
    ['depth', nested(depth + 1), 400, 'GW_TOO_DEEP'],
    ['values', wide(values + 1), 400, 'GW_JSON_LIMITS'],
    ['keys of one object', keyed(keys + 1), 400, 'GW_JSON_LIMITS'],
    ['bytes', sized(bodyBytes + 1), 413, 'GW_BODY_TOO_LARGE'],
    ['nesting of a million levels', '['.repeat(1_000_000), 400, 'GW_TOO_DEEP'],
    ['nesting of objects without end', '{"a":'.repeat(100_000), 400, 'GW_TOO_DEEP'],
    ['messages by the million', `{"model":"up/m","messages":[${list(1_000_000, '{}')}]}`, 400, 'GW_JSON_LIMITS'],
    ['a million keys', keyed(700_000), 400, 'GW_JSON_LIMITS'],
  ])('DOS-2: %s beyond the limit are refused', async (_what, body, expected, code) => {
    expect(await status(body)).toEqual([expected, code]);
  });

  it('DOS-2: a body that grows beyond its limit without saying so is cut off there', async () => {
    const up = await upstream();
    const { url } = await running(up.url, { limits: { bodyBytes: 100_000 } });
    const client = await hostileClient(url);
    client.say(requestHead('POST', chatPath, ['content-type: application/json', 'transfer-encoding: chunked']));
    const piece = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    const sent = await client.pour(piece, 100_000);
    const got = await client.answer();
    expect(errorOf(got)?.code).toBe('GW_BODY_TOO_LARGE');
    await client.ended;
    expect(sent).toBeLessThan(10_000);
    expect(up.bodies).toEqual([]);
  });

  /** How much longer four times the work takes: about 4 when its cost is linear, 16 when it is quadratic. A busy machine gets another try. */
  function fourfold(judge: (size: number) => () => unknown, enough: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 5 && least >= enough; tries += 1)
      least = Math.min(least, growth(judge, 128 * 1024) * growth(judge, 256 * 1024));
    return least;
  }

  /** Keys whose hashes V8 does not seed: numbers, and among them those that fall into the same places of its tables. */
  const numberKeys = (count: number, step: number): string =>
    withField(`{${Array.from({ length: count }, (_, index) => `"${(index * step) % 16_777_213}":0`).join(',')}}`);

  const shapes: readonly (readonly [name: string, make: (size: number) => string])[] = [
    ['one long string', (size) => withField(`"${'x'.repeat(size)}"`)],
    ['a string of escapes', (size) => withField(`"${'\\n'.repeat(size / 2)}"`)],
    ['a string of backslashes', (size) => withField(`"${'\\\\'.repeat(size / 2)}"`)],
    ['a string of surrogate pairs in escapes', (size) => withField(`"${'\\ud83d\\ude00'.repeat(size / 12)}"`)],
    ['an unfinished string of backslashes', (size) => `{"model":"${'\\'.repeat(size)}`],
    ['strings by the thousand', (size) => withField(`[${list(size / 4, '""')}]`)],
    ['objects by the thousand', (size) => withField(`[${list(size / 8, '{"a":0}')}]`)],
    ['the deepest nesting, again and again', (size) => withField(`[${list(size / 128, '['.repeat(60) + ']'.repeat(60))}]`)],
    ['keys that are numbers', (size) => numberKeys(Math.min(size / 8, 9_000), 1)],
    ['keys that collide in tables of 4,096', (size) => numberKeys(Math.min(size / 128, 4_000), 4_096)],
    ['keys that collide in tables of 16,384', (size) => numberKeys(Math.min(size / 128, 1_000), 16_384)],
    [
      'keys with the same beginning',
      (size) => withField(`{${Array.from({ length: size / 256 }, (_, i) => `"${'k'.repeat(240)}${i}":0`).join(',')}}`),
    ],
    ['keys written with escapes', (size) => withField(`[${list(size / 20, '{"\\u0061":0}')}]`)],
    ['white space', (size) => `${' '.repeat(size)}${withField('0')}`],
    ['digits', (size) => withField('1'.repeat(size))],
    ['commas', (size) => withField(','.repeat(size))],
    ['quotes', (size) => `{"model":${'"'.repeat(size)}`],
    ['colons', (size) => withField(':'.repeat(size))],
    ['closing brackets', (size) => withField(']'.repeat(size))],
    ['a fault at the very end', (size) => `${withField(`"${'x'.repeat(size)}"`)}!`],
    ['a fault behind a thousand lines', (size) => `${withField(`[${'\n0,'.repeat(size / 3)}0]`)}!`],
    ['a tool’s arguments in escapes', (size) => withField(`"${'{\\"a\\":'.repeat(size / 8)}"`)],
    ['lone surrogates', (size) => withField(`"${'\\ud83d'.repeat(size / 6)}"`)],
    [
      'a duplicate key behind many',
      (size) => withField(`{${Array.from({ length: Math.min(size / 16, 9_000) }, (_, i) => `"k${i}":0`).join(',')},"k1":0}`),
    ],
  ];

  it.each(shapes)('DOS-2: judging %s takes time in proportion to its size', (_name, make) => {
    const judge = (size: number) => {
      const text = make(size);
      const bytes = Buffer.from(text);
      return () => {
        try {
          parseCall(openaiChat, anywhere, bytes, text, { depth, values, keys });
        } catch {
          // Refusing takes time as well.
        }
      };
    };
    expect(fourfold(judge, 9)).toBeLessThan(9);
  });

  // V8 makes a description of some 150 bytes for each object of a shape of its own: the number of values bounds them.
  it.each([
    ['numbers', list(values - 20, '1.5')],
    ['small objects', list(values / 2 - 20, '{"a":0}')],
    ['objects of a shape of their own', Array.from({ length: values / 2 - 20 }, (_, index) => `{"k${index}":0}`).join(',')],
    ['short texts', list(values - 20, '"ab"')],
  ])('DOS-2: as many %s as fit take no more memory than ten bodies of the largest size', async (_what, elements) => {
    const text = withField(`[${elements}]`);
    const bytes = Buffer.from(text);
    const calls: ParsedCall[] = [];
    const parsed = await kept(() => calls.push(parseCall(openaiChat, anywhere, bytes, text, { depth, values, keys })));
    const frozen = await kept(() => calls[0]?.body); // for plugins that look at it
    expect(parsed + frozen).toBeLessThan(10 * bodyBytes);
  });

  it('DOS-2: a hostile megabyte holds up the event loop for a moment only', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    const requests = shapes.map(([, make]) => chatRequest(make(1_000_000)));
    await exchanged(url, chatRequest());
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    for (const bytes of requests) await (await exchanged(url, bytes)).answer();
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(1_000); // milliseconds; some 50 on an idle machine
  });
});

describe('DOS-3: compressed bodies', () => {
  const body = Buffer.from(JSON.stringify(question()));
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)); // a thousand times smaller

  it.each([
    ['gzip', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['br', brotliCompressSync(body)],
    ['deflate', deflateSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['compress', body],
    ['gzip, gzip', gzipSync(gzipSync(body))],
    ['identity, gzip', gzipSync(body)],
    ['gzip', bomb],
    ['gzip', gzipSync(body).subarray(0, 10)],
    ['unheard-of', body],
    ['', body],
  ])('DOS-3: content-encoding %j is refused unread, not inflated', async (encoding, bytes) => {
    const up = await upstream();
    const { url } = await running(up.url);
    const got = await (await exchanged(url, chatRequest(bytes, [`content-encoding: ${encoding}`]))).answer();
    expect(got.status).toBe(415);
    expect(errorOf(got)).toMatchObject({ code: 'GW_UNSUPPORTED_ENCODING', message: expect.stringContaining('Send it uncompressed') });
    expect(up.bodies).toEqual([]);
  });

  it('DOS-3: a compressed body that claims to be plain is no text', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    for (const lines of [[], ['content-encoding: identity']]) {
      const got = await (await exchanged(url, chatRequest(gzipSync(body), lines))).answer();
      expect(errorOf(got)?.code).toBe('GW_BAD_TEXT');
    }
    expect(up.bodies).toEqual([]);
  });

  it('DOS-3: identity is no encoding', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    expect((await (await exchanged(url, chatRequest(body, ['content-encoding: identity']))).answer()).status).toBe(200);
  });
});

describe('DOS-4: prototypes', () => {
  const poisons = [
    '"__proto__":{"polluted":true}',
    '"constructor":{"prototype":{"polluted":true}}',
    '"a":{"__proto__":{"polluted":true}}',
    '"__proto__":{"__proto__":{"polluted":true}}',
    '"metadata":{"constructor":{"prototype":{"polluted":true}}}',
    '"stream_options":{"__proto__":{"include_usage":true}},"stream":true',
  ];

  it.each(poisons)('DOS-4: %s in a body changes nothing but its own bytes, edited or not', async (poison) => {
    const editing = definePlugin({
      name: 'editing',
      create: () => ({
        beforeRoute({ call }) {
          for (const text of call.texts()) text.replace(`${text.text}!`);
          call.set(['user'], 'u');
        },
      }),
    })();
    const body = `{"model":"chat","messages":[{"role":"user","content":"x"}],${poison}}`;
    for (const plugins of [[], [editing]]) {
      const up = await upstream(poison.includes('stream') ? answerStream('a') : undefined);
      const { url } = await running(up.url, { plugins });
      expect((await (await exchanged(url, chatRequest(body))).answer()).status).toBe(200);
      expect(up.bodies[0]).toContain(poison.split(',"stream"')[0]?.slice(0, -1));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect(({} as Record<string, unknown>).include_usage).toBeUndefined();
    }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'up/__proto__', '__proto__/m', 'constructor/m'])(
    'DOS-4: the model %s is found only where the operator wrote it down',
    async (model) => {
      const up = await upstream();
      const { url } = await running(up.url);
      const got = await (await exchanged(url, chatRequest(question({ model })))).answer();
      expect(got.status).toBe(model.startsWith('up/') ? 200 : 404);
    },
  );

  it('DOS-4: plugin options and config keys named like a prototype are refused or ignored, never merged', () => {
    const options = JSON.parse('{"level":"a","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as {
      level: string;
    };
    const plugin = definePlugin({ name: 'p', options: z.object({ level: z.string() }), create: () => ({}) });
    const { options: taken } = plugin(options);
    expect(taken).toEqual({ level: 'a' });
    expect(Object.getPrototypeOf(taken)).toBe(Object.prototype);
    const provider = openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' });
    const config = JSON.parse('{"__proto__":{"allowAnonymous":true},"limits":{"__proto__":{"bodyBytes":1}}}') as Record<string, object>;
    config.providers = [provider];
    expect(() => parseConfig(config as never)).toThrow(/limits\.__proto__: expected no such key.*\n.*__proto__: expected no such key/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('DOS-4: whole exchanges run in a process whose prototypes are frozen and whose __proto__ throws', async () => {
    const script = join(import.meta.dirname, '../kit/frozen-prototypes.ts');
    const flags = ['--disable-proto=throw', '--conditions=@express-ai-gateway/source', script];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { timeout: 60_000 });
    const results = JSON.parse(stdout) as Record<string, string | null>;
    expect(results.whole).toMatch(/^200 .*"__proto__":\{"polluted":1\}.*"content":"WHOLE"/);
    expect(results.streamed).toMatch(/^200 data: .*"content":"STREAMED".*\[DONE\]/s);
    expect(results.unknown).toMatch(/^404 .*GW_UNKNOWN_MODEL/);
    expect(results.models).toContain('"id":"chat"');
    expect(results.polluted).toBeNull();
    expect(stderr).toBe('');
  });
});

describe('DOS-5: what is remembered', () => {
  it('DOS-5: names of models that nobody configured: the router remembers a thousand, and knows the others as well', async () => {
    const router = new Router([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })], { chat: ['up/m'] });
    const look = (from: number, to: number) => () => {
      for (let index = from; index < to; index += 1) router.resolve(`up/${'m'.repeat(200)}${index}`);
    };
    const full = await kept(look(0, 10_000));
    const later = await kept(look(10_000, 210_000));
    expect(later).toBeLessThan(Math.max(full, 1_000_000));
    expect(router.resolve('up/one-more')).toEqual([{ id: 'up/one-more', provider: 'up', model: 'one-more' }]);
    expect(router.resolve('up/one-more')).not.toBe(router.resolve('up/one-more'));
    expect(router.resolve('chat')).toBe(router.resolve('chat'));
  });

  it('DOS-5: names that are too long, or of no provider, are not remembered at all', async () => {
    const router = new Router([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })], {});
    const grown = await kept(() => {
      for (let index = 0; index < 50_000; index += 1) {
        expect(router.resolve(`up/${'m'.repeat(300)}${index}`).length + router.resolve(`nobody/${index}`).length).toBe(0);
      }
    });
    expect(grown).toBeLessThan(2_000_000);
  });

  it('DOS-5: counters are full at their limit: no key is forgotten for another, so none gets its allowance again', async () => {
    const clock = manualClock();
    const limit = 1_000;
    const counters = memoryCounterStore(clock, limit);
    for (let index = 0; index < limit; index += 1) await counters.add(`tenant-${index}`, 5, 60_000);
    let refused = 0;
    const grown = await kept(async () => {
      for (let index = 0; index < 20_000; index += 1)
        await counters.add(`new-${index}`, 1, 60_000).catch(() => {
          refused += 1;
        });
    });
    expect(refused).toBe(20_000);
    expect(grown).toBeLessThan(2_000_000);
    expect((await counters.add('tenant-0', 1, 60_000)).value).toBe(6);
    clock.advance(60_001);
    expect((await counters.add('new-0', 1, 60_000)).value).toBe(1);
  });

  it('DOS-5: requests with a key of their own each leave nothing on the heap', async () => {
    const up = await upstream();
    const caller = definePlugin({
      name: 'caller',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, { id: 'somebody', kind: 'key' }) }),
    })();
    const { url } = await running(up.url, { plugins: [caller], timeouts: { idempotencyMs: 1 } });
    const client = await hostileClient(url);
    let sent = 0;
    const some = (count: number) => async () => {
      for (let round = 0; round < count; round += 1) {
        sent += 1;
        client.say(chatRequest(question({ user: `u${sent}` }), [`idempotency-key: key-${sent}`, `x-session-${sent}: s`]));
        await client.hearsBytes(client.receivedLength + 1);
      }
    };
    await some(300)(); // warm
    const few = await kept(some(300));
    const many = await kept(some(900));
    // What the kit itself records of the answers, some 500 bytes each, grows with them.
    expect(many).toBeLessThan(3 * Math.max(few, 0) + 3_000_000);
    expect(up.bodies.length).toBeGreaterThanOrEqual(sent - 1);
  });
});

describe('DOS-6: sockets that die', () => {
  it('DOS-6: a client that resets the connection at any moment ends nothing but its own exchange', async () => {
    const escaped: unknown[] = [];
    const note = (error: unknown): void => void escaped.push(error);
    process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note);
    onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note));
    const up = await upstream(answerStream(...Array(50).fill('a piece of text ')));
    const { url, gateway } = await running(up.url);
    const whole = chatRequest(question({ stream: true }));
    const cuts = [0, 1, 20, whole.indexOf('\r\n\r\n') + 4, whole.length - 1, whole.length];
    for (let round = 0; round < 5; round += 1) {
      for (const cut of cuts) {
        const client = await hostileClient(url);
        client.say(whole.subarray(0, cut));
        if (round > 0) await new Promise((resolve) => setImmediate(resolve));
        if (round > 1 && cut === whole.length) await client.hearsBytes(100 * round);
        client.reset();
      }
    }
    const got = await (await exchanged(url, whole)).answer();
    expect(got).toMatchObject({ status: 200, complete: true });
    await gateway.close();
    expect(escaped).toEqual([]);
  });

  it('DOS-6: a client that asks for an upgrade and is gone before the answer ends nothing', async () => {
    const up = await upstream();
    const { gateway } = await running(up.url);
    const server = await listening(express().use('/ai', gateway));
    server.on('upgrade', gateway.upgrade);
    const upgrade = requestHead('GET', '/ai/v1/realtime', ['connection: upgrade', 'upgrade: websocket']);
    for (let round = 0; round < 40; round += 1) {
      const client = await hostileClient(server.url);
      client.say(upgrade);
      if (round % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      client.reset();
    }
    // One that stays is told, and does not keep its socket by not ending its half.
    const patient = await hostileClient(server.url);
    patient.say(upgrade);
    expect((await patient.answer()).status).toBe(426);
    await patient.ended;
    await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
  });

  it('DOS-6: hundreds that leave at once in the middle of their streams cost the others nothing', async () => {
    const leave = gate();
    const up = await upstream(async (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('first'));
      await leave.opened;
      res.end(`${chunk('last')}data: [DONE]\n\n`);
    });
    const { url } = await running(up.url);
    const clients: HostileClient[] = await Promise.all(Array.from({ length: 150 }, () => hostileClient(url)));
    for (const client of clients) client.say(chatRequest(question({ stream: true })));
    await Promise.all(clients.map((client) => client.hears('first')));
    const [staying, leaving] = [clients.slice(0, 10), clients.slice(10)];
    for (const [index, client] of leaving.entries())
      if (index % 2 === 0) client.reset();
      else client.destroy();
    leave.open();
    for (const client of staying) expect((await client.answer()).body).toMatch(/first.*last.*\[DONE\]/s);
  });
});

describe('DOS-7: HTTP/2 at the upstream', () => {
  it('DOS-7: is not offered: a TLS greeting of ours names HTTP/1.1 alone', async () => {
    const greeting = gate<Buffer>();
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        greeting.open(data);
        socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { chat } = await running(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [hello, answer] = await Promise.all([greeting.opened, chat()]);
    expect(hello[0]).toBe(0x16); // a TLS handshake
    expect(hello.includes('\x08http/1.1')).toBe(true);
    expect(hello.includes('\x02h2')).toBe(false);
    expect(answer).toMatchObject({ status: 502, json: { error: { code: 'GW_UPSTREAM_UNREACHABLE' } } });
  });

  it('DOS-7: is not understood: frames of HTTP/2 in place of an answer are a bad answer', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      // SETTINGS, PING and GOAWAY frames.
      socket.once('data', () =>
        socket.end(Buffer.from('000000040000000000' + '0000080600000000000000000000000000' + '0000080700000000000000000000000002', 'hex')),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { chat } = await running(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await chat()).toMatchObject({ status: 502, json: { error: { code: 'GW_UPSTREAM_BAD_RESPONSE' } } });
  });
});

describe('DOS-8: requests that cost a multiple', () => {
  async function answered(path: string, body: object): Promise<readonly [number, string | undefined, string | null | undefined]> {
    const up = await upstream();
    const { url } = await running(up.url);
    const got = await (await exchanged(url, chatRequest(body, [], path))).answer();
    expect(up.bodies).toHaveLength(got.status === 200 ? 1 : 0);
    const error = errorOf(got);
    return [got.status, error?.code, error?.param];
  }

  it('DOS-8: n up to what OpenAI allows goes through, one more is refused by name', async () => {
    expect(await answered(chatPath, question({ n: 128 }))).toEqual([200, undefined, undefined]);
    expect(await answered(chatPath, question({ n: 129 }))).toEqual([400, 'GW_BAD_REQUEST', 'n']);
  });

  it.each([
    ['texts', (count: number) => Array<unknown>(count).fill('x')],
    ['lists of tokens', (count: number) => Array<unknown>(count).fill([1, 2])],
    ['texts behind a number', (count: number) => [1, ...Array<unknown>(count - 1).fill('x')]],
  ])('DOS-8: an embedding of 2,048 %s goes through, one more is refused by name', async (_what, make) => {
    const input = make(2_048);
    expect(await answered(embeddingsPath, { model: 'chat', input })).toEqual([200, undefined, undefined]);
    expect(await answered(embeddingsPath, { model: 'chat', input: [...input, 'x'] })).toEqual([400, 'GW_BAD_REQUEST', 'input']);
  });

  it('DOS-8: one input of many tokens is one input', async () => {
    expect(await answered(embeddingsPath, { model: 'chat', input: Array(8_000).fill(5) })).toEqual([200, undefined, undefined]);
  });

  it('DOS-8: tools and messages without end are bounded with the values of the body', async () => {
    const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
    const [status, code] = await answered(chatPath, question({ tools: Array(80_000).fill(tool) }));
    expect([status, code]).toEqual([400, 'GW_JSON_LIMITS']);
  });

  it.each([
    ['tools', 'x'],
    ['tools', [1]],
    ['messages', 'x'],
    ['messages', []],
    ['messages', [1]],
    ['stream', 'yes'],
    ['model', ''],
    ['model', ['chat']],
  ])('DOS-8: %s of %j is refused before it costs anything', async (field, value) => {
    const [status, code] = await answered(chatPath, question({ [field]: value }));
    expect([status, code]).toEqual([400, 'GW_BAD_REQUEST']);
  });
});
