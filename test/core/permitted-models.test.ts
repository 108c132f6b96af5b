import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import { Models } from '../../core/src/services/models.ts';
import { principal } from '../../core/src/slot.ts';
import { running, send, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

/** Lets in one caller, who may ask for these models. */
function caller(models?: readonly string[]): GatewayPlugin {
  return definePlugin({
    name: 'caller',
    provides: [principal],
    create: () => ({ onRequest: (context) => context.set(principal, { id: 'ann', kind: 'key', ...(models && { models }) }) }),
  })();
}

async function gateway(models?: readonly string[], more: readonly GatewayPlugin[] = []) {
  const up = await upstream();
  const run = await running(up.url, {
    plugins: [caller(models), ...more],
    models: { chat: 'up/m', 'chat-large': 'up/large', 'team.a': 'up/m' },
    allowAnonymous: false,
  });
  return { ...run, up };
}

describe('Principal.models', () => {
  it.each([
    [undefined, 'chat'],
    [['chat'], 'chat'],
    [['nothing', 'chat*'], 'chat-large'],
    [['*'], 'up/whatever'],
    [['up/*'], 'up/m'],
    [['*a*ge'], 'chat-large'],
    [['team.a'], 'team.a'],
  ])('%o lets through %s', async (models, model) => {
    const { chat, up } = await gateway(models);
    expect((await chat({ model })).status).toBe(200);
    expect(up.bodies).toHaveLength(1);
  });

  it.each([
    [[], 'chat'],
    [['chat'], 'chat-large'],
    [['chat'], 'CHAT'],
    [['chat'], 'up/m'],
    [['team.a'], 'teamxa'],
    [['chat*large'], 'chat'],
    [['chat-l*-large'], 'chat-large'],
    [['chat'], 'no-such-model'],
  ])('%o refuses %s with a 403 that names what there is, and asks no provider', async (models, model) => {
    const { chat, up } = await gateway(models);
    const { status, json } = await chat({ model });
    expect(status).toBe(403);
    expect(json.error).toMatchObject({ code: 'GW_MODEL_FORBIDDEN', param: 'model' });
    expect(json.error?.message).toContain(`it may use ${models.length === 0 ? 'none' : models.join(', ')}.`);
    expect(up.bodies).toEqual([]);
  });

  it('shows no model in lists that the caller may not use', async () => {
    const { url } = await gateway(['chat*']);
    const answer = await fetch(`${url}/v1/models`, { headers: { connection: 'close' } });
    const { data } = (await answer.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['chat', 'chat-large']);
    const one = await fetch(`${url}/v1/models/team.a`, { headers: { connection: 'close' } });
    expect(one.status).toBe(404);
  });

  it('holds for every format', async () => {
    const { url } = await gateway(['chat-large']);
    const asked: readonly (readonly [path: string, body: object])[] = [
      ['/v1/responses', { model: 'chat', input: 'Hi' }],
      ['/v1/embeddings', { model: 'chat', input: 'Hi' }],
      ['/v1/messages', { model: 'chat', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }],
      ['/v1beta/models/chat:generateContent', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }],
    ];
    for (const [path, body] of asked) expect((await send(url + path, body)).status, path).toBe(403);
  });

  it('does not bind what a plugin asks for its own work: that is the operator’s choice', async () => {
    const statuses: number[] = [];
    const moderating = definePlugin({
      name: 'moderating',
      requires: [Models],
      create: (_options, { models }) => ({
        async beforeRoute(context) {
          const body = { model: 'chat-large', messages: [{ role: 'user', content: 'Is this fine?' }] };
          statuses.push((await models.call(context, { dialect: 'openai-chat', body })).status);
        },
      }),
    })();
    const { chat } = await gateway(['chat'], [moderating]);
    expect((await chat()).status).toBe(200);
    expect(statuses).toEqual([200]);
  });
});
