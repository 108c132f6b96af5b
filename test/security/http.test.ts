import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { aiGateway, type Gateway } from '../../core/src/gateway.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { checkHead } from '../../core/src/request-head.ts';
import { listening, type Running, running, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { growth } from '../core/json/growth.ts';
import {
  chatPath,
  chatRequest,
  chunked,
  errorOf,
  exchanged,
  type HostileClient,
  headerOf,
  hostileClient,
  question,
  requestHead,
} from '../kit/hostile-client.ts';
import { hostileUpstream, wholeAnswer } from '../kit/hostile-upstream.ts';

leavesNothing();

const answer = wholeAnswer('{"choices":[]}');

/** A gateway in front of an upstream whose raw requests the test can look at. */
async function watched(): Promise<Running & { readonly up: Awaited<ReturnType<typeof hostileUpstream>> }> {
  const up = await hostileUpstream((peer) => void peer.say(answer));
  return { ...(await running(up.url)), up };
}

describe('HTTP-1: headers of this hop', () => {
  const hop = [
    'connection: authorization, x-api-key, x-request-id, content-length, content-type, host, openai-beta, close',
    'keep-alive: timeout=1',
    'proxy-connection: keep-alive',
    'proxy-authorization: Basic cGVlcjpzZWNyZXQ=',
    'te: trailers, deflate',
    'trailer: x-late',
    'upgrade: websocket, h2c',
    'expect: 100-continue',
    'authorization: Bearer the-clients-own',
    'x-request-id: chosen-by-the-client',
    'openai-beta: assistants=v2',
  ];

  it('HTTP-1: a header that Connection names, and every hop-by-hop header, stays on the client’s side', async () => {
    const { url, up } = await watched();
    const client = await exchanged(url, chatRequest(question(), hop));
    expect(await client.answer()).toMatchObject({ status: 200 });
    const { headers, bytes } = await up.request(0);
    expect(headers.map(([name]) => name).toSorted()).toEqual(
      ['accept', 'accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'user-agent'].toSorted(),
    );
    expect(headers).toContainEqual(['authorization', 'Bearer sk-operators-own']);
    expect(bytes.toString('latin1')).not.toMatch(/the-clients-own|chosen-by-the-client|assistants=v2|trailers|cGVlcjpzZWNyZXQ/);
  });

  it('HTTP-1: Connection cannot take away what plugins decide by: they see the headers as they came', async () => {
    const seen: unknown[] = [];
    const looking = definePlugin({
      name: 'looking',
      create: () => ({ onRequest: ({ headers }) => void seen.push(headers.authorization, headers['x-api-key']) }),
    })();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [looking] });
    await exchanged(url, chatRequest(question(), ['connection: authorization, x-api-key', 'authorization: Bearer a', 'x-api-key: b']));
    expect(seen).toEqual(['Bearer a', 'b']);
  });

  it('HTTP-1: our own headers of the answer are ours: one x-request-id, one content-length', async () => {
    const up = await upstream();
    const { url } = await running(up.url);
    const client = await exchanged(url, chatRequest(question(), hop));
    const got = await client.answer();
    expect(headerOf(got, 'x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headerOf(got, 'content-length')).toBe(String(Buffer.byteLength(got.body)));
  });
});

describe('HTTP-2: where a request ends', () => {
  const judged = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'judged' }] });
  const smuggled = chatRequest({ model: 'chat', messages: [{ role: 'user', content: 'smuggled' }] }).toString('latin1');
  const length = judged.length;
  const hex = length.toString(16);
  const own = ['content-type: application/json'];

  const sized = (...lines: readonly string[]): string => requestHead('POST', chatPath, [...own, ...lines]) + judged;
  const inChunks = (lines: readonly string[] = ['transfer-encoding: chunked'], size = hex): string =>
    `${requestHead('POST', chatPath, [...own, ...lines])}${size}\r\n${judged}\r\n0\r\n\r\n`;
  const afterChunks = (rest: string): string =>
    `${requestHead('POST', chatPath, [...own, 'transfer-encoding: chunked'])}${hex}\r\n${judged}${rest}`;
  const line = (requestLine: string): string => sized(`content-length: ${length}`).replace(/^.*/, requestLine);

  /** Two readers could disagree on where these end, or whether they are requests: refused, and the connection closed. */
  const refused: readonly (readonly [name: string, bytes: string, status?: number])[] = [
    ['Content-Length with a plus', sized(`content-length: +${length}`)],
    ['Content-Length below zero', sized(`content-length: -${length}`)],
    ['Content-Length in hexadecimal', sized(`content-length: 0x${hex}`)],
    ['Content-Length as a fraction', sized(`content-length: ${length}.0`)],
    ['Content-Length with an exponent', sized(`content-length: ${length}e0`)],
    ['Content-Length with a semicolon', sized(`content-length: ${length};`)],
    ['Content-Length as a list', sized(`content-length: ${length}, ${length}`)],
    ['Content-Length as a list of two', sized(`content-length: ${length}, 0`)],
    ['Content-Length twice, alike', sized(`content-length: ${length}`, `content-length: ${length}`)],
    ['Content-Length twice, alike but for case', sized(`content-length: ${length}`, `Content-Length: ${length}`)],
    ['Content-Length twice, a request hidden behind the first', sized(`content-length: ${length}`, 'CONTENT-LENGTH: 0') + smuggled],
    ['Content-Length twice, a request hidden behind the second', sized('Content-Length: 0', `content-length: ${length}`) + smuggled],
    ['Content-Length of nothing', sized('content-length: ')],
    ['Content-Length of 2^64', sized('content-length: 18446744073709551616')],
    ['Content-Length of 2^64 and what is right', sized(`content-length: ${18446744073709551616n + BigInt(length)}`)],
    ['Content-Length with a space inside', sized(`content-length: ${String(length)[0]} ${String(length).slice(1)}`)],
    ['Content-Length after a vertical tab', sized(`content-length: \x0b${length}`)],
    ['Content-Length with a NUL', sized(`content-length: ${length}\0`)],
    ['Content-Length on a folded line', sized('content-length:', ` ${length}`)],
    ['Content-Length with a space before the colon', sized(`content-length : ${length}`)],
    ['Content-Length on a line that begins with a space', sized(` content-length: ${length}`)],
    ['Content_Length, which is another header', sized(`content_length: ${length}`)],
    ['no length at all', sized()],
    ['Transfer-Encoding and Content-Length', inChunks([`content-length: ${length}`, 'transfer-encoding: chunked'])],
    ['Transfer-Encoding and a short Content-Length', inChunks(['transfer-encoding: chunked', 'content-length: 4']) + smuggled],
    [
      'an empty chunked body that Content-Length makes longer',
      `${requestHead('POST', chatPath, [...own, `content-length: ${5 + smuggled.length}`, 'transfer-encoding: chunked'])}0\r\n\r\n${smuggled}`,
    ],
    ['Transfer-Encoding: xchunked', inChunks(['transfer-encoding: xchunked'])],
    ['Transfer-Encoding: gzip', inChunks(['transfer-encoding: gzip'])],
    ['Transfer-Encoding: identity and Content-Length', sized('transfer-encoding: identity', `content-length: ${length}`)],
    ['Transfer-Encoding: chunked, identity', inChunks(['transfer-encoding: chunked, identity'])],
    ['Transfer-Encoding: chunked, chunked', inChunks(['transfer-encoding: chunked, chunked'])],
    ['Transfer-Encoding twice', inChunks(['transfer-encoding: chunked', 'transfer-encoding: chunked'])],
    ['Transfer-Encoding twice, the second another', inChunks(['transfer-encoding: chunked', 'transfer-encoding: identity'])],
    ['Transfer-Encoding with a parameter', inChunks(['transfer-encoding: chunked;q=1'])],
    ['Transfer-Encoding in quotes', inChunks(['transfer-encoding: "chunked"'])],
    ['Transfer-Encoding with a space inside', inChunks(['transfer-encoding: chun ked'])],
    ['Transfer-Encoding with a NUL', inChunks(['transfer-encoding: chunked\0'])],
    ['Transfer-Encoding after a vertical tab', inChunks(['transfer-encoding: \x0bchunked'])],
    ['Transfer-Encoding on a folded line', inChunks(['transfer-encoding:', ' chunked'])],
    ['Transfer-Encoding with a space before the colon', inChunks(['transfer-encoding : chunked'])],
    ['Transfer_Encoding, which is another header', inChunks(['transfer_encoding: chunked'])],
    ['Transfer-Encoding of nothing', inChunks(['transfer-encoding: '])],
    ['Transfer-Encoding behind a bare LF', sized('x: y\ntransfer-encoding: chunked', `content-length: ${length}`)],
    ['Transfer-Encoding behind a bare CR', sized('x: y\rtransfer-encoding: chunked', `content-length: ${length}`)],
    ['a chunk size with 0x', inChunks(undefined, `0x${hex}`)],
    ['a chunk size with a plus', inChunks(undefined, `+${hex}`)],
    ['a chunk size below zero', inChunks(undefined, `-${hex}`)],
    ['a chunk size after a space', inChunks(undefined, ` ${hex}`)],
    ['a chunk size before a space', inChunks(undefined, `${hex} `)],
    ['a chunk size with an underscore', inChunks(undefined, `${hex}_`)],
    ['a chunk size beyond 64 bits', inChunks(undefined, 'fffffffffffffffff')],
    ['a chunk size of nothing', inChunks(undefined, '')],
    ['a chunk size that is too small', inChunks(undefined, (length - 2).toString(16))],
    ['a chunk extension with a bare LF', inChunks(undefined, `${hex};a\nb`)],
    ['a flood of chunk extensions', inChunks(undefined, `${hex};${'a'.repeat(20_000)}`), 413],
    ['a chunk size ended by a bare LF', inChunks().replace(`\r\n\r\n${hex}\r\n`, `\r\n\r\n${hex}\n`)],
    ['a chunk size ended by a bare CR', inChunks().replace(`\r\n\r\n${hex}\r\n`, `\r\n\r\n${hex}\r`)],
    ['a chunk without its line end', afterChunks('0\r\n\r\n')],
    ['a chunk with other bytes in place of its line end', afterChunks('XX0\r\n\r\n')],
    ['a last chunk ended by bare LFs', afterChunks('\r\n0\n\n')],
    ['a Content-Length in the trailers', afterChunks('\r\n0\r\ncontent-length: 0\r\n\r\n')],
    ['a Transfer-Encoding in the trailers', afterChunks('\r\n0\r\ntransfer-encoding: chunked\r\n\r\n')],
    ['trailers that are no headers', afterChunks('\r\n0\r\nno trailer\r\n\r\n')],
    ['line ends of LF alone', sized(`content-length: ${length}`).replaceAll('\r\n', '\n')],
    ['tabs in the request line', line(`POST\t${chatPath}\tHTTP/1.1`)],
    ['HTTP/1.2', line(`POST ${chatPath} HTTP/1.2`)],
    ['a method in lower case', line(`post ${chatPath} HTTP/1.1`)],
    ['a space in the path', line('POST /ai/v1/chat completions HTTP/1.1')],
    ['a NUL in the path', line(`POST ${chatPath}\0 HTTP/1.1`)],
    ['a header without a colon', sized(`content-length: ${length}`, 'no colon')],
    ['a header without a name', sized(`content-length: ${length}`, ': value')],
    ['a header name with a bracket', sized(`content-length: ${length}`, 'x(y: z')],
    ['a header name with a NUL', sized(`content-length: ${length}`, 'x\0: y')],
    ['a header value with a NUL', sized(`content-length: ${length}`, 'x: y\0z')],
    ['no Host', sized(`content-length: ${length}`).replace('host: gateway.test\r\n', '')],
    ['the first bytes of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ];

  it('HTTP-2: there are more than sixty spellings to refuse', () => {
    expect(refused.length).toBeGreaterThan(60);
  });

  it.each(refused.map(([name, bytes, status]) => [name, bytes, status ?? 400] as const))(
    'HTTP-2: %s: refused, closed, and nothing at the upstream',
    async (_name, bytes, status) => {
      const { url, up } = await watched();
      const client = await hostileClient(url);
      client.say(Buffer.from(bytes, 'latin1'));
      await client.ended;
      expect(client.answers.map((one) => one.status)).toEqual([status]);
      expect(up.peers).toEqual([]);
    },
  );

  /** Odd but clear: exactly one request, framed anew by us. */
  const taken: readonly (readonly [name: string, bytes: string])[] = [
    ['a plain length', sized(`content-length: ${length}`)],
    ['a length with zeros before it', sized(`content-length: 000${length}`)],
    ['a length between tabs', sized(`content-length:\t${length}\t`)],
    ['a chunked body', inChunks()],
    ['a chunked body, the word in mixed case and spaces around', inChunks(['Transfer-Encoding:   ChUnKeD  '])],
    ['a chunked body with identity before', inChunks(['transfer-encoding: identity, chunked'])],
    ['a chunked body with an extension', inChunks(undefined, `${hex};a="b"`)],
    ['a chunk size with zeros before it', inChunks(undefined, `0000${hex}`)],
    ['a chunked body with a trailer', afterChunks('\r\n0\r\nx-late: 1\r\n\r\n')],
    [
      'chunks of one byte',
      `${requestHead('POST', chatPath, [...own, 'transfer-encoding: chunked'])}${[...judged].map((byte) => chunked(byte)).join('')}0\r\n\r\n`,
    ],
    ['empty lines before it', `\r\n\r\n${sized(`content-length: ${length}`)}`],
    ['HTTP/1.0', line(`POST ${chatPath} HTTP/1.0`)],
    ['an offer of h2c, which nobody takes', sized(`content-length: ${length}`, 'connection: upgrade, http2-settings', 'upgrade: h2c')],
    ['Expect: 100-continue', sized(`content-length: ${length}`, 'expect: 100-continue')],
  ];

  it.each(taken)('HTTP-2: %s: one request at the upstream, with one length and the bytes that were judged', async (_name, bytes) => {
    const { url, up } = await watched();
    const client = await hostileClient(url);
    client.say(Buffer.from(bytes, 'latin1'));
    expect(await client.answer()).toMatchObject({ status: 200 });
    const { headers, body } = await up.request(0);
    expect(body).toBe(judged.replace('"chat"', '"m"'));
    expect(headers.filter(([name]) => name === 'content-length')).toEqual([['content-length', String(body.length)]]);
    expect(headers.filter(([name]) => name === 'transfer-encoding')).toEqual([]);
    expect(up.requests).toHaveLength(1);
  });

  it('HTTP-2: a second request in the same packet is a request of its own, not a part of the first', async () => {
    const { url, up } = await watched();
    const client = await hostileClient(url);
    client.say(sized(`content-length: ${length}`) + smuggled);
    expect((await client.hearsAnswers(2)).map(({ status }) => status)).toEqual([200, 200]);
    expect(up.requests.map(({ body }) => JSON.parse(body).messages[0].content).toSorted()).toEqual(['judged', 'smuggled']);
  });

  it('HTTP-2: CONNECT, absolute targets and foreign hosts reach nothing of ours', async () => {
    const { url, up } = await watched();
    for (const bytes of [
      'CONNECT up:443 HTTP/1.1\r\nhost: up:443\r\n\r\n',
      line('POST http://evil.test/ai/v1/chat/completions/x HTTP/1.1'),
      line('POST //evil.test/ai/v1/chat/completions HTTP/1.1'),
    ]) {
      const client = await exchanged(url, Buffer.from(bytes, 'latin1'));
      expect(client.answers.map(({ status }) => status)).not.toContain(200);
    }
    expect(up.peers).toEqual([]);
  });
});

describe('HTTP-3: values that could end a line', () => {
  const unprintable = ['a\r\nx-injected: 1', 'a\nb', 'a\rb', 'a\0b', 'a\u2028b', '\r\n\r\nGET / HTTP/1.1\r\n\r\n'];
  const printable = ['a"b', '{"a":1}', '../../x', 'a\\', 'a x-injected: 1'];
  const nasty = [...unprintable, ...printable];

  it.each(unprintable)('HTTP-3: the model name %j is nobody’s: it is refused, and no upstream hears of it', async (name) => {
    const { url, up } = await watched();
    const got = await (await exchanged(url, chatRequest(question({ model: `up/${name}` })))).answer();
    expect(got.status).toBe(404);
    expect(errorOf(got)).toMatchObject({ code: 'GW_UNKNOWN_MODEL' });
    expect(headerOf(got, 'x-injected')).toBeUndefined();
    expect(up.peers).toEqual([]);
  });

  it.each(printable)('HTTP-3: the model name %j is one message at the upstream, the name encoded in its body', async (name) => {
    const { url, up } = await watched();
    const client = await exchanged(url, chatRequest(question({ model: `up/${name}` })));
    const { headers, head, body } = await up.request(0);
    expect(JSON.parse(body).model).toBe(name);
    expect(head.split('\r\n')[0]).toBe('POST /v1/chat/completions HTTP/1.1');
    expect(headers.map(([header]) => header)).not.toContain('x-injected');
    expect(up.requests).toHaveLength(1);
    expect((await client.answer()).status).toBe(200);
    expect(up.peers[0]?.received.length).toBe(up.requests[0]?.bytes.length);
  });

  it.each(nasty)('HTTP-3: an unknown model %j comes back in one line of the error, and writes no header', async (name) => {
    const { url, up } = await watched();
    const got = await (await exchanged(url, chatRequest(question({ model: name })))).answer();
    expect(got.status).toBe(404);
    expect(errorOf(got)).toMatchObject({ code: 'GW_UNKNOWN_MODEL', message: expect.stringContaining('There is no model') });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
    expect(errorOf(got)?.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(headerOf(got, 'x-injected')).toBeUndefined();
    expect(up.peers).toEqual([]);
  });

  it.each([
    '/ai/v1/models/up%2Fm%0d%0ax-injected:%201',
    '/ai/v1/models/%00',
    '/ai/v1/models/%22%3e',
    '/ai/v1/models/%e2%80%a8',
    '/ai/v1/models/%zz',
    '/ai/v1/models/%c3%28',
  ])('HTTP-3: the path %s names no model: a plain 404', async (path) => {
    const { url } = await watched();
    const got = await (await exchanged(url, requestHead('GET', path))).answer();
    expect(got).toMatchObject({ status: 404, complete: true });
    expect(errorOf(got)?.code).toBe('GW_UNKNOWN_MODEL');
    expect(headerOf(got, 'x-injected')).toBeUndefined();
  });

  it('HTTP-3: routes match exactly: no other case, no encoding, no dot segment, nothing before or behind', async () => {
    const { url, up } = await watched();
    const near = [
      ...[
        '/ai/V1/chat/completions',
        '/ai/v1/Chat/completions',
        '/ai/v1/chat/completions/',
        '/ai/v1/chat//completions',
        '/ai//v1/chat/completions',
      ],
      ...['/ai/v1/chat%2Fcompletions', '/ai/v1/%63hat/completions', '/ai/v1/x/../chat/completions', '/ai/./v1/chat/completions'],
      ...[
        '/ai/v1/chat/completions;x=1',
        '/ai/v1/chat/completions%00',
        '/ai/v1/chat/completions%20',
        '/ai/x/v1/chat/completions',
        '/v1/chat/completions',
      ],
      ...['/ai/v1/chat/completions\\', '/ai\\v1\\chat\\completions', '/aiv1/chat/completions'],
    ];
    for (const path of near) {
      const client = await exchanged(url, chatRequest(question(), [], path));
      expect([path, client.answers[0]?.status]).toEqual([path, 404]);
      expect(errorOf(client.answers[0])).toBeUndefined(); // the host's 404, not ours
    }
    expect(up.peers).toEqual([]);
  });

  it('HTTP-3: Host plays no part, whatever it says', async () => {
    const { url, up } = await watched();
    for (const host of ['h/#@evil', 'evil.test', '', '127.0.0.1:1', 'a b', '[::1', 'x'.repeat(4_000)]) {
      const bytes = chatRequest().toString('latin1').replace('host: gateway.test', `host: ${host}`);
      const got = await (await exchanged(url, Buffer.from(bytes, 'latin1'))).answer();
      expect(got.status).toBe(200);
      expect(got.body).not.toContain('evil');
    }
    expect(new Set(up.requests.map(({ headers }) => headers.find(([name]) => name === 'host')?.[1]))).toEqual(
      new Set([new URL(up.url).host]),
    );
  });
});

describe('HTTP-4: headers with the names of a prototype', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', '__lookupGetter__'];

  it.each(names)('HTTP-4: a header named %s is a header like any other', async (name) => {
    const seen: unknown[] = [];
    const looking = definePlugin({
      name: 'looking',
      create: () => ({
        onRequest(context) {
          seen.push(context.headers[name.toLowerCase()], Object.getPrototypeOf(context.headers));
          context.setHeader(name, 'answered');
        },
      }),
    })();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [looking] });
    const got = await (await exchanged(url, chatRequest(question(), [`${name}: polluted`]))).answer();
    expect(got.status).toBe(200);
    expect(headerOf(got, name.toLowerCase())).toBe('answered');
    expect(seen[1]).toBeNull();
    // Node itself drops `__proto__`; no header becomes a property of every object.
    expect(['polluted', undefined]).toContain(seen[0]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe('[object Object]');
  });

  it('HTTP-4: all of them at once, many times, and the gateway goes on', async () => {
    const { url, up } = await watched();
    const lines = names.flatMap((name) => [`${name}: a`, `${name}: b`]);
    for (let round = 0; round < 20; round += 1)
      expect((await (await exchanged(url, chatRequest(question(), lines))).answer()).status).toBe(200);
    expect(up.requests).toHaveLength(20);
  });
});

describe('HTTP-5: content types', () => {
  const taken = [
    ...['application/json', 'Application/JSON', 'APPLICATION/JSON', 'application/json ', 'application/json;charset=utf-8'],
    ...[
      'application/json; charset=utf-8',
      'application/json; charset=UTF-8',
      'application/json;charset="utf-8"',
      'application/json; Charset="UTF-8"',
    ],
    ...['application/json ; charset=utf-8', 'application/json;  charset=utf-8 '],
  ];
  const refused = [
    ...[
      '',
      ' ',
      'text/plain',
      'text/json',
      'application/x-json',
      'application/jsonp',
      'application/json5',
      'json',
      'application',
      '/',
      '*/*',
    ],
    ...[
      'application/json\ta',
      'application/json a',
      'application/json, text/plain',
      'text/plain, application/json',
      'application/json,application/json',
    ],
    ...[
      'application/ json',
      'application /json',
      'application/json/x',
      'application/json;',
      'application/json; charset',
      'application/json;charset=',
    ],
    ...[
      'application/json;charset=utf-16',
      'application/json; charset=utf-7',
      'application/json; charset=latin1',
      'application/json; charset="utf-8',
    ],
    ...[
      'application/json; charset=utf-8"',
      "application/json; charset='utf-8'",
      'application/json; charset = utf-8',
      'application/json;\tcharset=utf-8',
    ],
    ...[
      'application/json; charset=utf-8; charset=utf-16',
      'application/json; boundary=x',
      'application/vnd.api+json',
      'application/problem+json',
    ],
    ...[
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
      'application/ndjson',
      'application/json\u00a0',
    ],
    ...['\u00e4pplication/json', 'application/json\\', '"application/json"', 'application/json#x', 'application/json%20'],
  ];

  it('HTTP-5: there are more than forty spellings', () => {
    expect(taken.length + refused.length).toBeGreaterThan(40);
  });

  /** The gateway alone, and behind a body parser that has its own idea of what JSON is. */
  async function both(): Promise<{ readonly gateways: string[]; readonly bodies: string[] }> {
    const up = await upstream();
    const { url, gateway } = await running(up.url);
    const behind = await listening(
      express()
        .use(express.json(), express.text({ type: '*/*' }))
        .use('/ai', gateway),
    );
    return { gateways: [url, behind.url], bodies: up.bodies };
  }

  it.each(taken)('HTTP-5: %j is JSON to everybody', async (type) => {
    const { gateways, bodies } = await both();
    for (const url of gateways) {
      const got = await (await exchanged(url, chatRequest(question(), [`content-type: ${type}`]))).answer();
      expect(got.status).toBe(200);
    }
    expect(bodies.map((body) => JSON.parse(body))).toEqual([question({ model: 'm' }), question({ model: 'm' })]);
  });

  it.each(refused)('HTTP-5: %j is refused with 415, and its body is not forwarded', async (type) => {
    const { gateways, bodies } = await both();
    const [alone, behind] = await Promise.all(
      gateways.map(async (url) => (await exchanged(url, chatRequest(question(), [`content-type: ${type}`]))).answer()),
    );
    expect(alone).toMatchObject({ status: 415, complete: true });
    expect(errorOf(alone)).toMatchObject({
      code: 'GW_UNSUPPORTED_MEDIA_TYPE',
      message: expect.stringContaining('expected application/json'),
    });
    expect([400, 415]).toContain(behind?.status); // where the parser of the host refuses it first, in its own way
    expect(bodies).toEqual([]);
  });

  it('HTTP-5: no content type at all is refused, and the message says that it is missing', async () => {
    const { url, up } = await watched();
    const bytes = chatRequest().toString().replace('content-type: application/json\r\n', '');
    const got = await (await exchanged(url, bytes)).answer();
    expect(errorOf(got)).toMatchObject({ code: 'GW_UNSUPPORTED_MEDIA_TYPE', message: expect.stringContaining('missing') });
    expect(up.peers).toEqual([]);
  });

  it('HTTP-5: judging a content type takes no more than linear time', () => {
    const judge = (size: number) => {
      const headers = { 'content-type': `application/json${' '.repeat(size)}x` };
      return () => {
        for (let round = 0; round < 20; round += 1)
          expect(() => checkHead({ rawHeaders: [], headers } as unknown as Parameters<typeof checkHead>[0], true)).toThrow('content type');
      };
    };
    expect(growth(judge, 100_000)).toBeLessThan(3.2); // 4 when it is quadratic
  });
});

describe('HTTP-6: what two readers could read differently', () => {
  const single = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'host', 'content-type', 'content-encoding'];
  const values: Readonly<Record<string, string>> = {
    'content-type': 'application/json',
    host: 'gateway.test',
    'content-encoding': 'identity',
  };

  async function refusedAs(code: string, bytes: Buffer): Promise<void> {
    const { url, up } = await watched();
    const got = await (await exchanged(url, bytes)).answer();
    expect(got).toMatchObject({ status: 400, complete: true });
    expect(errorOf(got)).toMatchObject({ code, type: 'invalid_request_error', message: expect.any(String) });
    expect(up.peers).toEqual([]);
  }

  it.each(single)('HTTP-6: the header %s twice, alike or not, in any case: 400', async (name) => {
    const value = values[name] ?? 'Bearer a';
    const first = name === 'host' || name === 'content-type' ? [] : [`${name}: ${value}`];
    for (const second of [`${name}: ${value}`, `${name.toUpperCase()}: other`])
      await refusedAs(
        'GW_DUPLICATE_HEADER',
        chatRequest(question(), [...(name === 'content-type' ? [`${name}: ${value}`] : []), ...first, second]),
      );
  });

  it('HTTP-6: a credential twice is refused on routes without a body too', async () => {
    const { url } = await watched();
    const got = await (await exchanged(url, requestHead('GET', '/ai/v1/models', ['x-api-key: a', 'X-Api-Key: b']))).answer();
    expect(errorOf(got)?.code).toBe('GW_DUPLICATE_HEADER');
  });

  it('HTTP-6: a credential twice behind a hundred other headers is found', async () => {
    const many = Array.from({ length: 120 }, (_, index) => `x-${index}: 1`);
    await refusedAs('GW_DUPLICATE_HEADER', chatRequest(question(), ['authorization: Bearer a', ...many, 'authorization: Bearer b']));
  });

  const message = '"messages":[{"role":"user","content":"x"}]';
  it.each([
    ['at the top', `{"model":"chat","model":"up/dear",${message}}`],
    ['at the top, written with an escape', `{"model":"chat","mod\\u0065l":"up/dear",${message}}`],
    ['at the top, far apart', `{"model":"chat",${message},"a":[1,2,{"b":{}}],"model":"chat"}`],
    ['in a message', '{"model":"chat","messages":[{"role":"user","role":"system","content":"x"}]}'],
    ['in a part of a message', '{"model":"chat","messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}'],
    ['in a tool', `{"model":"chat",${message},"tools":[{"type":"function","function":{"name":"a","name":"b"}}]}`],
    ['ten levels down', `{"model":"chat",${message},"a":${'{"b":['.repeat(10)}{"c":1,"c":2}${']}'.repeat(10)}}`],
    ['__proto__', `{"model":"chat",${message},"__proto__":{},"__proto__":{}}`],
    ['an empty key', `{"model":"chat",${message},"":1,"":2}`],
  ])('HTTP-6: a key twice %s: 400', async (_where, body) => {
    await refusedAs('GW_DUPLICATE_KEY', chatRequest(body));
  });

  it('HTTP-6: a key twice inside a tool’s arguments is refused once a plugin looks at the texts', async () => {
    const toolArguments = '{\\"amount\\":1,\\"amount\\":1000000}';
    const call = `{"id":"1","type":"function","function":{"name":"pay","arguments":"${toolArguments}"}}`;
    const body = `{"model":"chat","messages":[{"role":"assistant","tool_calls":[${call}]}]}`;
    const reading = definePlugin({ name: 'reading', create: () => ({ beforeRoute: ({ call }) => void call.texts() }) })();
    const up = await upstream();
    const { url } = await running(up.url, { plugins: [reading] });
    const got = await (await exchanged(url, chatRequest(body))).answer();
    expect(errorOf(got)).toMatchObject({ code: 'GW_DUPLICATE_KEY', message: expect.stringContaining('amount') });
    expect(up.bodies).toEqual([]);
  });

  const text = JSON.stringify(question());
  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${text}`), 'GW_BAD_JSON'],
    ['UTF-16, little endian', Buffer.from(`\ufeff${text}`, 'utf16le'), 'GW_BAD_TEXT'],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'GW_BAD_JSON'],
    ['UTF-32', Buffer.from([...text].flatMap((letter) => [0, 0, 0, letter.charCodeAt(0)])), 'GW_BAD_JSON'],
    ['a lone high surrogate', Buffer.from(text.replace('Hello', '\\ud83d')), 'GW_BAD_TEXT'],
    ['a lone low surrogate', Buffer.from(text.replace('Hello', 'a\\uDE00b')), 'GW_BAD_TEXT'],
    ['a lone surrogate in a key', Buffer.from(text.replace('"role"', '"ro\\ud800le":1,"role"')), 'GW_BAD_TEXT'],
    [
      'a surrogate encoded in UTF-8',
      Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
      'GW_BAD_TEXT',
    ],
    ['a byte that is no UTF-8', Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff]), Buffer.from('"}')]), 'GW_BAD_TEXT'],
    ['an overlong encoding', Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), 'GW_BAD_TEXT'],
    ['Latin-1', Buffer.from(text.replace('Hello', 'é'), 'latin1'), 'GW_BAD_TEXT'],
    ['NaN', Buffer.from(`{"model":"chat",${message},"n":NaN}`), 'GW_BAD_JSON'],
    ['Infinity', Buffer.from(`{"model":"chat",${message},"temperature":Infinity}`), 'GW_BAD_JSON'],
    ['a hexadecimal number', Buffer.from(`{"model":"chat",${message},"n":0x1}`), 'GW_BAD_JSON'],
    ['a number with a zero before it', Buffer.from(`{"model":"chat",${message},"n":01}`), 'GW_BAD_JSON'],
    ['a comment', Buffer.from(`{"model":"chat"/* */,${message}}`), 'GW_BAD_JSON'],
    ['a trailing comma', Buffer.from(`{"model":"chat",${message},}`), 'GW_BAD_JSON'],
    ['single quotes', Buffer.from("{'model':'chat'}"), 'GW_BAD_JSON'],
    ['two documents', Buffer.from(`${text}${text}`), 'GW_BAD_JSON'],
    ['a NUL behind it', Buffer.from(`${text}\0`), 'GW_BAD_JSON'],
    ['a raw line break in a string', Buffer.from(text.replace('Hello', 'a\nb')), 'GW_BAD_JSON'],
    ['nothing', Buffer.alloc(0), 'GW_BAD_JSON'],
    ['an array', Buffer.from(`[${text}]`), 'GW_BAD_REQUEST'],
    ['null', Buffer.from('null'), 'GW_BAD_REQUEST'],
  ])('HTTP-6: %s: 400', async (_what, body, code) => {
    await refusedAs(code, chatRequest(body));
  });

  const numbers = ['1e400', '-1e400', '-1', '-0', '1.5', '9007199254740993', '9007199254740992', '"5"', 'true', '[]', '{}'];
  it.each(['n', 'max_tokens', 'max_completion_tokens'].flatMap((field) => numbers.map((value) => [field, value] as const)))(
    'HTTP-6: %s of %s, which the gateway decides by: 400 that names the field',
    async (field, value) => {
      const { url, up } = await watched();
      const got = await (await exchanged(url, chatRequest(`{"model":"chat",${message},"${field}":${value}}`))).answer();
      expect(got.status).toBe(400);
      expect(errorOf(got)).toMatchObject({
        code: 'GW_BAD_REQUEST',
        param: field,
        message: expect.stringMatching(new RegExp(`^${field}: expected`)),
      });
      expect(up.peers).toEqual([]);
    },
  );

  it.each(['temperature', 'top_p', 'seed', 'frequency_penalty'])('HTTP-6: %s of 1e400 is no number to everybody: 400', async (field) => {
    await refusedAs('GW_BAD_REQUEST', chatRequest(`{"model":"chat",${message},"${field}":1e400}`));
  });

  it('HTTP-6: numbers that the gateway does not decide by go through as they were written', async () => {
    const { url, up } = await watched();
    const rest = '"seed":9007199254740993,"temperature":-0,"top_p":1.0,"logit_bias":{"50256":-1e2}';
    await exchanged(url, chatRequest(`{"model":"up/m",${message},${rest}}`));
    expect((await up.request(0)).body).toContain(rest);
  });

  it('HTTP-6: a query of arrays and prototypes is nobody’s business', async () => {
    const { url, up } = await watched();
    const query = `?${'a[]=1&'.repeat(1_000)}__proto__[polluted]=1&constructor[prototype][polluted]=1&model=up/other`;
    const got = await (await exchanged(url, chatRequest(question(), [], chatPath + query))).answer();
    expect(got.status).toBe(200);
    expect(JSON.parse((await up.request(0)).body).model).toBe('m');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('HTTP-7: finding a route', () => {
  const parts = { providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' })], allowAnonymous: true } as const;

  async function gateway(): Promise<Gateway> {
    const made = aiGateway(parts);
    onTestFinished(() => made.close());
    return made;
  }

  it('HTTP-7: routes are literals: no pattern, at most one parameter, which is the rest of the path or ends before a method', async () => {
    const { routes } = await gateway();
    expect(routes.length).toBeGreaterThan(3);
    for (const { path } of routes) expect(path).toMatch(/^(?:\/[a-z0-9_]+)+(?:\/\*(?::[a-zA-Z]+)?)?$/);
  });

  it.each([
    ['slashes', (size: number) => '/'.repeat(size)],
    ['a long name below models', (size: number) => `/v1/models/${'a'.repeat(size)}`],
    ['percent signs', (size: number) => `/v1/models/${'%25'.repeat(size / 3)}`],
    ['broken percent signs', (size: number) => `/v1/models/${'%'.repeat(size)}`],
    ['dots', (size: number) => `/v1/${'../'.repeat(size / 3)}chat/completions`],
  ])('HTTP-7: a path of %s costs at most in proportion to its length', async (_what, path) => {
    const made = await gateway();
    const look = (size: number) => {
      const long = path(size);
      return () => {
        for (let round = 0; round < 200; round += 1) made.explain({ method: 'GET', path: long });
      };
    };
    expect(growth(look, 8 * 1024)).toBeLessThan(3.2); // Node's heads end at 16 KiB
  });

  it('HTTP-7: a path as long as Node lets it be is answered like any other', async () => {
    const { url } = await watched();
    const clients: HostileClient[] = [];
    for (const path of [`/ai/v1/models/${'a'.repeat(15_000)}`, `/ai/${'/'.repeat(15_000)}`, `/ai/v1/models/${'%41'.repeat(5_000)}`])
      clients.push(await exchanged(url, requestHead('GET', path)));
    expect(clients.map(({ answers }) => answers[0]?.status)).toEqual([404, 404, 404]);
    // The second is not ours: the host's own page echoes what it likes.
    for (const index of [0, 2]) expect(clients[index]?.answers[0]?.body.length).toBeLessThan(1_000);
  });

  it('HTTP-7: a method that a route does not take is refused in a few words, however long its path', async () => {
    const { url } = await watched();
    const got = await (await exchanged(url, requestHead('DELETE', `/ai/v1/models/${'a'.repeat(15_000)}`))).answer();
    expect(got.status).toBe(405);
    expect(headerOf(got, 'allow')).toBe('GET');
    expect(headerOf(got, 'x-request-id')).toBe(errorOf(got)?.request_id);
    expect(got.body.length).toBeLessThan(1_000);
  });
});
