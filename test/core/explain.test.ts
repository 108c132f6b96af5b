import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../core/src/config.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import type { DecisionRecord, ExplainRequest } from '../../core/src/explain.ts';
import { aiGateway } from '../../core/src/gateway.ts';
import { defineProvider } from '../../core/src/providers/define-provider.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../core/src/services/container.ts';
import { Logger } from '../../core/src/services/logger.ts';
import { running, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';
import { recordingLogger } from './harness/recording-logger.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks, onFailure?: 'open'): GatewayPlugin {
  return definePlugin({ name, ...(onFailure && { onFailure }), create: () => hooks })();
}

const baseUrl = 'http://127.0.0.1:1/v1';
const providers = [
  openaiCompatible({ name: 'one', baseUrl }),
  openaiCompatible({ name: 'two', baseUrl, models: ['m'] }),
  defineProvider({ name: 'vectors', baseUrl, paths: { 'openai-embeddings': '/embeddings' } }),
];
const question = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };

function explained(request: ExplainRequest, config: Partial<GatewayConfig> = {}): DecisionRecord {
  const models = { chat: ['vectors/m', 'one/m', 'two/m', 'one/n'], lone: 'one/m' };
  return aiGateway({ providers, models, allowAnonymous: true, ...config }).explain(request);
}

describe('explain', () => {
  it('names the route, the model and the mode', () => {
    expect(explained({ body: { ...question, model: 'lone', stream: true } })).toEqual({
      route: { method: 'POST', path: '/v1/chat/completions', dialect: 'openai-chat' },
      model: 'lone',
      stream: true,
      plugins: [],
      targets: [{ id: 'one/m', provider: 'one', usable: true, why: 'tried first' }],
      refusal: undefined,
    });
  });

  it('names the targets in their order, and why each is tried or is not', () => {
    expect(explained({ body: question }).targets.map(({ id, usable, why }) => [id, usable, why])).toEqual([
      ['one/m', true, 'tried first'],
      ['two/m', true, 'tried when the first fails'],
      ['one/n', true, 'tried when the 2 before it fail'],
      ['vectors/m', false, 'vectors/m does not serve openai-chat'],
    ]);
    expect(explained({ path: '/v1/embeddings', body: { model: 'vectors/m', input: 'x' } }).targets).toMatchObject([
      { id: 'vectors/m', usable: true },
    ]);
  });

  it('names the plugins in their order, with their hooks and what they say of this request', () => {
    const plugins = [
      plugin('first', { onRequest: () => {}, afterResponse: () => {} }),
      plugin('second', { beforeRoute: () => {}, explain: ({ dialect, model }) => `sees ${dialect} for ${model}` }, 'open'),
      plugin('third', { attempt: () => {} }),
    ];
    expect(explained({ body: question }, { plugins }).plugins).toEqual([
      { name: 'first', hooks: ['onRequest', 'afterResponse'], onFailure: 'closed', says: undefined },
      { name: 'second', hooks: ['beforeRoute'], onFailure: 'open', says: 'sees openai-chat for chat' },
      { name: 'third', hooks: ['attempt'], onFailure: 'closed', says: undefined },
    ]);
  });

  it('runs no hook', () => {
    const ran: string[] = [];
    const noting = (hook: string) => () => void ran.push(hook);
    const hooks = {
      onRequest: noting('onRequest'),
      beforeRoute: noting('beforeRoute'),
      attempt: noting('attempt'),
      afterResponse: noting('afterResponse'),
    };
    explained({ body: question }, { plugins: [plugin('noting', hooks)] });
    expect(ran).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('oh');
      },
      'its explain() failed: oh',
    ],
    [
      'throws no error',
      () => {
        throw 'a string';
      },
      'its explain() failed: it threw',
    ],
    ['is asynchronous', async () => Promise.reject(new Error('late')), 'its explain() gave no text'],
    ['gives no text', () => 7, 'its explain() gave no text'],
  ])('goes on when a plugin’s own words fail: it %s', (_how, explain, says) => {
    const plugins = [plugin('failing', { explain: explain as unknown as () => string }), plugin('fine', { explain: () => 'fine' })];
    expect(explained({ body: question }, { plugins }).plugins.map((one) => one.says)).toEqual([says, 'fine']);
  });

  it.each([
    [{ ...question, model: 'nobody' }, 404, 'GW_UNKNOWN_MODEL'],
    [{ ...question, model: 'two/other' }, 404, 'GW_UNKNOWN_MODEL'],
    [{ ...question, messages: [] }, 400, 'GW_BAD_REQUEST'],
    ['{"model":', 400, 'GW_BAD_JSON'],
    ['{"model":"chat","model":"chat"}', 400, 'GW_DUPLICATE_KEY'],
    [undefined, 400, 'GW_BAD_REQUEST'],
    [[], 400, 'GW_BAD_REQUEST'],
  ])('says why %j would be refused', (body, status, code) => {
    const { refusal, targets } = explained({ body });
    expect(refusal).toMatchObject({ status, code, message: expect.stringMatching(/\w/) });
    expect(targets).toEqual([]);
  });

  it('still names the route and the plugins of a request that would be refused', () => {
    const record = explained({ body: {} }, { plugins: [plugin('first', {})] });
    expect(record).toMatchObject({ route: { dialect: 'openai-chat' }, plugins: [{ name: 'first' }], model: undefined });
  });

  it('knows what is not its own, and what other methods its paths take', () => {
    expect(explained({ method: 'GET', path: '/hello' })).toMatchObject({
      route: undefined,
      plugins: [],
      refusal: { status: 404, code: 'NOT_OURS' },
    });
    expect(explained({ method: 'GET' }).refusal).toEqual({
      status: 405,
      code: 'GW_METHOD_NOT_ALLOWED',
      message: '/v1/chat/completions takes POST.',
    });
  });

  it('of the model list: a route, and nothing else to decide', () => {
    expect(explained({ method: 'GET', path: '/v1/models' })).toMatchObject({
      route: { dialect: 'openai-models' },
      targets: [],
      model: undefined,
      refusal: undefined,
    });
  });

  it('calls no provider', async () => {
    const up = await upstream();
    const { gateway } = await running(up.url);
    expect(gateway.explain({ body: question }).targets).toMatchObject([{ id: 'up/m', usable: true }]);
    expect(up.bodies).toEqual([]);
  });

  it('is what a debug log says of a real request, with its attempts and without its words', async () => {
    const logger = recordingLogger(['debug']);
    const up = await upstream();
    const { gateway, chat } = await running(up.url, { services: [provide(Logger, logger)] });
    await chat({ messages: [{ role: 'user', content: 'a secret question' }] });
    await gateway.close();
    const decision = logger.lines.find(({ message }) => message === 'decision');
    expect(decision?.fields).toMatchObject({
      route: { dialect: 'openai-chat' },
      model: 'chat',
      targets: [{ id: 'up/m', usable: true }],
      attempts: [{ outcome: 'completed', status: 200 }],
    });
    expect(JSON.stringify(logger.lines)).not.toMatch(/secret question|from upstream|sk-operators-own/);
  });
});
