import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type Answering, bodyOf, headerOf, json } from '../formats/scripted.ts';
import { byteUpstream } from '../support/bytes.ts';
import { guestGateway } from '../support/hosts.ts';

// What is asked of which target, and how often: seen from the provider.

leavesNothing();

const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'well' }, finish_reason: 'stop' }],
};
const well = json(completion);
const refusal = (code: string, message = 'no') => ({ error: { message, type: 'invalid_request_error', code } });

async function host(answer: Answering, resilience: GatewayConfig['resilience'] = {}, more: Partial<GatewayConfig> = {}) {
  const upstream = await byteUpstream(answer);
  const settlements: Settlement[] = [];
  const watching = definePlugin({
    name: 'watching',
    create: () => ({ onRequest: (context) => context.onSettled((settlement) => void settlements.push(settlement)) }),
  });
  const { gateway } = guestGateway(upstream.url, {
    providers: ['one', 'two'].map((name) => openaiCompatible({ name, baseUrl: `${upstream.url}/v1`, apiKey: `sk-${name}` })),
    models: { lone: 'one/a', both: ['one/a', 'two/b'] },
    plugins: [watching()],
    resilience: { backoff: { baseMs: 1, capMs: 2 }, ...resilience },
    ...more,
  });
  const { url } = await listening(express().use('/ai', gateway));
  const ask = (
    model: string,
    headers: Record<string, string> = {},
    path = 'chat/completions',
    body: object = { messages: [{ role: 'user', content: 'Hello' }] },
  ) =>
    fetch(`${url}/ai/v1/${path}`, {
      method: 'POST',
      body: JSON.stringify({ model, ...body }),
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    });
  const models = () => upstream.requests.map((request) => bodyOf(request).model);
  return { upstream, gateway, settlements, ask, models };
}

describe('a lone target', () => {
  it('that fails for ever is asked once a second, and its callers told when', async () => {
    let down = true;
    const { ask, models, gateway } = await host((res, request) => (down ? json({}, 500) : well)(res, request));
    expect((await ask('lone')).status).toBe(502); // three tries, and its breaker is open
    expect(models()).toHaveLength(3);
    for (let call = 0; call < 5; call += 1) {
      const refused = await ask('lone');
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('1');
      await refused.text();
    }
    expect(models()).toHaveLength(3);
    down = false;
    await new Promise((go) => setTimeout(go, 1_010));
    expect((await ask('lone')).status).toBe(200);
    expect(gateway.health()[0]).toMatchObject({ state: 'closed', inFlight: 0 });
  });

  it('is tried again as often as is set, less what its client does', async () => {
    for (const [count, tries] of [
      [0, 3],
      [1, 2],
      [2, 1],
    ] as const) {
      const { ask, models } = await host(json({}, 500), { breaker: false });
      await ask('lone', { 'x-stainless-retry-count': String(count) });
      expect(models()).toHaveLength(tries);
    }
  });

  it('is not tried again when its budget of retries is spent', async () => {
    const { ask, models } = await host(json({}, 500), { breaker: false });
    for (let call = 0; call < 10; call += 1) await ask('lone');
    expect(models()).toHaveLength(10 + 3);
  });
});

describe('several targets', () => {
  it('that are all down: each is tried, the client hears of the last, then is told to wait', async () => {
    const { ask, models } = await host(json({}, 503));
    expect((await ask('both')).status).toBe(502);
    expect(models()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    const refused = await ask('both');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(models()).toHaveLength(6);
  });

  it('are asked in another order while the first cools down', async () => {
    const { ask, models } = await host((res, request) =>
      bodyOf(request).model === 'a'
        ? void res.writeHead(429, { 'retry-after': '5', 'content-type': 'application/json' }).end('{}')
        : well(res, request),
    );
    for (let call = 0; call < 3; call += 1) expect((await ask('both')).status).toBe(200);
    expect(models()).toEqual(['a', 'b', 'b', 'b']);
  });

  it.each([
    ['403', 403],
    ['400', 400],
  ])("are not asked around a provider's policy, told with %s (xAI, OpenRouter, OpenAI)", async (_name, status) => {
    const { ask, models } = await host(json(refusal('content_policy_violation', 'Content violates usage guidelines.'), status));
    const answer = await ask('both');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(models()).toEqual(['a']);
  });

  it('are all asked for a prompt that is too long, where nothing is known of their windows, and each only once', async () => {
    const { ask, models } = await host(json(refusal('context_length_exceeded'), 400));
    expect((await ask('both')).status).toBe(400);
    expect(models()).toEqual(['a', 'b']);
  });

  it('are named with what they did', async () => {
    const { ask, settlements } = await host((res, request) => (bodyOf(request).model === 'a' ? json({}, 500) : well)(res, request), {
      retries: 1,
    });
    const answer = await ask('both');
    expect(answer.headers.get('x-gateway-target')).toBe('two/b');
    expect(answer.headers.get('x-gateway-attempts')).toBe('3');
    await answer.text();
    expect(settlements[0]?.attempts.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'first failed',
      'retry failed',
      'fallback completed',
    ]);
  });
});

describe('a hedge', () => {
  it('is answered by the second when the first is late: the first is left, and nobody counts it as a failure', async () => {
    let late = false;
    let closed = 0;
    const { ask, models, settlements, gateway } = await host(
      (res, request) => {
        res.on('close', () => {
          if (!res.writableFinished) closed += 1;
        });
        if (!late || bodyOf(request).model === 'b') well(res, request);
      },
      { hedge: { share: 1, minMs: 20 } },
    );
    for (let call = 0; call < 30; call += 1) await (await ask('both')).text();
    late = true;
    const answer = await ask('both');
    await answer.text();
    expect(answer.headers.get('x-gateway-target')).toBe('two/b');
    expect(models().slice(-2)).toEqual(['a', 'b']);
    await vi.waitFor(() => expect(closed).toBe(1));
    expect(
      settlements
        .at(-1)
        ?.attempts.map(({ kind, outcome }) => `${kind} ${outcome}`)
        .sort(),
    ).toEqual(['first aborted', 'hedge completed']);
    expect(gateway.health().map(({ failures, inFlight }) => [failures, inFlight])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('several credentials', () => {
  const twice = (url: string) => ({
    providers: [openaiCompatible({ name: 'one', baseUrl: `${url}/v1`, apiKey: ['sk-1', 'sk-2'] })],
  });

  it('429: the other is shown at once, and the first rests', async () => {
    const shown: (string | undefined)[] = [];
    const upstream = await byteUpstream((res, request) => {
      shown.push(headerOf(request, 'authorization'));
      return (shown.at(-1) === 'Bearer sk-1' ? json({}, 429) : well)(res, request);
    });
    const { gateway } = guestGateway(upstream.url, { ...twice(upstream.url), models: { lone: 'one/a' }, resilience: {} });
    const { url } = await listening(express().use('/ai', gateway));
    for (let call = 0; call < 3; call += 1) {
      const answer = await fetch(`${url}/ai/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'lone', messages: [{ role: 'user', content: 'Hello' }] }),
        headers: { 'content-type': 'application/json', connection: 'close' },
      });
      expect(answer.status).toBe(200);
      await answer.text();
    }
    expect(shown).toEqual(['Bearer sk-1', 'Bearer sk-2', 'Bearer sk-2', 'Bearer sk-2']);
    expect(gateway.health()[0]).toMatchObject({ coolingMs: 0, failures: 0, inFlight: 0 });
  });
});
