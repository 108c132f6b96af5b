import { describe, expect, it } from 'vitest';
import { dialects } from '../../../core/src/dialects/all.ts';
import { type CallDialect, isCallDialect } from '../../../core/src/dialects/dialect.ts';
import { BytesBody } from '../../../core/src/dialects/json-body.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import { Exchange } from '../../../core/src/exchange.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { parseCall } from '../../../core/src/parsed-call.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { type CacheStore, memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { principal } from '../../../core/src/slot.ts';
import type { Carrier } from '../../../core/src/upstream/carrier.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { sticking } from '../../../core/src/upstream/stickiness.ts';
import { anywhere } from '../harness/address.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const providers = ['one', 'two'].map((name) =>
  defineProvider({ name, baseUrl: 'http://127.0.0.1:9', paths: { 'openai-responses': '/r' } }),
);
const router = new Router(providers, { chat: ['one/m', 'two/m'] }, dialects.filter(isCallDialect));
const alice: Principal = { id: 'alice', kind: 'user', tenant: 'a' };
const bob: Principal = { id: 'bob', kind: 'user', tenant: 'b' };

/** A call through `sticking`; answered by the target at `place` with this id. Tells where it was allowed to go. */
async function asked(
  cache: CacheStore,
  who: Principal,
  body: object,
  answer: { id: string; place: number } = { id: 'resp_x', place: 0 },
  carrier?: Carrier,
) {
  const text = JSON.stringify({ model: 'chat', input: 'x', ...body });
  const inbound = new InProcessInbound('POST', '/v1/responses', {}, Buffer.from(text));
  const exchange = new Exchange({ clock: systemClock(), logger: recordingLogger(), router }, inbound, openaiResponses);
  exchange.setSlot(principal, who);
  exchange.carrier = carrier;
  exchange.call = parseCall(openaiResponses as CallDialect, anywhere, Buffer.from(text), text, { depth: 64, values: 1_000, keys: 100 });
  exchange.targets = router.candidates('chat', 'openai-responses');
  let seen: { targets: string[]; credential: string | undefined } | undefined;
  const upstream = sticking(cache, async (one) => {
    seen = { targets: one.targets.map(({ id }) => id), credential: one.credential };
    const target = one.targets[answer.place] ?? one.targets[0]!;
    const bytes = Buffer.from(JSON.stringify({ id: answer.id, object: 'response', status: 'completed', output: [] }));
    const received = new BytesBody(bytes, openaiResponses);
    one.answeredBy(received, 'key-2');
    return { status: 200, headers: {}, source: 'upstream', target, body: received };
  });
  try {
    exchange.response = await upstream(exchange);
  } finally {
    await exchange.settle(true);
  }
  return seen;
}

describe('sticking', () => {
  it('lets calls that say everything themselves go anywhere', async () => {
    expect(await asked(memoryCacheStore(), alice, {})).toEqual({ targets: ['one/m', 'two/m'], credential: undefined });
  });

  it('goes on where the response lies: the target and the credential that answered (vercel/ai#15308)', async () => {
    const cache = memoryCacheStore();
    await asked(cache, alice, {}, { id: 'resp_1', place: 1 });
    expect(await asked(cache, alice, { previous_response_id: 'resp_1' })).toEqual({ targets: ['two/m'], credential: 'key-2' });
  });

  it('goes to the first target only with what nobody remembers', async () => {
    expect(await asked(memoryCacheStore(), alice, { previous_response_id: 'resp_unknown' })).toEqual({
      targets: ['one/m'],
      credential: undefined,
    });
  });

  it('knows nothing of another tenant’s response', async () => {
    const cache = memoryCacheStore();
    await asked(cache, alice, {}, { id: 'resp_1', place: 0 });
    await expect(asked(cache, bob, { previous_response_id: 'resp_1' })).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE', status: 404 });
    expect(await asked(cache, { ...alice, id: 'alices-colleague' }, { previous_response_id: 'resp_1' })).toBeDefined();
  });

  it('looks at everything that the call goes on from: one thing of another tenant’s is enough', async () => {
    const cache = memoryCacheStore();
    await asked(cache, alice, {}, { id: 'resp_1', place: 0 });
    await asked(cache, bob, {}, { id: 'resp_2', place: 0 });
    const both = { previous_response_id: 'resp_2', conversation: 'resp_1' };
    await expect(asked(cache, bob, both)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
    await asked(cache, alice, {}, { id: 'resp_3', place: 1 });
    const apart = { previous_response_id: 'resp_1', conversation: 'resp_3' };
    await expect(asked(cache, alice, apart)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
  });

  it('goes nowhere else when the target may not be asked', async () => {
    const elsewhere: CacheStore = {
      ...memoryCacheStore(),
      get: async () => Buffer.from(JSON.stringify({ owner: '["a"]', target: 'three/m', credential: 'key-1' })),
    };
    await expect(asked(elsewhere, alice, { previous_response_id: 'resp_1' })).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
  });

  it('goes on without a store that is away, or that holds nonsense', async () => {
    const away: CacheStore = {
      get: () => Promise.reject(new Error('away')),
      set: () => Promise.reject(new Error('away')),
      delete: async () => {},
    };
    expect(await asked(away, alice, { previous_response_id: 'resp_1' })).toMatchObject({ targets: ['one/m'] });
    const nonsense: CacheStore = { ...away, get: async () => Buffer.from('{') };
    expect(await asked(nonsense, alice, { previous_response_id: 'resp_1' })).toMatchObject({ targets: ['one/m'] });
  });
});

describe('a connection of the client’s own', () => {
  const carrier: Carrier = {
    opener: () => undefined,
    kept: (state) => (state === 'resp_here' ? { target: 'two/m', credential: 'key-7' } : undefined),
  };
  const nothing = { id: 'resp_x', place: 0 };

  it('knows where an answer lies that nobody else was told of', async () => {
    const cache = memoryCacheStore();
    expect(await asked(cache, alice, { previous_response_id: 'resp_here' }, nothing, carrier)).toEqual({
      targets: ['two/m'],
      credential: 'key-7',
    });
    expect(await asked(cache, alice, { previous_response_id: 'resp_here' })).toEqual({ targets: ['one/m'], credential: undefined });
  });

  it('does not hide what the store remembers', async () => {
    const cache = memoryCacheStore();
    await asked(cache, alice, {}, { id: 'resp_1', place: 1 });
    expect(await asked(cache, alice, { previous_response_id: 'resp_1' }, nothing, carrier)).toEqual({
      targets: ['two/m'],
      credential: 'key-2',
    });
  });
});
