import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { aiGateway, type Gateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type AnswerJson, answerStream, answerWhole, listening, running, send, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { readBody } from './generate/expectation.ts';

leavesNothing();

// Public corpora that are not ours to ship: read from the folder that the environment names, skipped without it.
const folder = process.env.GATEWAY_CONFORMANCE_DATA;

function rows<T>(file: string): T[] {
  if (folder === undefined) return [];
  return readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

function corpus(file: string): typeof it.skip {
  return it.skipIf(folder === undefined || !existsSync(join(folder, file)));
}

/** So many at a time, in any order. */
async function each<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await action(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

interface JsonRow {
  readonly name: string;
  readonly expect: 'accept' | 'reject' | 'either' | 'transform';
  readonly base64?: string;
  readonly generator?: { readonly unit: string; readonly count: number };
}

function bytesOf({ base64 = '', generator }: JsonRow): Buffer {
  return generator === undefined ? Buffer.from(base64, 'base64') : Buffer.from(generator.unit.repeat(generator.count));
}

describe('JSONTestSuite (GATEWAY_CONFORMANCE_DATA)', { timeout: 120_000 }, () => {
  const file = 'jsontestsuite.jsonl';
  const clearRefusal = {
    status: 400,
    json: { error: { message: expect.any(String), type: 'invalid_request_error', code: expect.stringMatching(/^GW_/) } },
  };

  corpus(file)('as whole bodies: what is no JSON is a clear 400, nothing of it goes upstream, nothing is a 5xx', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    const scores: Record<string, number> = {};
    await each(rows<JsonRow>(file), async (row) => {
      const answer = await post(`${url}/v1/chat/completions`, bytesOf(row));
      expect([row.name, answer.status]).toEqual([row.name, 400]); // none of them is a call
      expect(answer).toMatchObject(clearRefusal);
      if (row.expect === 'reject')
        expect([row.name, answer.json.error?.code]).toEqual([row.name, expect.stringMatching(/^GW_(BAD_JSON|BAD_TEXT|TOO_DEEP)$/)]);
      scores[row.expect] = (scores[row.expect] ?? 0) + 1;
    });
    expect(up.bodies).toEqual([]);
    console.log('JSONTestSuite, as bodies:', scores);
    expect(scores.reject).toBeGreaterThan(100);
  });

  corpus(file)('as a value within a call: forwarded byte for byte, or refused', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    const scores: Record<string, number> = {};
    const sent = new Set<string>();
    await each(rows<JsonRow>(file), async (row) => {
      const [head, tail] = [`{"model":"up/m","messages":[{"role":"user","content":"x"}],"user":"${row.name}","vendor":`, '}'];
      const body = Buffer.concat([Buffer.from(head), bytesOf(row), Buffer.from(tail)]);
      const { status } = await post(`${url}/v1/chat/completions`, body);
      const judged = typeof readBody(body, 'chat') === 'string' ? 400 : 200;
      expect([row.name, status]).toEqual([row.name, judged]);
      if (row.expect === 'reject') expect([row.name, status]).toEqual([row.name, 400]);
      if (status === 200) sent.add(body.toString().replace('"up/m"', '"m"'));
      const key = `${row.expect}: ${status}`;
      scores[key] = (scores[key] ?? 0) + 1;
    });
    expect(new Set(up.bodies)).toEqual(sent);
    expect(up.bodies).toHaveLength(sent.size);
    console.log('JSONTestSuite, within a call:', scores);
  });
});

describe('naughty strings (GATEWAY_CONFORMANCE_DATA)', { timeout: 120_000 }, () => {
  const file = 'naughty_strings.jsonl';

  corpus(file)('as prompts, whole and streamed, and as inputs of embeddings: they arrive byte for byte', async () => {
    const up = await upstream((_req, res, body) =>
      (body.includes('"stream":true') ? answerStream('x') : answerWhole('x'))(_req, res, body),
    );
    const { url } = await running(up.url);
    const texts = rows<{ readonly s: string }>(file).map(({ s }) => s);
    const arrived = async (path: string, body: object): Promise<string> => {
      const text = JSON.stringify({ model: 'up/m', ...body });
      const before = up.bodies.length;
      const { status } = await send(`${url}${path}`, text);
      expect([text, status, up.bodies.length]).toEqual([text, 200, before + 1]);
      return up.bodies[before] as string;
    };
    for (const text of texts) {
      const messages = [{ role: 'user', content: text }];
      const whole = JSON.stringify({ model: 'm', messages });
      expect(await arrived('/v1/chat/completions', { messages })).toBe(whole);
      const streamed = JSON.stringify({ model: 'm', messages, stream: true });
      expect(await arrived('/v1/chat/completions', { messages, stream: true })).toBe(
        `${streamed.slice(0, -1)},"stream_options":{"include_usage":true}}`,
      );
      expect(await arrived('/v1/embeddings', { input: text })).toBe(JSON.stringify({ model: 'm', input: text }));
    }
    console.log(`naughty strings: ${texts.length} of ${texts.length} arrived as they were, in three kinds of call`);
    expect(texts.length).toBeGreaterThan(400);
  });

  corpus(file)('as names of models: forwarded as they are, or refused with a message of one printable line', async () => {
    const up = await upstream();
    const { url, logger } = await running(up.url);
    let refused = 0;
    let forwarded = 0;
    for (const { s } of rows<{ readonly s: string }>(file)) {
      const call = (model: string) => send(`${url}/v1/chat/completions`, { model, messages: [{ role: 'user', content: 'x' }] });
      const unknown = await call(s);
      expect([s, unknown.status]).toEqual([s, s === '' ? 400 : 404]);
      expect(unknown.json.error?.message).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      refused += 1;
      const before = up.bodies.length;
      const { status } = await call(`up/${s}`);
      if (status !== 200) continue;
      forwarded += 1;
      expect((JSON.parse(up.bodies[before] as string) as { model: string }).model).toBe(s);
    }
    console.log(`naughty strings as models: ${refused} unknown ones refused, ${forwarded} forwarded`);
    expect(logger.texts('error')).toEqual([]);
  });
});

interface WireRow {
  readonly id: string;
  readonly source: string;
  readonly raw_base64: string;
  readonly expect: string;
  readonly variant?: 'CLTE' | 'TECL';
}

describe('raw HTTP (GATEWAY_CONFORMANCE_DATA)', { timeout: 300_000 }, () => {
  const file = 'http_wire.jsonl';

  /** An app that takes whatever Node's parser gives it, and counts. */
  async function plainExpress(): Promise<{ readonly port: number; readonly reached: string[] }> {
    const reached: string[] = [];
    const app = express().use((req, res) => {
      reached.push(req.url);
      req.resume().once('end', () => res.json({}));
    });
    return { port: portOf(await listening(app)), reached };
  }

  async function gatewayAtRoot(upstreamUrl: string): Promise<{ readonly port: number; readonly gateway: Gateway }> {
    const gateway = aiGateway({
      providers: [openaiCompatible({ name: 'up', baseUrl: `${upstreamUrl}/v1` })],
      models: { chat: 'up/m' },
      allowAnonymous: true,
    });
    const server = await listening(express().use(gateway));
    onTestFinished(() => gateway.close());
    return { port: portOf(server), gateway };
  }

  corpus(file)(
    'HTTP-2: never two upstream requests from one request; what the parser refuses is answered 400 or closed, as by plain Express',
    async () => {
      const up = await upstream();
      const { port } = await gatewayAtRoot(up.url);
      const plain = await plainExpress();
      const scores: Record<string, number> = {};
      await each(rows<WireRow>(file), async ({ id, source, raw_base64, expect: expected }) => {
        const raw = Buffer.from(raw_base64, 'base64');
        const [own, baseline] = [await spoken(port, raw), await spoken(plain.port, raw)];
        expect([id, own.filter((status) => status >= 500)]).toEqual([id, []]);
        // The parser is Node's in both. We may refuse a head before its body turns out to be broken.
        if (baseline.includes(400) || baseline.length === 0) expect([id, own.filter((status) => status < 400)]).toEqual([id, []]);
        const outcome = (statuses: readonly number[]): string =>
          statuses.length === 0 ? 'closed' : statuses.at(-1) === 400 ? '400' : 'answered';
        const key = `${source}, ${expected.slice(0, 6)}: gateway ${outcome(own)}, Express ${outcome(baseline)}`;
        scores[key] = (scores[key] ?? 0) + 1;
      });
      expect(up.bodies).toEqual([]);
      console.log('raw HTTP:', scores, `plain Express took ${plain.reached.length} requests, the gateway's upstream ${up.bodies.length}`);
    },
  );

  corpus(file)('HTTP-2: with a real call as its body and another one smuggled behind it, a request still never becomes two', async () => {
    const up = await upstream();
    const { port, gateway } = await gatewayAtRoot(up.url);
    // First that two would be seen: one call is one, two in a row are two.
    const chunked = `${postHead}transfer-encoding: chunked\r\n\r\n${chunkedCall}`;
    await spoken(port, Buffer.from(chunked));
    await spoken(port, Buffer.from(chunked + chunked));
    await vi.waitFor(() => expect(up.bodies).toHaveLength(3));

    const smugglers = rows<WireRow>(file).filter(({ variant }) => variant === 'CLTE');
    let most = 0;
    // One at a time: each must be counted for itself.
    for (const { raw_base64 } of smugglers) {
      const before = up.bodies.length;
      await spoken(port, withSmuggledCall(Buffer.from(raw_base64, 'base64').toString('latin1')));
      most = Math.max(most, up.bodies.length - before);
    }
    await gateway.close(); // and none comes late
    console.log(
      `raw HTTP with a smuggled call: ${smugglers.length} requests, ${up.bodies.length - 3} went upstream, ${most} of one at most`,
    );
    expect(smugglers.length).toBeGreaterThan(500);
    expect(most).toBeLessThan(2);
    expect(up.bodies.length - 3).toBeLessThanOrEqual(smugglers.length);
  });
});

const smuggled = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'x' }] });
const postHead = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const chunkedCall = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

/** The row's head with a declared length over everything, then a chunked call, its end, and a second request. */
function withSmuggledCall(raw: string): Buffer {
  const body = `${chunkedCall}${postHead}content-length: ${smuggled.length}\r\n\r\n${smuggled}`;
  const head = /^[\s\S]*?Content-Length: (?=\d+\r\n\r\n)/.exec(raw)?.[0];
  expect(head).toBeDefined();
  return Buffer.from(`${head}${body.length}\r\n\r\n${body}`, 'latin1');
}

/** Statuses of all answers on a connection that sends these bytes and then no more. */
function spoken(port: number, bytes: Buffer): Promise<number[]> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      text += data;
    });
    socket.on('error', () => {}); // the close tells
    socket.on('close', () => resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))));
    socket.end(bytes);
  });
}

function portOf(server: { readonly url: string }): number {
  return Number(new URL(server.url).port);
}

/** One POST of these bytes on a connection of its own. */
function post(url: string, body: Buffer): Promise<{ readonly status: number; readonly json: AnswerJson }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const request = http.request(url, { method: 'POST', agent: false, headers }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode as number, json: JSON.parse(Buffer.concat(parts).toString()) as AnswerJson }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
