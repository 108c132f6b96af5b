import net from 'node:net';
import express from 'express';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import { aiGateway, type Gateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { principal } from '../../core/src/slot.ts';
import { passThrough } from '../../plugins/pass-through/src/plugin.ts';
import { serviceProxy } from '../../plugins/service-proxy/src/plugin.ts';
import { webSocket } from '../../plugins/websocket/src/plugin.ts';
import { listening, type Running, running, send } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { hostileClient } from '../kit/hostile-client.ts';
import { type HostileUpstream, head, hostileUpstream, type RawRequest, streamHead, wholeAnswer } from '../kit/hostile-upstream.ts';

leavesNothing();

const chatAnswer = '{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}';

/** The configured upstream, and a listener that nobody may ever call. */
let upstream: HostileUpstream;
let attacker: HostileUpstream;
let gateway: Running;

beforeEach(async () => {
  upstream = await hostileUpstream((peer) => void peer.say(wholeAnswer(chatAnswer)));
  attacker = await hostileUpstream((peer) => void peer.say(wholeAnswer(chatAnswer)));
  gateway = await running(upstream.url);
});

/** Host, path and credential of what reached the upstream: all three are the operator's. */
function expectOperatorsOwn(requests: readonly RawRequest[], to: HostileUpstream, key = 'sk-operators-own'): void {
  for (const { head, headers } of requests) {
    expect(head).toMatch(/^POST \/v1\/(chat\/completions|embeddings) HTTP\/1\.1\r\n/);
    expect(headers.filter(([name]) => name === 'host')).toEqual([['host', `127.0.0.1:${to.port}`]]);
    expect(headers.filter(([name]) => /authorization|api-?key|organization|project/.test(name))).toEqual([
      ['authorization', `Bearer ${key}`],
    ]);
  }
}

/** Everything a gateway, an SDK or a provider is known to take for a destination or a credential in a body. */
const bodyFields = [
  'api_base',
  'apiBase',
  'base_url',
  'baseUrl',
  'baseURL',
  'endpoint',
  'azure_endpoint',
  'azureEndpoint',
  'aws_bedrock_runtime_endpoint',
  'host',
  'custom_host',
  'customHost',
  'url',
  'uri',
  'server_url',
  'target_url',
  'upstream',
  'proxy',
  'proxies',
  'http_proxy',
  'callback_url',
  'webhook_url',
  'model_list',
  'fallbacks',
  'targets',
  'providers',
  'provider',
  'custom_llm_provider',
  'config',
  'user_config',
  'router_settings',
  'litellm_params',
  'litellm_credential_name',
  'vertex_credentials',
  'vertex_ai_credentials',
  'api_key',
  'apiKey',
  'authorization',
  'organization',
  'headers',
  'default_headers',
  'extra_headers',
  'extra_body',
  'extra_query',
  'client',
  'http_client',
  '__proto__',
  'constructor',
] as const;

/** What such a field may hold. */
function valuesFor(url: string): readonly unknown[] {
  const entry = {
    model: 'm',
    api_base: url,
    base_url: url,
    api_key: 'sk-attackers',
    url,
    headers: { authorization: 'Bearer sk-attackers', host: url },
  };
  return [url, entry, [entry], { litellm_params: entry, model_list: [{ model_name: 'chat', litellm_params: entry }] }];
}

/** The value, wrapped into objects and lists so many times. */
function nested(value: unknown, depth: number): unknown {
  let wrapped = value;
  for (let level = 0; level < depth; level += 1) wrapped = level % 2 === 0 ? { metadata: wrapped } : [wrapped];
  return wrapped;
}

/** One request as raw bytes on a connection of its own; resolves to the answer's bytes. */
async function raw(url: string, head: string, body = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(
    `${head}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1');
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

describe('SSRF-1: no client chooses where its request goes', () => {
  it.each(bodyFields)(
    'SSRF-1: the body field %s changes neither host nor path nor credential, at any depth, on any route',
    async (field) => {
      const values = valuesFor(attacker.url);
      let sent = 0;
      for (const route of gateway.gateway.routes.filter(({ method }) => method === 'POST'))
        for (let depth = 0; depth <= 6; depth += 1) {
          // Each depth with another value: all of them on all depths would be the same requests four times.
          const value = JSON.stringify(values[depth % values.length]);
          const wrapped = depth === 0 ? value : JSON.stringify(nested({ [field]: 'HERE' }, depth - 1)).replace('"HERE"', value);
          const member = depth === 0 ? `${JSON.stringify(field)}:${value}` : `"metadata":${wrapped}`;
          const known = '"model":"chat","messages":[{"role":"user","content":"Hello"}],"input":"Hello"';
          // Formats that this provider is not asked in have no target, models that a path does not name are unknown.
          const { status } = await send(gateway.url + route.path.replace('*', 'chat'), `{${known},${member}}`);
          expect([200, 400, 404, 503]).toContain(status);
          sent += 1;
        }
      expect(sent).toBeGreaterThanOrEqual(14);
      expect(upstream.requests.length).toBeGreaterThan(0);
      expectOperatorsOwn(upstream.requests, upstream);
      expect(attacker.peers).toHaveLength(0);
    },
  );

  it.each([
    'host',
    'x-host',
    'x-forwarded-host',
    'x-forwarded-server',
    'x-http-host-override',
    'forwarded',
    'x-original-url',
    'x-rewrite-url',
    'x-original-host',
    'x-portkey-custom-host',
    'x-portkey-config',
    'x-portkey-provider',
    'x-portkey-virtual-key',
    'x-custom-host',
    'x-base-url',
    'x-api-base',
    'x-openai-base-url',
    'x-azure-endpoint',
    'x-upstream-url',
    'x-target-url',
    'x-proxy-url',
    'helicone-target-url',
    'helicone-openai-api-base',
    'x-litellm-api-base',
    'x-pass-authorization',
    'proxy',
    'proxy-authorization',
    'http-proxy',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'openai-organization',
    'openai-project',
    'authorization',
    'referer',
    'origin',
    'location',
  ])('SSRF-1: the header %s changes neither host nor path nor credential', async (name) => {
    for (const value of [attacker.url, `127.0.0.1:${attacker.port}`, JSON.stringify(valuesFor(attacker.url)[1])])
      await gateway.chat({}, { headers: { [name]: value } });
    expect(upstream.requests).toHaveLength(3);
    expectOperatorsOwn(upstream.requests, upstream);
    for (const { bytes } of upstream.requests) expect(bytes.toString()).not.toContain(String(attacker.port));
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-1: neither does the query, in plain, bracket or array form', async () => {
    for (const field of bodyFields) {
      const url = encodeURIComponent(attacker.url);
      const query = `${field}=${url}&config[${field}]=${url}&${field}[]=${url}&targets[0][${field}]=${url}`;
      const { status } = await send(`${gateway.url}/v1/chat/completions?${query}`, {
        model: 'chat',
        messages: [{ role: 'user', content: 'Hi' }],
      });
      expect(status).toBe(200);
    }
    expect(upstream.requests).toHaveLength(bodyFields.length);
    expectOperatorsOwn(upstream.requests, upstream);
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-1: neither does the path', async () => {
    const other = `127.0.0.1:${attacker.port}`;
    const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] });
    const targets = [
      `http://${other}/ai/v1/chat/completions`,
      `http://${other}/v1/chat/completions`,
      `//${other}/ai/v1/chat/completions`,
      `/ai//${other}/v1/chat/completions`,
      `/ai/v1/proxy/http://${other}/v1/chat/completions`,
      `/ai/http://${other}/v1/chat/completions`,
      `/ai/v1/chat/completions/http://${other}/`,
      `/ai/v1/chat/completions/..%2f..%2f@${other}/`,
      `/ai/v1/chat/completions;@${other}`,
      `/ai/v1/chat/completions@${other}`,
      `/ai/v1/chat/completions#@${other}`,
      `/ai/v1/chat/completions?@${other}`,
      `/ai/../..//${other}/v1/chat/completions`,
      `/ai/v1/models/http%3A%2F%2F${other}`,
      `/ai\\${other}\\v1\\chat\\completions`,
    ];
    for (const target of targets)
      for (const host of [`x`, other]) {
        const answer = await raw(gateway.url, `POST ${target} HTTP/1.1\r\nhost: ${host}`, body);
        expect(answer, target).toMatch(/^HTTP\/1\.1 (200|400|404|405) /);
      }
    expectOperatorsOwn(upstream.requests, upstream);
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-1: neither does the model', async () => {
    const other = `127.0.0.1:${attacker.port}`;
    const models = [
      attacker.url,
      `${attacker.url}/m`,
      `//${other}/m`,
      `up@${other}/m`,
      `up/${attacker.url}`,
      `up/../../../@${other}`,
      `up/m?base=${attacker.url}`,
      `up/m#@${other}`,
      `up/m\r\nhost: ${other}`,
      `up/m HTTP/1.1\r\nhost: ${other}\r\n\r\n`,
    ];
    for (const model of models) expect([200, 404]).toContain((await gateway.chat({ model })).status);
    expect(upstream.requests.length).toBeGreaterThan(0);
    expectOperatorsOwn(upstream.requests, upstream);
    const received = upstream.peers.map((peer) => peer.received.toString()).join('');
    expect(received.match(/^.*HTTP\/1\.1\r$/gm)).toHaveLength(upstream.requests.length); // a request line for each, and no more
    expect(attacker.peers).toHaveLength(0);
  });

  it.each([
    [
      'multipart/form-data; boundary=b',
      (url: string) => `--b\r\ncontent-disposition: form-data; name="api_base"\r\n\r\n${url}\r\n--b--\r\n`,
    ],
    ['application/x-www-form-urlencoded', (url: string) => `model=chat&api_base=${url}&config[api_base]=${url}`],
    ['text/plain', (url: string) => JSON.stringify({ model: 'chat', messages: [], api_base: url })],
  ])('SSRF-1: a body of type %s is not read, and not forwarded', async (type, body) => {
    for (const route of ['/v1/chat/completions', '/v1/embeddings']) {
      const { status } = await send(gateway.url + route, body(attacker.url), { headers: { 'content-type': type } });
      expect(status).toBe(415);
    }
    expect(upstream.peers).toHaveLength(0);
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-1: neither does the environment of the process', async () => {
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'all_proxy',
      'OPENAI_BASE_URL',
      'OPENAI_API_BASE',
    ];
    for (const name of names) {
      const before = process.env[name];
      process.env[name] = attacker.url;
      onTestFinished(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
    }
    const fresh = await running(upstream.url);
    expect((await fresh.chat()).status).toBe(200);
    expectOperatorsOwn(upstream.requests, upstream);
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-1: a redirect leads nowhere, and takes no credential along', async () => {
    for (const status of [301, 302, 303, 307, 308])
      for (const location of [`${attacker.url}/v1`, `//127.0.0.1:${attacker.port}/`, 'file:///etc/passwd', 'http://169.254.169.254/']) {
        const redirecting = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}', { location }, status)));
        const one = await running(redirecting.url);
        for (const stream of [true, false]) expect((await one.chat({ stream })).json.error?.code).toBe('GW_UPSTREAM_BAD_RESPONSE');
        expect(redirecting.requests).toHaveLength(2);
      }
    expect(attacker.peers).toHaveLength(0);
  });
});

describe('SSRF-2: the key that is sent is the key of where it is sent', () => {
  /** A generator of its own, so that a failure can be run again. */
  function random(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  it.each([1, 2, 3, 4])('SSRF-2: for any JSON body (seed %i)', async (seed) => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const other = await hostileUpstream((peer) => void peer.say(wholeAnswer(chatAnswer)));
    const { chat, url } = await running(upstream.url, {
      providers: [
        openaiCompatible({ name: 'one', baseUrl: `${upstream.url}/v1`, apiKey: 'sk-key-of-one' }),
        openaiCompatible({ name: 'two', baseUrl: `${other.url}/v1`, apiKey: 'sk-key-of-two' }),
      ],
      models: { chat: 'one/m', cheap: ['two/m', 'one/m'] },
    });
    const leaves = [attacker.url, other.url, upstream.url, 'sk-key-of-one', 'sk-attackers', 'two', 'one/m', null, true, 1, ''];
    const anything = (depth: number): unknown => {
      const kind = depth === 0 ? 2 : Math.floor(next() * 3);
      if (kind === 0) return Object.fromEntries(Array.from({ length: 3 }, () => [pick(bodyFields), anything(depth - 1)]));
      return kind === 1 ? [anything(depth - 1), anything(depth - 1)] : pick(leaves);
    };
    const models = [
      'chat',
      'cheap',
      'one/m',
      'two/m',
      'one/two/m',
      'two/one',
      'three/m',
      attacker.url,
      `one@${attacker.url}/m`,
      '',
      null,
      ['one/m'],
    ];
    const outcomes = new Set<number>();
    for (let time = 0; time < 100; time += 1) {
      const members = Object.fromEntries(Array.from({ length: 4 }, () => [pick(bodyFields), anything(4)]));
      const body = { ...members, model: pick(models), messages: [{ role: 'user', content: anything(2) }], input: 'Hi' };
      const { status } = next() < 0.8 ? await chat(body) : await send(`${url}/v1/embeddings`, body);
      outcomes.add(status);
    }
    expect([...outcomes].filter((status) => status >= 500)).toEqual([]);
    expect(upstream.requests.length).toBeGreaterThan(5);
    expect(other.requests.length).toBeGreaterThan(5);
    expectOperatorsOwn(upstream.requests, upstream, 'sk-key-of-one');
    expectOperatorsOwn(other.requests, other, 'sk-key-of-two');
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-2: also when the first target fails and the second is asked', async () => {
    const failing = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}', {}, 500)));
    const { chat } = await running(upstream.url, {
      providers: [
        openaiCompatible({ name: 'one', baseUrl: `${failing.url}/v1`, apiKey: 'sk-key-of-one' }),
        openaiCompatible({ name: 'two', baseUrl: `${upstream.url}/v1`, apiKey: 'sk-key-of-two' }),
      ],
      models: { chat: ['one/m', 'two/m'] },
    });
    expect((await chat()).status).toBe(200);
    expectOperatorsOwn(failing.requests, failing, 'sk-key-of-one');
    expectOperatorsOwn(upstream.requests, upstream, 'sk-key-of-two');
    expect(upstream.peers[0]?.received.toString()).not.toContain('sk-key-of-one');
  });
});

describe('SSRF-5: URLs in payloads are texts', () => {
  it('SSRF-5: the gateway fetches none of a request, wherever it stands, and passes it on as it is', async () => {
    const { url } = attacker;
    const parts = [
      { type: 'image_url', image_url: { url: `${url}/image.png`, detail: 'high' } },
      { type: 'image_url', image_url: `${url}/plain.png` },
      { type: 'input_image', image_url: `${url}/input.png` },
      { type: 'image', source: { type: 'url', url: `${url}/source.png` } },
      { type: 'file', file: { file_url: `${url}/file.pdf`, file_data: `${url}/data` } },
      { type: 'input_audio', input_audio: { data: `${url}/audio.mp3`, format: 'mp3' } },
      { type: 'video_url', video_url: { url: `${url}/video.mp4` } },
      { type: 'document', source: { type: 'url', url: `${url}/document.pdf` } },
      { type: 'text', text: `![image](${url}/markdown.png) <img src="${url}/html.png"> ${url}` },
    ];
    const tools = [
      { type: 'mcp', server_url: `${url}/mcp`, server_label: 'x' },
      {
        type: 'function',
        function: { name: 'fetch', description: url, parameters: { $ref: `${url}/schema.json`, $schema: `${url}/schema` } },
      },
    ];
    const answer = await gateway.chat({
      messages: [
        { role: 'system', content: url },
        { role: 'user', content: parts },
      ],
      tools,
    });
    expect(answer.status).toBe(200);
    const { body } = await upstream.request(0);
    expect(JSON.parse(body)).toMatchObject({ messages: [{ content: url }, { content: parts }], tools });
    expect((await send(`${gateway.url}/v1/embeddings`, { model: 'chat', input: [url, `${url}/b`] })).status).toBe(200);
    expect(attacker.peers).toHaveLength(0);
  });

  it('SSRF-5: nor any of an answer', async () => {
    const { url } = attacker;
    const content = `![image](${url}/a.png) ${url}`;
    const whole = JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content, images: [{ image_url: { url } }] }, finish_reason: 'stop' }],
    });
    const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] })}\n\n`;
    const answering = await hostileUpstream((peer, request) => {
      const isStream = request.body.includes('"stream":true');
      peer.say(isStream ? `${streamHead.replace('transfer-encoding: chunked', 'connection: close')}${event}` : wholeAnswer(whole));
      if (isStream) peer.finish();
    });
    const one = await running(answering.url);
    expect((await one.chat()).text).toBe(whole);
    expect((await one.chat({ stream: true })).text).toBe(event);
    expect(attacker.peers).toHaveLength(0);
  });
});

describe('SSRF-6: headers that open doors inside', () => {
  it('SSRF-6: reach the upstream by an allow-list only', async () => {
    const doors = [
      'X-aws-ec2-metadata-token',
      'X-aws-ec2-metadata-token-ttl-seconds',
      'Metadata-Flavor',
      'X-Google-Metadata-Request',
      'Metadata',
      'X-IDENTITY-HEADER',
      'Proxy-Authorization',
      'Proxy-Connection',
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'X-Forwarded-Port',
      'X-Real-IP',
      'X-Client-IP',
      'True-Client-IP',
      'CF-Connecting-IP',
      'X-Envoy-Original-Path',
      'X-Pass-Authorization',
      'X-Pass-Metadata-Flavor',
      'Cookie',
      'X-Amz-Security-Token',
      'X-Vault-Token',
      'X-Consul-Token',
      'X-Kubernetes-Pf-Flowschema-Uid',
      'Impersonate-User',
      'X-Remote-User',
      'X-HTTP-Method-Override',
      'X-CSRF-Token',
      'Origin',
      'Referer',
      'Range',
      'If-None-Match',
      'Traceparent',
      'Baggage',
      'Idempotency-Key',
      'X-Stainless-Retry-Count',
      'Anything-Else',
    ];
    for (const stream of [false, true]) {
      const headers = Object.fromEntries(doors.map((name) => [name, 'canary-of-the-door']));
      await gateway.chat({ stream }, { headers });
    }
    for (const { headers, bytes } of upstream.requests) {
      expect(bytes.toString()).not.toContain('canary-of-the-door');
      const names = headers.map(([name]) => name);
      expect(names).toEqual([
        'host',
        'connection',
        'content-type',
        'accept',
        'accept-encoding',
        'user-agent',
        'authorization',
        'content-length',
      ]);
    }
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('SSRF-7: no way around the checks', () => {
  /** A gateway with an authenticator, a provider and two handoffs; whatever reaches anybody behind it is seen. */
  async function guarded(
    more: readonly GatewayPlugin[] = [],
  ): Promise<{ readonly url: string; readonly gateway: Gateway; readonly up: HostileUpstream; listen(): void }> {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer(chatAnswer)));
    const provider = openaiCompatible({ name: 'up', baseUrl: `${up.url}/v1`, apiKey: 'sk-operators-own' });
    const keys = definePlugin({
      name: 'keys',
      provides: [principal],
      create: () => ({
        onRequest(context) {
          if (context.headers.authorization === 'Bearer gw_alice') context.set(principal, { id: 'alice', kind: 'key' });
        },
      }),
    })();
    const own = aiGateway({
      providers: [provider],
      models: { chat: 'up/m' },
      plugins: [
        keys,
        passThrough({ allow: [{ provider, methods: ['GET', 'POST', 'DELETE'], paths: ['/v1/files*'] }] }),
        serviceProxy({ services: [{ path: '/services/summarise', target: up.url }] }),
        ...more,
      ],
    });
    const server = await listening(express().use('/ai', own));
    onTestFinished(() => own.close());
    return { url: server.url, gateway: own, up, listen: () => void server.on('upgrade', own.upgrade) };
  }

  function lines(method: string, path: string, ...more: readonly string[]): string {
    const body = method === 'POST' ? '{}' : '';
    const head = [
      `${method} /ai${path.replace('*', 'chat')} HTTP/1.1`,
      'host: x',
      ...more,
      `content-length: ${body.length}`,
      'content-type: application/json',
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  }

  const upgrades = [
    ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version: 13'],
    ['connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__'],
    ['connection: Upgrade', 'upgrade: TLS/1.0, HTTP/1.1'],
  ] as const;

  it('SSRF-7: an upgrade of any route is refused where the gateway is asked about upgrades, whoever asks', async () => {
    const { url, gateway: own, up, listen } = await guarded();
    listen();
    const routes = own.routes.filter(({ dialect }) => dialect !== 'health');
    expect(
      routes.some(({ dialect }) => dialect === 'pass-through:up') && routes.some(({ dialect }) => dialect.startsWith('service:')),
    ).toBe(true);
    for (const { method, path } of routes)
      for (const upgrade of upgrades)
        for (const credential of [[], ['authorization: Bearer gw_alice']]) {
          const client = await hostileClient(url);
          client.say(lines(method, path, ...upgrade, ...credential));
          await client.ended;
          expect(
            client.answers.map(({ status }) => status),
            `${method} ${path} ${upgrade[1]}`,
          ).toEqual([426]);
          client.destroy();
        }
    expect(up.peers).toHaveLength(0);
  });

  it('SSRF-7: with WebSockets every other offer is refused as before, and theirs goes by the same checks', async () => {
    const { url, gateway: own, up, listen } = await guarded([webSocket()]);
    listen();
    const sockets = own.routes.filter(({ upgrade }) => upgrade === 'websocket');
    expect(sockets.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/realtime', '/openai/v1/realtime']);
    for (const { method, path, upgrade: opens } of own.routes.filter(({ dialect }) => dialect !== 'health'))
      for (const upgrade of upgrades)
        for (const [credential, known] of [
          [[], false],
          [['authorization: Bearer gw_alice'], true],
        ] as const) {
          const client = await hostileClient(url);
          client.say(lines(method, path, ...upgrade, ...credential));
          await vi.waitFor(() => expect(client.received.includes('\r\n\r\n')).toBe(true));
          const status = Number(/^HTTP\/1\.1 (\d+)/.exec(client.received.toString())?.[1]);
          const websocket = /websocket/.test(upgrade[1]);
          // A path of theirs that is asked for by GET may be opened; Realtime without a model is refused after who it is.
          const opened = path === '/v1/responses' ? [101] : [400];
          const expected = opens !== undefined && websocket ? (known ? opened : [401]) : [426];
          expect(expected, `${method} ${path} ${upgrade[1]}`).toContain(status);
          client.destroy();
        }
    expect(up.peers).toHaveLength(0);
  });

  it('SSRF-7: where it is not asked, an offer is ignored: the request is checked like any other, and the offer goes no further', async () => {
    const { url, gateway: own, up } = await guarded();
    for (const { method, path } of own.routes.filter(({ dialect }) => dialect !== 'health'))
      for (const upgrade of upgrades) {
        const client = await hostileClient(url);
        client.say(lines(method, path, ...upgrade));
        expect((await client.answer()).status, `${method} ${path}`).toBe(401);
        client.destroy();
      }
    expect(up.peers).toHaveLength(0);
    for (const [method, path] of [
      ['GET', '/up/v1/files'],
      ['POST', '/up/v1/files/x'],
      ['POST', '/services/summarise'],
    ] as const)
      for (const upgrade of upgrades) {
        const client = await hostileClient(url);
        client.say(lines(method, path, ...upgrade, 'authorization: Bearer gw_alice'));
        expect((await client.answer()).status).toBe(200);
        client.destroy();
      }
    for (const { bytes } of up.requests) expect(bytes.toString()).not.toMatch(/upgrade|websocket|h2c|http2-settings|gw_alice/i);
  });

  it('SSRF-7: CONNECT is no method of ours, on any path and to any host', async () => {
    const { url, gateway: own, up } = await guarded();
    for (const target of [
      ...own.routes.map(({ path }) => `/ai${path}`),
      `127.0.0.1:${attacker.port}`,
      `127.0.0.1:${up.port}`,
      attacker.url,
    ]) {
      const client = await hostileClient(url);
      client.say(`CONNECT ${target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gw_alice\r\n\r\n`);
      await client.ended;
      expect(client.answers.filter(({ status }) => status < 400)).toEqual([]);
      client.destroy();
    }
    expect([up.peers.length, attacker.peers.length]).toEqual([0, 0]);
  });

  it('SSRF-7: Expect: 100-continue is answered by the server, changes no check and goes no further', async () => {
    const { url, gateway: own, up } = await guarded();
    for (const { method, path } of own.routes.filter((route) => route.method === 'POST')) {
      const client = await hostileClient(url);
      client.say(lines(method, path, 'expect: 100-continue'));
      expect((await client.answer()).status, path).toBe(401);
      client.destroy();
    }
    expect(up.peers).toHaveLength(0);
    const client = await hostileClient(url);
    client.say(lines('POST', '/services/summarise', 'expect: 100-continue', 'authorization: Bearer gw_alice'));
    expect((await client.answer()).status).toBe(200);
    expect(up.requests[0]?.bytes.toString()).not.toMatch(/expect/i);
    client.destroy();
  });

  it('SSRF-7: an upstream that switches protocols by itself is no answer', async () => {
    const switching = await hostileUpstream((peer) => void peer.say(head(101, { connection: 'upgrade', upgrade: 'websocket' })));
    const provider = openaiCompatible({ name: 'up', baseUrl: `${switching.url}/v1`, apiKey: 'sk-operators-own' });
    const one = await running(switching.url, {
      plugins: [passThrough({ allow: [{ provider, methods: ['POST'], paths: ['/v1/files*'] }], timeouts: { idleMs: 500 } })],
    });
    const { status } = await send(`${one.url}/up/v1/files/x`, {});
    expect(status).toBe(502);
    await (await switching.peer(0)).closed;
  });

  it('SSRF-7: no path, header or query of a handoff chooses where it goes', async () => {
    const { url, up } = await guarded();
    const other = `127.0.0.1:${attacker.port}`;
    for (const path of ['/up/v1/files', '/services/summarise'])
      for (const target of [
        `/ai${path}/@${other}/`,
        `/ai${path}/http://${other}/`,
        `/ai${path}//${other}/`,
        `/ai${path}/..%2f..%2f@${other}`,
        `/ai${path}?url=http://${other}&target=${other}`,
        `/ai${path};@${other}`,
        `http://${other}/ai${path}`,
      ])
        for (const host of ['x', other, `x/#@${other}`]) {
          const answer = await raw(
            url,
            `POST ${target} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer gw_alice\r\nx-forwarded-host: ${other}`,
            '{}',
          );
          expect(answer, target).toMatch(/^HTTP\/1\.1 (?:200|400|404) /);
        }
    expect(up.requests.length).toBeGreaterThan(5);
    for (const { headers } of up.requests) expect(headers.filter(([name]) => name === 'host')).toEqual([['host', `127.0.0.1:${up.port}`]]);
    expect(attacker.peers).toHaveLength(0);
  });
});
