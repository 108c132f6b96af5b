import type http from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { ExpressInbound, type ExpressRequest, splitUrl } from '../../../core/src/http/express.ts';
import { gate, listening, send } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const express4 = createRequire(import.meta.url)('express4') as typeof express;

describe('splitUrl', () => {
  it.each([
    ['/v1/x', '/v1/x', ''],
    ['/v1/x?', '/v1/x', ''],
    ['/v1/x?a=1&b=2', '/v1/x', 'a=1&b=2'],
    ['/v1/x?a=1?b=2', '/v1/x', 'a=1?b=2'],
    ['/?/v1/x', '/', '/v1/x'],
    ['/', '/', ''],
    ['//host/v1/x', '//host/v1/x', ''],
    ['/v1/x#y', '/v1/x#y', ''],
    ['/v1/%2e%2e/x', '/v1/%2e%2e/x', ''],
    // What is not a path is none of ours.
    ['', '/', ''],
    ['?a=1', '/', 'a=1'],
    ['*', '/', ''],
    ['http://evil.test/v1/x', '/', ''],
    ['http://evil.test/v1/x?a=1', '/', 'a=1'],
    ['host:443', '/', ''],
  ])('%j is the path %s with the query %j', (url, path, query) => {
    expect(splitUrl(url)).toEqual({ path, query });
  });
});

describe.each([
  ['4', express4],
  ['5', express],
] as const)('a request of Express %s', (_version, framework) => {
  /** What a request looks like to the pipeline. */
  async function seen(options: http.RequestOptions = {}, trust: boolean | string = false, body = '{"a":1}') {
    const arrived = gate<{ readonly inbound: ExpressInbound; readonly body: Buffer }>();
    const app = framework();
    app.set('trust proxy', trust);
    app.use('/mount', async (req, res) => {
      const { path, query } = splitUrl(req.url);
      const inbound = new ExpressInbound(req as unknown as ExpressRequest, path, query);
      arrived.open({ inbound, body: await inbound.readBody({ bytes: 1_000, ms: 1_000 }) });
      res.end();
    });
    const { url } = await listening(app as unknown as http.RequestListener);
    await send(`${url}/mount/v1/x?y=1`, body, { headers: options.headers as http.OutgoingHttpHeaders });
    return arrived.opened;
  }

  it('has method, path below the mount, query, headers and body', async () => {
    const { inbound, body } = await seen({ headers: { 'X-A': 'b' } });
    expect(inbound).toMatchObject({
      method: 'POST',
      path: '/v1/x',
      query: 'y=1',
      headers: { 'x-a': 'b', 'content-type': 'application/json' },
    });
    expect(body.toString()).toBe('{"a":1}');
  });

  it('shows duplicates among its raw headers, which its headers hide', async () => {
    const { inbound } = await seen({ headers: { authorization: ['a', 'b'] as unknown as string } });
    expect(inbound.headers.authorization).toBe('a');
    expect(inbound.rawHeaders.filter((_, index, all) => all[index - 1]?.toLowerCase() === 'authorization')).toEqual(['a', 'b']);
  });

  it('comes from the peer, or from whom a trusted proxy names; also once its connection is over', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.7, 192.0.2.8' };
    expect((await seen({ headers })).inbound.ip).toBe('127.0.0.1');
    expect((await seen({ headers }, 'loopback')).inbound.ip).toBe('192.0.2.8');
  });
});

describe('a request of Node itself', () => {
  it('comes from the peer', async () => {
    const arrived = gate<string | undefined>();
    const { url } = await listening((req, res) => {
      arrived.open(new ExpressInbound(req as ExpressRequest, '/', '').ip);
      res.end();
    });
    await send(url, '{}');
    expect(await arrived.opened).toBe('127.0.0.1');
  });
});
