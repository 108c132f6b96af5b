import { connect } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aiGateway } from '../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { admin } from '../../../plugins/admin/src/plugin.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { admins, plane, secrets, things, told } from './support/plane.ts';

leavesNothing();

const change = 'PATCH /things/1';

describe('the body of a request', () => {
  it.each([
    ['{"label":"x","label":"y"}', 400, 'GW_DUPLICATE_KEY'],
    ['{"label":', 400, 'GW_BAD_JSON'],
    ['{"label":"\\ud83d"}', 400, 'GW_BAD_TEXT'],
    [`{"label":${'['.repeat(100)}${']'.repeat(100)}}`, 400, 'GW_TOO_DEEP'],
    ['[]', 400, 'ADMIN_BAD_INPUT'],
    ['null', 400, 'ADMIN_BAD_INPUT'],
    [`{"label":"${'x'.repeat(70_000)}"}`, 413, 'ADMIN_TOO_LARGE'],
  ])('%.30s is refused: %i %s', async (body, status, code) => {
    const { ask, asked } = await plane();
    expect(await ask(change, { body })).toMatchObject({ status, json: { error: { code } } });
    expect(asked).toEqual([]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
    '',
  ])('ADM-6: of the type %s is none: 415', async (type) => {
    const { ask } = await plane();
    expect((await ask(change, { body: '{"label":"x"}', headers: { 'content-type': type } })).status).toBe(415);
  });

  it('may be left out where nothing in it is needed', async () => {
    const { ask } = await plane();
    expect((await ask('DELETE /things/1')).status).toBe(204);
    expect(await ask('DELETE /things/1', { body: {} })).toMatchObject({ status: 204 });
    expect((await ask('DELETE /things/1', { body: { force: true } })).json.error.code).toBe('ADMIN_BAD_INPUT');
  });

  it('of an app that parses bodies itself is taken from there', async () => {
    const gateway = aiGateway({
      providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1' })],
      plugins: [admin(admins), things([])],
      allowAnonymous: true,
    });
    onTestFinished(() => gateway.close());
    const { url } = await listening(express().use(express.json()).use('/ai', gateway));
    const headers = { authorization: `Bearer ${secrets.root}` };
    expect((await told('PATCH', `${url}/ai/admin/things/1`, headers, { label: 'x' })).status).toBe(200);
    expect((await told('PATCH', `${url}/ai/admin/things/1`, headers, { label: 'x', role: 'admin' })).status).toBe(400);
    expect((await told('DELETE', `${url}/ai/admin/things/1`, headers)).status).toBe(204);
  });

  it('that breaks off hurts nobody', async () => {
    const { url, ask } = await plane();
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `PATCH /ai/admin/things/1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${secrets.root}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"la`;
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    socket.destroy();
    expect((await ask(change, { body: { label: 'x' } })).status).toBe(200);
  });
});
