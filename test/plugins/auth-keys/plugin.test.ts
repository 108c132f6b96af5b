import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide } from '../../../core/src/services/container.ts';
import { KeyStore, type KeyStore as Keys, memoryKeyStore, type StoredKey } from '../../../core/src/services/key-store.ts';
import { principal } from '../../../core/src/slot.ts';
import { Digests } from '../../../plugins/auth-keys/src/digests.ts';
import { keyManager, type NewKeyInput } from '../../../plugins/auth-keys/src/manager.ts';
import type { ApiKeysOptions } from '../../../plugins/auth-keys/src/options.ts';
import { apiKeys } from '../../../plugins/auth-keys/src/plugin.ts';
import { running, send, upstream } from '../../core/harness/loopback.ts';
import { type ManualClock, manualClock } from '../../core/harness/manual-clock.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';

leavesNothing();

const pepper = 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o';

interface Setup {
  readonly options?: Partial<ApiKeysOptions>;
  readonly config?: Partial<GatewayConfig>;
  readonly store?: (keys: Keys) => Keys;
  readonly clock?: ManualClock;
}

/** A gateway that takes API keys, and whoever makes them. */
async function gateway({ options = {}, config = {}, store: wrapped = (keys) => keys, clock }: Setup = {}) {
  const up = await upstream();
  const keys = memoryKeyStore();
  const seen: (Principal | undefined)[] = [];
  const looking = definePlugin({ name: 'looking', create: () => ({ beforeRoute: (context) => void seen.push(context.get(principal)) }) })();
  const run = await running(up.url, {
    ...config,
    plugins: [apiKeys({ pepper, ...options }), looking, ...(config.plugins ?? [])],
    allowAnonymous: false,
    services: [provide(KeyStore, wrapped(keys)), ...(clock === undefined ? [] : [provide(Clock, clock)])],
  });
  const now = (): number => clock?.now() ?? Date.now();
  const manager = keyManager({ store: keys, digests: new Digests(pepper), environment: options.environment ?? 'live', now });
  const made = (input: Partial<NewKeyInput> = {}) => manager.create({ label: 'test', ...input });
  const asked = async (key: string, body: object = {}) => run.chat(body, { headers: { authorization: `Bearer ${key}` } });
  return { ...run, up, keys, manager, made, asked, seen };
}

describe('apiKeys', () => {
  it('lets in whoever shows a key, as whom it was made for', async () => {
    const { made, asked, seen } = await gateway();
    const { key, record } = await made({ tenant: 'acme', user: 'ann', plan: 'pro', scopes: ['chat'], metadata: { team: 'x' } });
    expect((await asked(key)).status).toBe(200);
    expect(seen).toEqual([
      { id: `key:${record.id}`, kind: 'key', tenant: 'acme', user: 'ann', plan: 'pro', scopes: ['chat'], metadata: { team: 'x' } },
    ]);
    expect(Object.isFrozen(seen[0]?.scopes)).toBe(true);
  });

  it('takes it from where each library puts it', async () => {
    const { made, url, seen } = await gateway();
    const { key } = await made();
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    await new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 }).chat.completions.create({ model: 'chat', messages });
    for (const credential of [
      { apiKey: key, authToken: null },
      { authToken: key, apiKey: null },
    ])
      await new Anthropic({ baseURL: url, ...credential, maxRetries: 0 }).messages.create({ model: 'chat', max_tokens: 5, messages });
    await new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } }).models.generateContent({ model: 'chat', contents: 'Hi' });
    const azure = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'api-key': key, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ model: 'chat', messages }),
    });
    expect(azure.status).toBe(200);
    expect(AzureOpenAI).toBeDefined();
    expect(seen).toHaveLength(5);
  });

  it('sends no credential of a client upstream, and tells none in a log', async () => {
    const heads: string[] = [];
    const up = await upstream((req, res) => {
      heads.push(req.rawHeaders.join(' '));
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const keys = memoryKeyStore();
    const { key } = await keyManager({ store: keys, digests: new Digests(pepper), environment: 'live', now: Date.now }).create({
      label: 'x',
    });
    const { url, logger } = await running(up.url, {
      plugins: [apiKeys({ pepper })],
      allowAnonymous: false,
      services: [provide(KeyStore, keys)],
    });
    const body = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };
    for (const header of ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'])
      await send(`${url}/v1/chat/completions`, body, { headers: { [header]: header === 'authorization' ? `Bearer ${key}` : key } });
    expect(heads).toHaveLength(4);
    expect(heads.join()).not.toContain('gw_');
    expect(JSON.stringify(logger)).not.toContain(key);
  });

  describe('refuses with 401', () => {
    it('a key of another gateway, environment, secret or shape; no credential; one of another kind', async () => {
      const { made, asked, up, chat } = await gateway();
      const { key } = await made();
      const changed = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
      const refused = [
        changed,
        key.replace('gw_live', 'gw_test'),
        key.replace(/gw_live_[a-z2-7]{16}/, 'gw_live_qqqqqqqqqqqqqqqq'),
        `${key}a`,
        key.slice(0, -1),
        key.toUpperCase().replace('GW', 'gw'),
        'gw_',
        'gw_live',
      ];
      for (const wrong of refused)
        expect(await asked(wrong), wrong).toMatchObject({
          status: 401,
          headers: { 'www-authenticate': 'Bearer error="invalid_token"', 'x-should-retry': 'false' },
          json: { error: { code: 'KEY_INVALID' } },
        });
      for (const other of ['x', 'sk-anything', key.replace('gw_', 'GW_')])
        expect((await asked(other)).json.error?.code, other).toBe('GW_UNAUTHENTICATED');
      expect((await chat()).json.error?.code).toBe('GW_UNAUTHENTICATED');
      expect(up.bodies).toEqual([]);
    });

    it('a revoked and an expired key, whose holder is told so', async () => {
      const clock = manualClock();
      const { made, asked, manager } = await gateway({ clock });
      const revoked = await made();
      await manager.revoke(revoked.record.id);
      expect((await asked(revoked.key)).json.error).toMatchObject({ code: 'KEY_REVOKED' });
      const expiring = await made({ expiresAt: new Date(clock.now() + 1_000).toISOString() });
      expect((await asked(expiring.key)).status).toBe(200);
      clock.advance(1_000);
      expect(await asked(expiring.key)).toMatchObject({ status: 401, json: { error: { code: 'KEY_EXPIRED' } } });
    });

    it('AUTH-10: the digest that is stored', async () => {
      const { made, asked, keys } = await gateway();
      const { record } = await made();
      const { digest } = (await keys.find(record.id)) as StoredKey;
      for (const shown of [digest, `gw_live_${record.id}_${digest}`, Buffer.from(digest, 'base64url').toString('hex')])
        expect((await asked(shown)).status).toBe(401);
    });
  });

  it('refuses two credentials that differ with 400', async () => {
    const { made, chat } = await gateway();
    const [one, other] = [await made(), await made()];
    const headers = { authorization: `Bearer ${one.key}`, 'x-api-key': other.key };
    expect(await chat({}, { headers })).toMatchObject({ status: 400, json: { error: { code: 'GW_TWO_CREDENTIALS' } } });
    expect((await chat({}, { headers: { ...headers, 'x-api-key': one.key } })).status).toBe(200);
  });

  it('AUTH-12: acts as whom the key is for, whatever other headers say', async () => {
    const { made, chat, seen } = await gateway();
    const { key } = await made({ tenant: 'a' });
    const names = ['x-tenant', 'x-tenant-id', 'x-org', 'x-forwarded-user', 'openai-organization', 'x-user', 'x-gateway-tenant'];
    await chat({}, { headers: { authorization: `Bearer ${key}`, ...Object.fromEntries(names.map((name) => [name, 'b'])) } });
    expect(seen).toMatchObject([{ tenant: 'a' }]);
  });

  it('a revoked key ends within a second, in a process that has just used it, and a new one works at once', async () => {
    const clock = manualClock();
    const { made, asked, manager } = await gateway({ clock });
    const { key, record } = await made();
    expect((await asked(key)).status).toBe(200);
    await manager.revoke(record.id);
    clock.advance(500);
    expect((await asked(key)).json.error?.code).toBe('KEY_REVOKED');
    expect((await asked((await made()).key)).status).toBe(200);
  });

  it('a rotated key works at once, and the old one until its grace ends', async () => {
    const clock = manualClock();
    const { made, asked, manager } = await gateway({ clock });
    const { key, record } = await made();
    expect((await asked(key)).status).toBe(200);
    const rotated = await manager.rotate(record.id, { graceSeconds: 60 });
    expect((await asked(rotated.key)).status).toBe(200);
    clock.advance(59_999);
    expect((await asked(key)).status).toBe(200);
    clock.advance(1);
    expect((await asked(key)).status).toBe(401);
    expect((await asked(rotated.key)).status).toBe(200);
  });

  describe('restrictions', () => {
    it('hold models, in every way and in the list of models', async () => {
      const { made, asked, url } = await gateway({ config: { models: { chat: 'up/m', large: 'up/large' } } });
      const { key } = await made({ restrictions: { models: ['chat'] } });
      expect((await asked(key)).status).toBe(200);
      expect(await asked(key, { model: 'large' })).toMatchObject({ status: 403, json: { error: { code: 'GW_MODEL_FORBIDDEN' } } });
      const list = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}`, connection: 'close' } });
      expect(((await list.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(['chat']);
    });

    it.each([
      [{ endpoints: ['/v1/embeddings'] }, 'for this endpoint'],
      [{ methods: ['GET' as const] }, 'with the method POST'],
      [{ addresses: ['192.0.2.0/24'] }, 'from this address'],
      [{ hours: { from: '00:00', to: '00:01', timeZone: 'UTC' } }, 'at this time'],
    ])('hold %o: 403 that says so', async (restrictions, words) => {
      const { made, asked, up } = await gateway({ clock: manualClock(Date.parse('2026-11-25T12:00:00Z')) });
      const { key } = await made({ restrictions });
      const answer = await asked(key);
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'KEY_RESTRICTED' } } });
      expect(answer.json.error?.message).toContain(words);
      expect(up.bodies).toEqual([]);
    });

    it('hold scopes of endpoints', async () => {
      const { made, asked } = await gateway({ options: { requiredScopes: { '/v1/chat/*': ['chat'] } } });
      expect((await asked((await made({ scopes: ['chat', 'x'] })).key)).status).toBe(200);
      expect(await asked((await made({ scopes: ['x'] })).key)).toMatchObject({
        status: 403,
        json: { error: { code: 'INSUFFICIENT_SCOPE' } },
      });
    });

    it('that are changed count within a second', async () => {
      const clock = manualClock();
      const { made, asked, manager } = await gateway({ clock });
      const { key, record } = await made();
      expect((await asked(key)).status).toBe(200);
      await manager.update(record.id, { restrictions: { addresses: ['192.0.2.1'] } });
      clock.advance(500);
      expect((await asked(key)).status).toBe(403);
    });
  });

  describe('while the store is away', () => {
    it('lets in keys that were read in the last 30 seconds, then answers 503', async () => {
      const clock = manualClock();
      let away = false;
      const store = (keys: Keys): Keys => ({ ...keys, find: (id) => (away ? Promise.reject(new Error('away')) : keys.find(id)) });
      const { made, asked } = await gateway({ clock, store });
      const { key } = await made();
      const other = await made();
      expect((await asked(key)).status).toBe(200);
      away = true;
      clock.advance(29_000);
      expect((await asked(key)).status).toBe(200);
      const refused = { status: 503, headers: { 'retry-after': '1' }, json: { error: { code: 'KEYS_UNAVAILABLE' } } };
      expect(await asked(other.key)).toMatchObject(refused);
      clock.advance(1_000);
      expect(await asked(key)).toMatchObject(refused);
      away = false;
      expect((await asked(key)).status).toBe(200);
    });

    it('lets in nobody with another secret: what it is worth cannot be known now', async () => {
      const clock = manualClock();
      let away = false;
      const store = (keys: Keys): Keys => ({ ...keys, find: (id) => (away ? Promise.reject(new Error('away')) : keys.find(id)) });
      const { made, asked } = await gateway({ clock, store });
      const { key } = await made();
      await asked(key);
      away = true;
      expect((await asked(key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a'))).status).toBe(503);
    });
  });

  it('writes down when keys were last used, when the gateway closes at the latest', async () => {
    const { made, asked, manager, gateway: built } = await gateway();
    const { key, record } = await made();
    const before = Date.now();
    await asked(key);
    await built.close();
    expect(Date.parse((await manager.get(record.id)).lastUsedAt as string)).toBeGreaterThanOrEqual(before);
  });

  it('AUTH-4: a store that gives nonsense lets nobody in', async () => {
    for (const nonsense of [null, {}, { publicId: 'x' }, 'yes', true, []]) {
      const { asked, made } = await gateway({ store: (keys) => ({ ...keys, find: async () => nonsense as never }) });
      const { status } = await asked((await made()).key);
      expect([401, 500, 503], JSON.stringify(nonsense)).toContain(status);
    }
  });
});
