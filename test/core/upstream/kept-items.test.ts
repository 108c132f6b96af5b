import { describe, expect, it } from 'vitest';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { Exchange } from '../../../core/src/exchange.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { parseCall } from '../../../core/src/parsed-call.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type CacheStore, memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { principal } from '../../../core/src/slot.ts';
import { KeptItems } from '../../../core/src/upstream/kept-items.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { anywhere } from '../harness/address.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const id = 'msg_0123456789abcdef0123456789abcdef_0';
const item = { type: 'message', id, role: 'assistant', content: [{ type: 'output_text', text: 'Hello 🙂' }] };
const answer = { id: 'resp_1', output: [item] };
const alice: Principal = { id: 'alice', kind: 'user', tenant: 'a' };
const bob: Principal = { id: 'bob', kind: 'user', tenant: 'b' };
const router = new Router([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:9/v1' })], {});

function exchangeOf(who: Principal, body: object): Exchange {
  const text = JSON.stringify({ model: 'up/m', input: 'x', ...body });
  const inbound = new InProcessInbound('POST', '/v1/responses', {}, Buffer.from(text));
  const exchange = new Exchange({ clock: manualClock(), logger: recordingLogger(), router }, inbound, openaiResponses);
  exchange.setSlot(principal, who);
  exchange.call = parseCall(openaiResponses, anywhere, Buffer.from(text), text, { depth: 64, values: 1_000, keys: 100 });
  return exchange;
}

async function kept(items: KeptItems, body: object = {}, delivered = true): Promise<void> {
  const exchange = exchangeOf(alice, body);
  items.keep(exchange, openaiResponses, answer);
  exchange.statusSent = 200;
  if (!delivered) exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
  await exchange.settle(delivered);
}

async function asked(items: KeptItems, who: Principal, ...input: readonly object[]): Promise<string | undefined> {
  const exchange = exchangeOf(who, { input });
  return items.dereferenced(exchange, exchange.requireCall());
}

const reference = { type: 'item_reference', id };

describe('KeptItems', () => {
  it('puts an item in the place of its reference; what stands around stays byte-exact', async () => {
    const items = new KeptItems(memoryCacheStore(), 1_000, 10_000);
    await kept(items);
    const text = await asked(items, alice, { role: 'user', content: 'a' }, reference, { role: 'user', content: 'b' });
    expect(JSON.parse(text ?? '')).toEqual({
      model: 'up/m',
      input: [{ role: 'user', content: 'a' }, item, { role: 'user', content: 'b' }],
    });
  });

  it('has nothing to do for a call without references: no promise, no look at the store', () => {
    const cache = { get: () => Promise.reject(new Error('looked')), set: async () => {}, delete: async () => {} };
    const exchange = exchangeOf(alice, { input: [{ role: 'user', content: 'a' }] });
    expect(new KeptItems(cache, 1_000, 10_000).dereferenced(exchange, exchange.requireCall())).toBeUndefined();
  });

  it('knows nothing of another tenant’s items', async () => {
    const items = new KeptItems(memoryCacheStore(), 1_000, 10_000);
    await kept(items);
    await expect(asked(items, bob, reference)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE', status: 404 });
    await expect(asked(items, { ...alice, id: 'a-colleague' }, reference)).resolves.toContain('Hello');
  });

  it('keeps nothing that its client did not get, or does not want kept', async () => {
    const items = new KeptItems(memoryCacheStore(), 1_000, 10_000);
    await kept(items, {}, false);
    await kept(items, { store: false });
    await expect(asked(items, alice, reference)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
  });

  it('keeps nothing where the operator says so', async () => {
    const cache = memoryCacheStore();
    await kept(new KeptItems(cache, 0, 10_000));
    await expect(asked(new KeptItems(cache, 1_000, 10_000), alice, reference)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
  });

  it('holds nothing up when the store is away', async () => {
    const away: CacheStore = {
      get: () => Promise.reject(new Error('away')),
      set: () => Promise.reject(new Error('away')),
      delete: async () => {},
    };
    const items = new KeptItems(away, 1_000, 10_000);
    await expect(kept(items)).resolves.toBeUndefined();
    await expect(asked(items, alice, reference)).rejects.toMatchObject({ code: 'GW_UNKNOWN_STATE' });
  });

  it('looks each item up once, and lets no small call grow beyond the limit of bodies', async () => {
    const store = memoryCacheStore();
    let looks = 0;
    const cache: CacheStore = {
      ...store,
      get(key) {
        looks += 1;
        return store.get(key);
      },
    };
    const items = new KeptItems(cache, 1_000, 2_000);
    await kept(items);
    await expect(asked(items, alice, ...Array.from({ length: 5 }, () => reference))).resolves.toContain('Hello');
    expect(looks).toBe(1);
    await expect(asked(items, alice, ...Array.from({ length: 50 }, () => reference))).rejects.toMatchObject({
      code: 'GW_BODY_TOO_LARGE',
      status: 413,
    });
  });
});
