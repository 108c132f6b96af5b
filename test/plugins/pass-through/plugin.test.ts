import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { contractCases } from '@express-ai-gateway/plugin-kit';
import OpenAI, { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { google } from '../../../core/src/providers/google/google.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { Provider } from '../../../core/src/providers/provider.ts';
import { principal } from '../../../core/src/slot.ts';
import { logging } from '../../../plugins/logging/src/plugin.ts';
import type { PassThroughOptions } from '../../../plugins/pass-through/src/options.ts';
import { passThrough } from '../../../plugins/pass-through/src/plugin.ts';
import { carried, uploading } from '../../core/harness/carrying.ts';
import { listening, type Running, running } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hostileClient } from '../../kit/hostile-client.ts';
import { type HostileUpstream, head, hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';

leavesNothing();

const megabyte = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function openaiAt(url: string): Provider {
  return openai({ apiKey: 'sk-operators-own', baseUrl: `${url}/v1`, organization: 'org-operators' });
}

type Own = Omit<PassThroughOptions, 'allow'> & {
  readonly paths?: string[];
  readonly methods?: ('GET' | 'POST' | 'DELETE')[];
  readonly provider?: Provider;
};

/** A gateway at `/ai` that passes these paths of its OpenAI through. */
function passing(
  url: string,
  { paths = ['/v1/*'], methods = ['GET', 'POST', 'DELETE'], provider = openaiAt(url), ...own }: Own = {},
  config: Partial<GatewayConfig> = {},
): Promise<Running> {
  const { plugins = [], ...others } = config;
  return running(url, {
    providers: [provider],
    models: {},
    plugins: [...plugins, passThrough({ allow: [{ provider, methods, paths }], ...own })],
    ...others,
  });
}

function codeOf({ body }: { readonly body: Buffer }): string {
  return (JSON.parse(body.toString()) as { error: { code: string } }).error.code;
}

const answering = (body = '{"ok":true}', headers: Record<string, string> = {}, status = 200): Promise<HostileUpstream> =>
  hostileUpstream((peer) => void peer.say(wholeAnswer(body, headers, status)));

describe('what passes', () => {
  it('goes where the provider lies, with the gateway’s credential', async () => {
    const up = await answering();
    const { url } = await passing(up.url);
    const answer = await carried(`${url}/openai/v1/images/generations?n=1`, 'POST', '{"model":"gpt-image-1"}', {
      'content-type': 'application/json',
      authorization: 'Bearer sk-clients-own',
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"ok":true}']);
    const [request] = up.requests;
    expect(request?.head).toMatch(/^POST \/v1\/images\/generations\?n=1 HTTP\/1\.1\r\n/);
    expect(request?.body).toBe('{"model":"gpt-image-1"}');
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      host: `127.0.0.1:${up.port}`,
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '23',
      'user-agent': 'express-ai-gateway',
      authorization: 'Bearer sk-operators-own',
      'openai-organization': 'org-operators',
    });
  });

  it('is what an unmodified client sends: images, speech, transcription, files', async () => {
    const seen: { path: string; type: string; body: Buffer }[] = [];
    const speech = randomBytes(100_000);
    const up = await listening((req, res) => {
      const pieces: Buffer[] = [];
      req.on('data', (piece: Buffer) => pieces.push(piece));
      req.on('end', () => {
        seen.push({ path: req.url as string, type: req.headers['content-type'] ?? '', body: Buffer.concat(pieces) });
        if (req.url === '/v1/audio/speech') res.writeHead(200, { 'content-type': 'audio/mpeg' }).end(speech);
        else if (req.url?.endsWith('/content'))
          res.writeHead(200, { 'content-type': 'application/jsonl', 'content-disposition': 'attachment; filename="x"' }).end('{}\n');
        else
          res
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ id: 'file-1', object: 'file', text: 'hello', data: [{ b64_json: 'AA==' }] }));
      });
    });
    const { url } = await passing(up.url);
    const client = new OpenAI({
      apiKey: 'gw',
      baseURL: `${url}/openai/v1`,
      maxRetries: 0,
      fetchOptions: {},
      defaultHeaders: { connection: 'close' },
    });
    const image = await client.images.generate({ model: 'gpt-image-1', prompt: 'a cat' });
    expect(image.data?.[0]?.b64_json).toBe('AA==');
    const audio = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'hello' });
    expect(Buffer.from(await audio.arrayBuffer()).equals(speech)).toBe(true);
    const recording = randomBytes(50_000);
    const text = await client.audio.transcriptions.create({ model: 'whisper-1', file: await toFile(recording, 'a.wav') });
    expect(text.text).toBe('hello');
    expect(seen.at(-1)?.type).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen.at(-1)?.body.includes(recording)).toBe(true);
    const file = await client.files.create({ purpose: 'assistants', file: await toFile(Buffer.from('x'), 'a.txt') });
    expect(file.id).toBe('file-1');
    expect(await (await client.files.content('file-1')).text()).toBe('{}\n');
    expect(seen.map(({ path }) => path)).toEqual([
      '/v1/images/generations',
      '/v1/audio/speech',
      '/v1/audio/transcriptions',
      '/v1/files',
      '/v1/files/file-1/content',
    ]);
  });

  it('with `model` after a file of 25 MB goes on while it comes, held nowhere whole', async () => {
    const piece = randomBytes(megabyte);
    let received = 0;
    let tail = Buffer.alloc(0);
    let begun: (() => void) | undefined;
    const first = new Promise<void>((go) => {
      begun = go;
    });
    const up = await listening((req, res) => {
      req.on('data', (data: Buffer) => {
        received += data.length;
        tail = Buffer.from(Buffer.concat([tail, data.subarray(-200)]).subarray(-200));
        begun?.();
      });
      req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"hello"}'));
    });
    const { url } = await passing(up.url);
    const { request, answer } = uploading(`${url}/openai/v1/audio/transcriptions`, 'POST', {
      'content-type': 'multipart/form-data; boundary=b',
    });
    request.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n');
    request.write(piece);
    await first;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let sent = 1; sent < 25; sent += 1) {
      if (!request.write(piece)) await new Promise((go) => request.once('drain', go));
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    const end = '\r\n--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b--\r\n';
    request.end(end);
    expect((await answer).body.toString()).toBe('{"text":"hello"}');
    expect(received).toBeGreaterThan(25 * megabyte);
    expect(tail.toString()).toContain('whisper-1');
    expect(most).toBeLessThan(12 * megabyte); // of client, gateway and provider, one process here
  });

  it('in the words of other providers, at their paths', async () => {
    const up = await answering();
    const providers = [
      anthropic({ apiKey: 'sk-ant-operators-own', baseUrl: up.url }),
      google({ apiKey: 'google-operators-own', baseUrl: up.url }),
    ] as const;
    const { url } = await running(up.url, {
      providers,
      models: {},
      plugins: [
        passThrough({
          allow: providers.map((provider) => ({ provider, methods: ['GET', 'POST'], paths: ['/v1/files*', '/v1beta/files*'] })),
        }),
      ],
    });
    await carried(`${url}/anthropic/v1/files`, 'GET', undefined, {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'files-api-2025-04-14',
      'x-api-key': 'clients',
    });
    expect(Object.fromEntries(up.requests[0]?.headers ?? [])).toMatchObject({
      'x-api-key': 'sk-ant-operators-own',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'files-api-2025-04-14',
    });
    await carried(`${url}/google/v1beta/files?key=clients&pageSize=1`, 'GET', undefined, { 'x-goog-api-key': 'clients' });
    expect(up.requests[1]?.head).toMatch(/^GET \/v1beta\/files\?pageSize=1 HTTP/);
    expect(Object.fromEntries(up.requests[1]?.headers ?? [])).toMatchObject({ 'x-goog-api-key': 'google-operators-own' });
    for (const { bytes } of up.requests) expect(bytes.toString()).not.toContain('clients');
  });

  it('keeps a caller at one credential: files belong to the account that made them', async () => {
    const up = await answering();
    const provider = openai({ apiKey: ['sk-operators-one', 'sk-operators-two'], baseUrl: `${up.url}/v1` });
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, { id: String(context.headers['x-who']), kind: 'user' }) }),
    })();
    const { url } = await passing(up.url, { provider }, { plugins: [authenticator] });
    const shown = new Map<string, Set<string>>();
    for (let time = 0; time < 3; time += 1)
      for (let who = 0; who < 12; who += 1) {
        await carried(`${url}/openai/v1/files`, 'GET', undefined, { 'x-who': `user-${who}` });
        const key = up.requests.at(-1)?.headers.find(([name]) => name === 'authorization')?.[1] ?? '';
        shown.set(`user-${who}`, (shown.get(`user-${who}`) ?? new Set()).add(key));
      }
    expect([...shown.values()].every((keys) => keys.size === 1)).toBe(true);
    expect(new Set([...shown.values()].flatMap((keys) => [...keys])).size).toBe(2);
  });

  it('shows tokens that are made for it, and repeats none of them', async () => {
    const up = await hostileUpstream((peer, { headers }) => {
      const token = headers.find(([name]) => name === 'authorization')?.[1];
      void peer.say(wholeAnswer(JSON.stringify({ error: { message: `no scope for ${token}` } }), {}, 400));
    });
    const asked: unknown[] = [];
    const provider = defineProvider({
      name: 'cloud',
      baseUrl: `${up.url}/v1`,
      paths: { 'openai-chat': '/chat/completions' },
      credentials: [
        {
          authorize(request) {
            asked.push({ ...request, headers: undefined });
            return [['authorization', 'Bearer made-for-the-hour']];
          },
        },
      ],
    });
    const { url } = await passing(up.url, { provider, paths: ['/v1/*'] });
    const answer = await carried(`${url}/cloud/v1/jobs?a=1`, 'POST', '{}');
    expect(up.requests[0]?.headers).toContainEqual(['authorization', 'Bearer made-for-the-hour']);
    expect(asked).toEqual([{ method: 'POST', origin: up.url, path: '/v1/jobs?a=1', headers: undefined, body: '' }]);
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).not.toContain('made-for-the-hour');
    const failing = defineProvider({
      name: 'cloud',
      baseUrl: `${up.url}/v1`,
      paths: {},
      credentials: [{ authorize: () => Promise.reject(new Error('no secret in the vault at /secret')) }],
    });
    const other = await passing(up.url, { provider: failing });
    const refused = await carried(`${other.url}/cloud/v1/jobs`, 'POST', '{}');
    expect([refused.status, codeOf(refused)]).toEqual([502, 'PASS_THROUGH_CREDENTIAL']);
    expect(refused.body.toString()).not.toContain('vault');
    expect(up.requests).toHaveLength(1);
  });

  it.each([
    ['a name that the gateway writes itself', [['Host', 'evil.example']]],
    ['a value with a line break', [['authorization', 'Bearer x\r\nx-evil: 1']]],
  ] as const)('takes no header from a credential that may not be sent: %s', async (_what, pairs) => {
    const up = await answering();
    const provider = defineProvider({ name: 'cloud', baseUrl: `${up.url}/v1`, paths: {}, credentials: [{ authorize: () => pairs }] });
    const { url } = await passing(up.url, { provider });
    expect(codeOf(await carried(`${url}/cloud/v1/jobs`, 'POST', '{}'))).toBe('PASS_THROUGH_CREDENTIAL');
    expect(up.requests).toEqual([]);
  });
});

describe('what does not pass', () => {
  it('is every path and method that the operator did not name', async () => {
    const up = await answering();
    const { url } = await passing(up.url, { paths: ['/v1/audio/*', '/v1/files*'], methods: ['POST'] });
    for (const path of [
      '/openai/v1/images',
      '/openai/v1/audio',
      '/openai/v1/filesystem',
      '/openai/v2/audio/x',
      '/openai',
      '/v1/audio/x',
      '/openai/v1/AUDIO/x',
    ])
      expect((await carried(url + path, 'POST', '{}')).status, path).toBe(404);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      expect((await carried(`${url}/openai/v1/audio/x`, method)).status, method).toBe(405);
    expect(up.peers).toHaveLength(0);
  });

  it('is a path that leads out of them, however it is written', async () => {
    const up = await answering();
    const { url } = await passing(up.url, { paths: ['/v1/audio/*'] });
    const { hostname, port } = new URL(url);
    for (const path of [
      '/v1/audio/../admin',
      '/v1/audio/%2e%2e/admin',
      '/v1/audio/..%2fadmin',
      '/v1/audio/%2e%2e%2fadmin',
      '/v1/audio/..;/admin',
      '/v1/audio//admin',
      '/v1/audio/..\\admin',
      '/v1/audio/%252e%252e/admin',
      '/v1/audio/x%00y',
      '/v1/audio/x%0d%0ahost:%20evil',
    ]) {
      const status = await new Promise((go, fail) =>
        http.get({ hostname, port, path: `/ai/openai${path}`, agent: false }, (res) => go(res.resume().statusCode)).on('error', fail),
      );
      expect(status, path).toBe(400);
    }
    expect(up.peers).toHaveLength(0);
  });

  it('is what the gateway reads itself: such calls would go by unmetered', async () => {
    const up = await answering();
    const { url } = await passing(up.url, { paths: ['/v1*'] });
    for (const path of [
      '/v1/chat/completions',
      '/v1/Chat/Completions',
      '/v1/chat/completions/',
      '/v1/chat/%63ompletions',
      '/v1/responses',
      '/v1/embeddings',
    ]) {
      const answer = await carried(`${url}/openai${path}`, 'POST', '{}');
      expect([answer.status, codeOf(answer)], path).toEqual([403, 'PASS_THROUGH_READ_ELSEWHERE']);
    }
    expect(up.peers).toHaveLength(0);
    const provider = google({ apiKey: 'g', baseUrl: up.url });
    const other = await passing(up.url, { provider, paths: ['/v1beta/*'] });
    const answer = await carried(`${other.url}/google/v1beta/models/gemini-x:generateContent`, 'POST', '{}');
    expect([answer.status, JSON.parse(answer.body.toString()).error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });

  it('is anything of the client’s head beyond a few names', async () => {
    const up = await answering();
    const { url } = await passing(up.url);
    const doors = [
      ...[
        'authorization',
        'x-api-key',
        'api-key',
        'x-goog-api-key',
        'cookie',
        'proxy-authorization',
        'openai-organization',
        'openai-project',
      ],
      ...['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'x-original-url', 'x-http-method-override', 'te'],
      ...['metadata-flavor', 'x-aws-ec2-metadata-token', 'x-pass-metadata-flavor', 'keep-alive', 'proxy-connection', 'referer', 'origin'],
      ...['traceparent', 'idempotency-key', 'anything-else', '__proto__', 'constructor'],
    ];
    await carried(`${url}/openai/v1/files`, 'GET', undefined, Object.fromEntries(doors.map((name) => [name, 'canary-of-the-door'])));
    expect(up.requests[0]?.bytes.toString()).not.toContain('canary');
    expect(up.requests[0]?.headers.map(([name]) => name).toSorted()).toEqual(
      ['accept', 'accept-encoding', 'authorization', 'connection', 'host', 'openai-organization', 'user-agent'].toSorted(),
    );
  });

  it('HTTP-1: a header that Connection names is for this hop, and takes none of ours along', async () => {
    const up = await answering();
    const { url } = await passing(up.url);
    await carried(`${url}/openai/v1/files`, 'GET', undefined, {
      connection: 'close, authorization, accept, openai-beta, user-agent',
      accept: 'image/png',
      'openai-beta': 'x',
    });
    expect(Object.fromEntries(up.requests[0]?.headers ?? [])).toMatchObject({
      authorization: 'Bearer sk-operators-own',
      accept: '*/*',
      'user-agent': 'express-ai-gateway',
    });
    expect(up.requests[0]?.headers.map(([name]) => name)).not.toContain('openai-beta');
  });

  it('is a credential in the query', async () => {
    const up = await answering();
    const { url } = await passing(up.url);
    await carried(`${url}/openai/v1/files?key=1&a=b&api_key=2&%6Bey=3&ACCESS_TOKEN=4&limit=5`, 'GET');
    expect(up.requests[0]?.head).toMatch(/^GET \/v1\/files\?a=b&limit=5 HTTP/);
  });
});

describe('what comes back', () => {
  it('is the body as it is, and of the head a few names', async () => {
    const up = await answering('binary', {
      'content-type': 'audio/mpeg',
      'content-disposition': 'attachment; filename="a.mp3"',
      'openai-processing-ms': '12',
      'x-request-id': 'req_123',
      'set-cookie': 'canary=1',
      'x-ratelimit-remaining-requests': 'canary',
      'openai-organization': 'canary',
      'access-control-allow-origin': 'canary',
      'strict-transport-security': 'canary',
      server: 'canary',
      location: 'http://canary/',
    });
    const { url } = await passing(up.url);
    const answer = await carried(`${url}/openai/v1/audio/speech`, 'POST', '{}');
    expect(answer.body.toString()).toBe('binary');
    expect(JSON.stringify(answer.headers)).not.toContain('canary');
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': '6',
      'content-disposition': 'attachment; filename="a.mp3"',
      'openai-processing-ms': '12',
      'x-upstream-request-id': 'req_123',
    });
  });

  it.each([400, 404, 413, 422])('of status %i is told in the provider’s words, without what is the operator’s', async (status) => {
    const words = {
      error: { message: 'Invalid voice for key sk-operators-own of org-operators1', type: 'x', code: 'bad_voice', param: 'voice' },
    };
    const up = await answering(JSON.stringify(words), {}, status);
    const { url } = await passing(up.url);
    const answer = await carried(`${url}/openai/v1/audio/speech`, 'POST', '{}');
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'bad_voice', param: 'voice' } });
    expect(answer.body.toString()).toMatch(/Invalid voice for key \[removed\] of \[removed\]/);
  });

  it.each([
    [401, 502, 'GW_UPSTREAM_AUTH'],
    [403, 502, 'GW_UPSTREAM_AUTH'],
    [429, 429, 'GW_UPSTREAM_RATE_LIMITED'],
    [500, 502, 'GW_UPSTREAM_ERROR'],
    [503, 502, 'GW_UPSTREAM_ERROR'],
    [418, 400, 'GW_UPSTREAM_REFUSED'],
    [301, 502, 'PASS_THROUGH_REDIRECT'],
    [307, 502, 'PASS_THROUGH_REDIRECT'],
  ])('of status %i is %i %s, without the provider’s words', async (status, told, code) => {
    const attacker = await answering();
    const up = await answering('{"error":{"message":"canary of the house"}}', { location: `${attacker.url}/`, 'retry-after': '7' }, status);
    const { url } = await passing(up.url);
    const answer = await carried(`${url}/openai/v1/audio/speech`, 'POST', '{}');
    expect([answer.status, codeOf(answer)]).toEqual([told, code]);
    expect(answer.body.toString()).not.toContain('canary');
    if (status === 429) expect(answer.headers['retry-after']).toBe('7');
    expect(attacker.peers).toHaveLength(0);
  });

  it('of an error without words, with endless or with slow ones is told by its status', async () => {
    const up = await hostileUpstream(async (peer, { head: asked }) => {
      if (asked.includes('/empty')) peer.say(wholeAnswer('', {}, 404));
      else if (asked.includes('/binary')) peer.say(wholeAnswer('\u0000\u0001', { 'content-type': 'image/png' }, 400));
      else {
        peer.say(head(400, { 'content-type': 'application/json', 'content-length': '100000000' }));
        if (asked.includes('/endless')) await peer.pour('x'.repeat(65_536), 1000);
      }
    });
    const { url } = await passing(up.url);
    for (const path of ['empty', 'binary', 'endless', 'slow']) {
      const answer = await carried(`${url}/openai/v1/x/${path}`, 'POST', '{}');
      expect([answer.status, codeOf(answer)], path).toEqual([400, 'GW_UPSTREAM_REFUSED']);
    }
  });

  it('encoded is not decoded, and an upload address of the provider’s own not passed on', async () => {
    for (const [headers, code] of [
      [{ 'content-encoding': 'gzip' }, 'PASS_THROUGH_ENCODED'],
      [{ 'x-goog-upload-url': 'https://generativelanguage.googleapis.com/upload?upload_id=1' }, 'PASS_THROUGH_UPLOAD_URL'],
    ] as const) {
      const up = await answering('{}', headers);
      const { url } = await passing(up.url);
      const answer = await carried(`${url}/openai/v1/x`, 'POST', '{}');
      expect([answer.status, codeOf(answer)]).toEqual([502, code]);
    }
  });

  it('broken off is cut, never whole', async () => {
    const up = await hostileUpstream((peer) => {
      peer.say(`${head(200, { 'content-type': 'audio/mpeg', 'content-length': '1000' })}begun`);
      setTimeout(() => peer.destroy(), 20);
    });
    const { url } = await passing(up.url);
    expect(await carried(`${url}/openai/v1/audio/speech`, 'POST', '{}')).toMatchObject({ status: 200, broken: true });
  });

  it('goes at the client’s pace, and stops with it', async () => {
    const up = await hostileUpstream(async (peer) => {
      peer.say(head(200, { 'content-type': 'video/mp4', 'content-length': String(64 * megabyte) }));
      await peer.pour(Buffer.alloc(megabyte), 64);
    });
    const { url } = await passing(up.url);
    const client = await hostileClient(url);
    client.say('GET /ai/openai/v1/videos/1/content HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.hearsBytes(1);
    client.stopReading();
    const peer = await up.peer(0);
    let before = -1;
    while (peer.accepted !== before) {
      before = peer.accepted;
      await new Promise((go) => setTimeout(go, 100));
    }
    expect(before).toBeLessThan(32 * megabyte);
    client.readOn();
    await client.hearsBytes(before + megabyte);
    const leftAt = performance.now();
    client.destroy();
    await peer.closed;
    expect((peer.closedAt as number) - leftAt).toBeLessThan(100);
  });

  it('not at all is 504 in time, and no socket is left', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await passing(up.url, { timeouts: { idleMs: 100 } });
    expect((await carried(`${url}/openai/v1/x`, 'POST', '{}')).status).toBe(504);
    await (await up.peer(0)).closed;
  });
});

describe('batches', () => {
  const form = (...parts: readonly (readonly [headers: string, content: string])[]): string =>
    `${parts.map(([headers, content]) => `--b\r\ncontent-disposition: form-data; ${headers}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`;
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  const file = ['name="file"; filename="x.jsonl"', '{"custom_id":"1"}\n'] as const;

  it('are refused, whoever’s they are; looking at them and ending them is not', async () => {
    const up = await answering();
    const { url } = await passing(up.url, { paths: ['/v1/*'] });
    for (const path of [
      '/v1/batches',
      '/v1/batches/',
      '/v1/Batches',
      '/v1/b%61tches',
      '/v1/messages/batches',
      '/v1/models/x:batchGenerateContent',
      '/v1/models/x:asyncBatchEmbedContent',
    ]) {
      const answer = await carried(`${url}/openai${path}`, 'POST', '{}');
      expect([answer.status, codeOf(answer)], path).toEqual([403, 'PASS_THROUGH_BATCH']);
    }
    expect(up.peers).toHaveLength(0);
    expect((await carried(`${url}/openai/v1/batches`, 'GET')).status).toBe(200);
    expect((await carried(`${url}/openai/v1/batches/batch_1/cancel`, 'POST', '{}')).status).toBe(200);
  });

  it.each([
    ['before the file', form(['name="purpose"', 'batch'], file)],
    ['behind the file', form(file, ['name="purpose"', 'batch'])],
    ['twice, once harmless', form(['name="purpose"', 'assistants'], file, ['name="purpose"', 'batch'])],
  ])('have no file uploaded for them: purpose %s', async (_where, body) => {
    const up = await answering();
    const { url } = await passing(up.url);
    const answer = await carried(`${url}/openai/v1/files`, 'POST', body, type);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'PASS_THROUGH_BATCH']);
    // Nothing, or the beginning of a request: never one that the provider could act on.
    expect(up.requests).toHaveLength(0);
    for (const peer of up.peers) {
      await peer.closed;
      expect(peer.received.toString()).not.toContain('batch\r\n');
    }
  });

  it('behind a file that is long gone on: the provider sees a request without end', async () => {
    const up = await hostileUpstream(() => {});
    const { url } = await passing(up.url);
    const { request, answer } = uploading(`${url}/openai/v1/files`, 'POST', type);
    request.write(form(file).replace('--b--\r\n', ''));
    const peer = await up.peer(0);
    await expect.poll(() => peer.received.toString()).toContain('custom_id');
    request.end('--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n');
    expect(await answer).toMatchObject({ status: 403 });
    await peer.closed;
    expect(peer.received.toString()).not.toMatch(/--b--|\r\n0\r\n\r\n$/);
  });

  it('leave other files alone', async () => {
    const up = await answering();
    const { url } = await passing(up.url);
    expect((await carried(`${url}/openai/v1/files`, 'POST', form(file, ['name="purpose"', 'user_data']), type)).status).toBe(200);
    expect(up.requests[0]?.body).toBe(form(file, ['name="purpose"', 'user_data']));
    const odd = await carried(`${url}/openai/v1/files`, 'POST', '{"purpose":"batch"}', { 'content-type': 'application/json' });
    expect([odd.status, codeOf(odd)]).toEqual([400, 'PASS_THROUGH_FORM']);
    expect(up.requests).toHaveLength(1);
  });

  it('pass where the operator says so', async () => {
    const up = await answering();
    const { url } = await passing(up.url, { batches: 'allow' });
    expect((await carried(`${url}/openai/v1/batches`, 'POST', '{}')).status).toBe(200);
    expect((await carried(`${url}/openai/v1/files`, 'POST', form(file, ['name="purpose"', 'batch']), type)).status).toBe(200);
  });

  it('and everything else beside a plugin that reads what it meters are refused', async () => {
    const up = await answering();
    const budget = definePlugin({ name: 'budget', create: () => ({ attempt: () => {} }) })();
    const { url } = await passing(up.url, { batches: 'allow' }, { plugins: [budget] });
    const answer = await carried(`${url}/openai/v1/batches`, 'POST', '{}');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'GW_UNPOLICED']);
    expect(up.peers).toHaveLength(0);
  });
});

describe('among other plugins', () => {
  function keys(): GatewayPlugin {
    return definePlugin({
      name: 'keys',
      provides: [principal],
      create: () => ({
        onRequest(context) {
          if (context.headers.authorization === 'Bearer gw_alice') context.set(principal, { id: 'alice', kind: 'key', tenant: 'acme' });
        },
      }),
    })();
  }

  it('is authenticated and logged like every call', async () => {
    const lines: Record<string, unknown>[] = [];
    const { default: winston } = await import('winston');
    const { PassThrough } = await import('node:stream');
    const stream = new PassThrough();
    stream.on('data', (line: Buffer) => lines.push(JSON.parse(line.toString()) as Record<string, unknown>));
    const up = await answering('binary', { 'content-type': 'audio/mpeg' });
    const plugins = [logging({ transports: [new winston.transports.Stream({ stream })] }), keys()];
    const { url, gateway } = await passing(up.url, {}, { plugins, allowAnonymous: false });
    expect((await carried(`${url}/openai/v1/audio/speech?secret=1`, 'POST', 'body', { authorization: 'Bearer stranger' })).status).toBe(
      401,
    );
    expect(up.peers).toHaveLength(0);
    expect((await carried(`${url}/openai/v1/audio/speech?secret=1`, 'POST', 'body', { authorization: 'Bearer gw_alice' })).status).toBe(
      200,
    );
    await gateway.close();
    expect(lines).toMatchObject([
      { status: 401, error: 'GW_UNAUTHENTICATED', dialect: 'pass-through:openai' },
      {
        message: 'exchange completed',
        status: 200,
        dialect: 'pass-through:openai',
        path: '/openai/v1/audio/speech',
        target: 'openai/*',
        source: 'upstream',
        bytesIn: 4,
        bytesOut: 6,
        principal: { id: 'alice', tenant: 'acme' },
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|gw_alice|sk-operators/);
  });

  it('has its routes in the table, and explains itself', async () => {
    const { gateway } = await passing('http://127.0.0.1:1', { paths: ['/v1/files*'], methods: ['GET'] });
    expect(gateway.routes).toContainEqual({ method: 'GET', path: '/openai/v1/files', dialect: 'pass-through:openai', access: 'principal' });
    expect(gateway.routes).toContainEqual({
      method: 'GET',
      path: '/openai/v1/files/*',
      dialect: 'pass-through:openai',
      access: 'principal',
    });
    expect(gateway.explain({ method: 'GET', path: '/openai/v1/files/1' })).toMatchObject({
      route: { dialect: 'pass-through:openai' },
      targets: [{ id: 'openai/*', usable: true, why: 'carried unread' }],
      plugins: [{ name: 'pass-through', says: 'carries what its operator allows by path; reads nothing of it' }],
    });
  });

  it('waits at close() for what passes, and leaves no socket', async () => {
    const up = await hostileUpstream((peer) => {
      peer.say(`${head(200, { 'content-type': 'audio/mpeg', 'content-length': '10' })}begun`);
      setTimeout(() => peer.say('-done'), 100);
    });
    const { url, gateway } = await passing(up.url);
    const answer = carried(`${url}/openai/v1/x`, 'GET');
    await up.request(0);
    await gateway.close();
    expect((await answer).body.toString()).toBe('begun-done');
    await (await up.peer(0)).closed;
    expect((await carried(`${url}/openai/v1/x`, 'GET')).status).toBe(503);
  });
});

describe('options', () => {
  const provider = openaiCompatible({ name: 'local', baseUrl: 'http://127.0.0.1:1/v1' });

  it.each([
    [{ allow: [] }, /allow.*at least one rule/],
    [{ allow: [{ provider: 'openai', methods: ['POST'], paths: ['/v1/x'] }] }, /allow\[0\]\.provider.*a provider such as openai/],
    [{ allow: [{ provider, methods: ['TRACE'], paths: ['/v1/x'] }] }, /allow\[0\]\.methods/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['v1/x'] }] }, /allow\[0\]\.paths\[0\].*a path of the provider/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['/v1/*/*'] }] }, /a path of the provider/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['/v1/../x'] }] }, /dotted/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['/v1/%2e'] }] }, /a path of the provider/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['/v1/x'] }], batches: 'meter' }, /batches/],
    [{ allow: [{ provider, methods: ['POST'], paths: ['/v1/x'] }], maxBytes: 1 }, /maxBytes/],
  ])('%j are refused', (options, message) => {
    expect(() => passThrough(options as never)).toThrow(message);
  });

  it('that lead two rules to one path fail the build, and name both', async () => {
    const allow = [
      { provider, methods: ['POST' as const], paths: ['/v1/files*'] },
      { provider, methods: ['POST' as const], paths: ['/v1/files/*'] },
    ];
    await expect(running('http://127.0.0.1:1', { plugins: [passThrough({ allow })] })).rejects.toThrow(
      /POST \/local\/v1\/files\/\* of pass-through:local: expected a path of its own, received one that pass-through:local of the plugin pass-through has/,
    );
  });

  it('may leave a key of the provider’s out of every print', () => {
    const made = passThrough({ allow: [{ provider: openaiAt('http://127.0.0.1:1'), methods: ['POST'], paths: ['/v1/x'] }] });
    expect(JSON.stringify(made)).not.toContain('sk-operators-own');
  });
});

describe('the plugin', () => {
  describe('keeps the contract', () => {
    const plugin = () => passThrough({ allow: [{ provider: openai({ apiKey: 'sk-x' }), methods: ['POST'], paths: ['/v1/audio/*'] }] });
    for (const { name, run } of contractCases({ plugin })) it(name, run);
  });

  it('works as its README shows', async () => {
    const readme = readFileSync(new URL('../../../plugins/pass-through/README.md', import.meta.url), 'utf8');
    const code = /^```js\n(import \{ aiGateway[\s\S]*?)^```/m.exec(readme)?.[1] ?? 'throw new Error("none")';
    const open = code.replace('plugins: [', 'allowAnonymous: true,\n  plugins: [');
    const flags = ['--conditions=@express-ai-gateway/source', '--input-type=module', '--eval'];
    const shown = `${open}\nconsole.log(gateway.routes.map(({ dialect }) => dialect).join());\nawait gateway.close();`;
    const cwd = fileURLToPath(new URL('../../', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, shown], {
      cwd,
      env: { PATH: process.env.PATH, OPENAI_API_KEY: 'sk-x' },
    });
    expect(stdout).toContain('pass-through:openai');
  });
});
