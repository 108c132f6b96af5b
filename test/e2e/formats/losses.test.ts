import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type ClientFormat, formats, formatsHost, modelOf } from './providers.ts';

// A request of one format at a provider of another: what cannot be said there is told, never swallowed.

leavesNothing();

interface Told {
  readonly status: number;
  readonly dropped: string | null;
  readonly body: string;
}

async function post(origin: string, path: string, body: object): Promise<Told> {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, dropped: response.headers.get('x-gateway-dropped'), body: await response.text() };
}

/** The least request of a format, with more in it. */
function requestOf(format: ClientFormat, model: string, more: object): { readonly path: string; readonly body: object } {
  switch (format) {
    case 'openai-chat':
      return { path: '/v1/chat/completions', body: { model, messages: [{ role: 'user', content: 'Hi' }], ...more } };
    case 'openai-responses':
      return { path: '/v1/responses', body: { model, input: 'Hi', ...more } };
    case 'anthropic-messages':
      return { path: '/v1/messages', body: { model, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...more } };
    case 'google-generate-content':
      return { path: `/v1beta/models/${model}:generateContent`, body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], ...more } };
  }
}

const dropping: readonly (readonly [ClientFormat, ClientFormat, object, string])[] = [
  ['openai-chat', 'anthropic-messages', { seed: 1, frequency_penalty: 0.5 }, 'seed'],
  ['openai-responses', 'google-generate-content', { truncation: 'auto' }, 'truncation'],
  ['anthropic-messages', 'openai-chat', { top_k: 5 }, 'top_k'],
  ['google-generate-content', 'openai-chat', { safetySettings: [{ category: 'x', threshold: 'BLOCK_NONE' }] }, 'safetySettings'],
];

const refusing: readonly (readonly [ClientFormat, ClientFormat, object, string])[] = [
  ['openai-chat', 'anthropic-messages', { n: 2 }, 'n'],
  ['openai-chat', 'google-generate-content', { logprobs: true }, 'logprobs'],
  ['openai-responses', 'anthropic-messages', { tools: [{ type: 'web_search' }] }, 'tools[0]'],
  ['anthropic-messages', 'google-generate-content', { tools: [{ type: 'web_search_20260209', name: 'web_search' }] }, 'tools[0]'],
  ['google-generate-content', 'anthropic-messages', { generationConfig: { candidateCount: 2 } }, 'candidateCount'],
];

describe('what only fine-tunes an answer', () => {
  it.each(dropping)('%s at %s: %j is left out, and told', async (client, provider, more, field) => {
    const { origin } = await formatsHost();
    const { path, body } = requestOf(client, modelOf[provider], more);
    const told = await post(origin, path, body);
    expect(told.status).toBe(200);
    expect(told.dropped?.split(', ').some((name) => name.endsWith(field))).toBe(true);
  });

  it('is told in the settlement’s attempts too', async () => {
    const settled: Settlement[] = [];
    const noting = definePlugin({
      name: 'noting',
      create: () => ({ onRequest: (context) => context.onSettled((settlement) => void settled.push(settlement)) }),
    });
    const { origin, gateway } = await formatsHost({ plugins: [noting()] });
    const { path, body } = requestOf('openai-chat', modelOf['anthropic-messages'], { seed: 1 });
    await post(origin, path, body);
    await gateway.close();
    expect(settled[0]?.attempts).toMatchObject([{ outcome: 'completed', dropped: ['seed'] }]);
  });

  it.each(formats)('a request of %s to a provider of its own format loses nothing', async (format) => {
    const { origin, provider } = await formatsHost();
    const { path, body } = requestOf(format, modelOf[format], { unheard_of: 1.0 });
    const told = await post(origin, path, body);
    expect(told).toMatchObject({ status: 200, dropped: null });
    expect(String(provider.requests[0]?.body)).toContain('"unheard_of":1');
  });
});

describe('what would change the meaning', () => {
  it.each(refusing)('%s at %s: %j is a 400 that names it; nothing is sent', async (client, provider, more, field) => {
    const { origin, provider: simulated } = await formatsHost();
    const { path, body } = requestOf(client, modelOf[provider], more);
    const told = await post(origin, path, body);
    expect(told.status).toBe(400);
    expect(told.body).toContain('GW_UNTRANSLATABLE');
    expect(told.body).toContain(field);
    expect(simulated.requests).toHaveLength(0);
  });

  it.each(refusing)('%s, not %s: goes to a target that can say %j', async (client, provider, more) => {
    const {
      origin,
      provider: simulated,
      gateway,
    } = await formatsHost({
      models: { chat: [modelOf[provider], modelOf[client]] },
      translate: 'in-order',
    });
    const { path, body } = requestOf(client, 'chat', more);
    await post(origin, path, body);
    expect(simulated.requests).toHaveLength(1);
    const why = gateway.explain({ path, body }).targets.map(({ id, usable }) => [id, usable]);
    expect(why).toEqual([
      [modelOf[provider], false],
      [modelOf[client], true],
    ]);
  });
});

describe('the order of targets', () => {
  const models = { chat: [modelOf['anthropic-messages'], modelOf['openai-chat']] };
  const { path, body } = requestOf('openai-chat', 'chat', {});

  it.each([
    ['same-first', '/v1/chat/completions'],
    ['in-order', '/v1/messages'],
    ['never', '/v1/chat/completions'],
  ] as const)('translate: %s asks %s first', async (translate, asked) => {
    const { origin, provider } = await formatsHost({ models, translate });
    expect((await post(origin, path, body)).status).toBe(200);
    expect(provider.requests.map((request) => request.path)).toEqual([asked]);
  });

  it('never translates where the operator says so', async () => {
    const { origin } = await formatsHost({ models: { chat: modelOf['anthropic-messages'] }, translate: 'never' });
    expect(await post(origin, path, body)).toMatchObject({ status: 404, body: expect.stringContaining('does not serve openai-chat') });
  });
});

it('explains beforehand how a target would be asked, and what would be left out', async () => {
  const { gateway } = await formatsHost();
  const { path, body } = requestOf('openai-chat', modelOf['anthropic-messages'], { seed: 1 });
  expect(gateway.explain({ path, body }).targets[0]?.why).toBe('tried first, translated to anthropic-messages, without seed');
});
