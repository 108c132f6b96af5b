import { randomBytes } from 'node:crypto';
import http, { type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { AuditLog, memoryAuditLog } from '../../core/src/services/audit-log.ts';
import { provide } from '../../core/src/services/container.ts';
import { KeyStore, memoryKeyStore } from '../../core/src/services/key-store.ts';
import { admin } from '../../plugins/admin/src/plugin.ts';
import { Digests } from '../../plugins/auth-keys/src/digests.ts';
import { type KeyManager, keyManager } from '../../plugins/auth-keys/src/manager.ts';
import { apiKeys } from '../../plugins/auth-keys/src/plugin.ts';
import { passThrough } from '../../plugins/pass-through/src/plugin.ts';
import { serviceProxy } from '../../plugins/service-proxy/src/plugin.ts';
import { running, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';

leavesNothing();

const pepper = 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o';
const adminSecret = 'Jq7vXw2LrT9bKz4mYc8dPf3hNs6gQa1e';

/** A gateway with everything that has routes: dialects, a raw provider, a service, an admin plane. */
async function gateway() {
  const up = await upstream();
  const keys = memoryKeyStore();
  const looked: string[] = [];
  const recording = {
    ...keys,
    find(id: string) {
      looked.push(id);
      return keys.find(id);
    },
  };
  const provider = openaiCompatible({ name: 'up', baseUrl: `${up.url}/v1`, apiKey: 'sk-operators-own' });
  const run = await running(up.url, {
    providers: [provider],
    plugins: [
      admin({ secret: adminSecret }),
      apiKeys({ pepper }),
      passThrough({ allow: [{ provider, methods: ['GET', 'POST'], paths: ['/v1/images/*', '/v1/files*'] }] }),
      serviceProxy({ services: [{ path: '/services/echo', target: up.url }] }),
    ],
    allowAnonymous: false,
    services: [provide(KeyStore, recording)],
  });
  const manager = keyManager({ store: keys, digests: new Digests(pepper), environment: 'live', now: Date.now });
  return { ...run, up, manager, looked };
}

function status(url: string, method: string, headers: OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method, agent: false, headers },
      (res) => void res.resume().on('close', () => resolve(res.statusCode as number)),
    );
    request.on('error', reject).end(method === 'POST' || method === 'PATCH' ? '{}' : undefined);
  });
}

/** Every header that a credential may stand in. */
const places = {
  authorization: (credential: string) => ({ authorization: `Bearer ${credential}` }),
  'x-api-key': (credential: string) => ({ 'x-api-key': credential }),
  'x-goog-api-key': (credential: string) => ({ 'x-goog-api-key': credential }),
  'api-key': (credential: string) => ({ 'api-key': credential }),
} as const;

async function useless(manager: KeyManager): Promise<Record<string, string>> {
  const revoked = await manager.create({ label: 'revoked' });
  await manager.revoke(revoked.record.id);
  const rotated = await manager.create({ label: 'rotated' });
  await manager.rotate(rotated.record.id, { graceSeconds: 0 });
  const expiring = await manager.create({ label: 'expired', expiresAt: new Date(Date.now() + 30).toISOString() });
  await new Promise((resolve) => setTimeout(resolve, 40));
  return {
    revoked: revoked.key,
    rotated: rotated.key,
    expired: expiring.key,
    unknown: `gw_live_${'q'.repeat(16)}_${'a'.repeat(52)}`,
    word: 'x',
    dummy: 'sk-1234',
  };
}

describe('AUTH-1: every route of the gateway’s own table', () => {
  it('with every credential that is none: 401, and no provider hears of it', async () => {
    const { gateway: built, url, manager, up } = await gateway();
    const credentials = await useless(manager);
    const headers: [string, OutgoingHttpHeaders][] = [
      ['none', {}],
      ['an empty one', { authorization: 'Bearer ' }],
      ['of another scheme', { authorization: 'Basic eDp5' }],
      ...Object.entries(credentials).flatMap(([what, credential]) =>
        Object.entries(places).map(([place, put]): [string, OutgoingHttpHeaders] => [`${what} in ${place}`, put(credential)]),
      ),
    ];
    const guarded = built.routes.filter(({ access, upgrade }) => access === 'principal' && upgrade === undefined);
    expect(guarded.length).toBeGreaterThan(30);
    for (const { method, path } of guarded)
      for (const [what, head] of headers) {
        const type = method === 'GET' ? {} : { 'content-type': 'application/json' };
        expect(await status(url + path.replace('*', 'x'), method, { ...type, ...head }), `${method} ${path} with ${what}`).toBe(401);
      }
    expect(up.bodies).toEqual([]);
  }, 60_000);

  it('ADM-2: those of administrators: 401 too, for keys of callers as well; the public ones are health alone', async () => {
    const { gateway: built, url, manager } = await gateway();
    const { key } = await manager.create({ label: 'a valid one, of a caller' });
    const guarded = built.routes.filter(({ access }) => access === 'admin');
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, path } of guarded)
      for (const head of [{}, { authorization: 'Bearer x' }, { authorization: `Bearer ${key}` }, { 'x-api-key': adminSecret }])
        expect([401, 429], `${method} ${path}`).toContain(await status(url + path.replaceAll('*', 'x'), method, head));
    expect(built.routes.filter(({ access }) => access === 'public').map(({ path }) => path)).toEqual(['/health/live', '/health/ready']);
  });

  it('the admin secret is no credential of a caller, nor what the admin plane answers (AUTH-9)', async () => {
    const { url, manager } = await gateway();
    const { record } = await manager.create({ label: 'x' });
    const headers = { authorization: `Bearer ${adminSecret}` };
    const answers = await Promise.all(
      ['', '/keys', '/audit', '/config'].map(async (path) =>
        (await fetch(`${url}/admin${path}`, { headers: { ...headers, connection: 'close' } })).text(),
      ),
    );
    const values = new Set(answers.join(' ').match(/[\w-]{16,}/g) ?? []);
    expect(values).toContain(record.id);
    for (const value of [adminSecret, ...values]) {
      expect(await status(`${url}/v1/models`, 'GET', { authorization: `Bearer ${value}` }), value).toBe(401);
      if (value !== adminSecret) expect([401, 429]).toContain(await status(`${url}/admin`, 'GET', { authorization: `Bearer ${value}` }));
    }
  });

  it('knows keys of an empty store as little as others', async () => {
    const run = await running((await upstream()).url, { plugins: [apiKeys({ pepper })], allowAnonymous: false });
    expect(await status(`${run.url}/v1/models`, 'GET', { authorization: `Bearer gw_live_${'q'.repeat(16)}_${'a'.repeat(52)}` })).toBe(401);
  });
});

/** What an attacker would write where a key goes: of every kind, by a seed. */
function hostile(index: number, valid: string): string {
  const kinds: readonly (() => string)[] = [
    () => `gw_live_' OR '1'='1' --${index}`,
    () => `gw_live_${'q'.repeat(16)}_'; DROP TABLE keys; --${index}`,
    () => `gw_live_*${index}`,
    () => `*3\r\n$3\r\nSET\r\n$1\r\n${index}\r\n`.replace(/[\r\n]/g, ' '),
    () => `{"$gt":""}${index}`,
    () => `gw_live_${'../'.repeat(5)}${index}`,
    () => valid.slice(0, index % valid.length),
    () => `${valid}${index}`,
    () => `${valid.slice(0, 25)}${randomBytes(40).toString('hex').slice(0, 52)}`,
    () => `gw_live_${randomBytes(8).toString('hex')}_${randomBytes(26).toString('hex')}`,
    () => `${'\u00e9\u00ff'.repeat((index % 50) + 1)}`,
    () =>
      randomBytes((index % 200) + 1)
        .toString('latin1')
        .replace(/[^\x20-\x7e\x80-\xff]/g, '.'),
    () => `__proto__${index}`,
    () => `gw_${'_'.repeat(index % 100)}`,
    () => 'x'.repeat((index % 12_000) + 1),
  ];
  return (kinds[index % kinds.length] as () => string)();
}

describe('AUTH-2: generated credentials', () => {
  const count = process.env.AUTH_CREDENTIALS === undefined ? 100_000 : Number(process.env.AUTH_CREDENTIALS);

  it(`${count} of them are 401, each in 5 ms; the store sees public ids alone and the log nothing`, async () => {
    const { url, manager, looked, logger, up } = await gateway();
    const { key } = await manager.create({ label: 'valid' });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (credential: string): Promise<{ code: number; ms: number }> =>
      new Promise((resolve, reject) => {
        const started = performance.now();
        http
          .get(`${url}/v1/models`, { agent, headers: { authorization: `Bearer ${credential}` } }, (res) => {
            res.resume().on('end', () => resolve({ code: res.statusCode as number, ms: performance.now() - started }));
          })
          .on('error', reject);
      });
    /** Milliseconds of a refusal. A stall of the machine is no property of a credential: one that took long is asked again, thrice. */
    const refused = async (credential: string): Promise<number> => {
      let least = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < 4 && least > 5; tries += 1) {
        const { code, ms } = await ask(credential);
        expect(code, credential).toBe(401);
        least = Math.min(least, ms);
      }
      return least;
    };
    await Promise.all(Array.from({ length: 20 }, () => refused('warm-up')));
    const shown: string[] = [];
    let slow = 0;
    for (let index = 0; index < count; index += 1) {
      const credential = hostile(index, key);
      if (credential.length > 12) shown.push(credential);
      if ((await refused(credential)) > 5) slow += 1;
    }
    expect(slow).toBe(0);
    for (const id of new Set(looked)) expect(id).toMatch(/^[a-z0-9]{16}$/);
    const log = logger.lines.map((line) => JSON.stringify(line)).join('\n');
    for (const credential of shown) if (log.includes(credential)) throw new Error(`the log has ${credential}`);
    expect(up.bodies).toEqual([]);
    expect((await ask(key)).code).toBe(200);
    agent.destroy();
  }, 300_000);

  it('that no header may hold, and of a megabyte, are refused by the server itself', async () => {
    const { url, chat } = await gateway();
    const { port } = new URL(url);
    for (const credential of ['a\0b', 'a\r\nx-admin: 1', '\ud83d', 'x'.repeat(1_000_000)]) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1');
        let text = '';
        socket.on('data', (data) => {
          text += data.toString('latin1');
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve(text));
        socket.write(`GET /ai/v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${credential}\r\n\r\n`, 'latin1');
      });
      expect(answer === '' || /^HTTP\/1\.1 (?:400|401|431) /.test(answer), answer.slice(0, 80)).toBe(true);
    }
    expect((await chat()).status).toBe(401);
  });
});

describe('AUTH-5: where a request goes is decided on its path alone', () => {
  const hosts = ['h/#@x', 'h?x', 'h/admin', 'a b', '', 'x'.repeat(4_000), 'user:pass@h', '[::1]:x', 'localhost:4000/#@x', '127.0.0.1'];
  const targets = [
    '/ai/admin/keys',
    'http://evil/ai/admin/keys',
    '//ai/admin/keys',
    '/ai//admin/keys',
    '/ai/ADMIN/keys',
    '/AI/admin/keys',
    '/ai/admin/keys/',
    '/ai/admin/keys;x',
    '/ai/%61dmin/keys',
    '/ai%2fadmin/keys',
    '/ai/admin%2fkeys',
    '/ai/x/../admin/keys',
    '/ai/./admin/keys',
    '/ai/admin/keys?x=/health/live',
    '/health/live/../ai/admin/keys',
    '*',
  ];

  it('every spelling is the operation behind its gate, or nothing: never the one without the other', async () => {
    const { url, manager } = await gateway();
    await manager.create({ label: 'a label that nobody may see' });
    const { port } = new URL(url);
    const seen = new Set<string>();
    for (const host of hosts)
      for (const target of targets) {
        const answer = await new Promise<string>((resolve) => {
          const socket = connect(Number(port), '127.0.0.1');
          let text = '';
          socket.on('data', (data) => {
            text += data.toString('latin1');
          });
          socket.on('error', () => {});
          socket.on('close', () => resolve(text));
          socket.write(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`, 'latin1');
        });
        expect(answer, `${host} ${target}`).not.toContain('a label that nobody may see');
        const code = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed';
        expect(['400', '401', '404', '405', 'closed'], `${host} ${target}`).toContain(code);
        seen.add(code);
      }
    expect(seen).toContain('401');
  });
});

describe('the audit log', () => {
  it('has what was done to keys, and nothing that lets in', async () => {
    const log = memoryAuditLog();
    const run = await running((await upstream()).url, {
      plugins: [admin({ secret: adminSecret }), apiKeys({ pepper })],
      allowAnonymous: false,
      services: [provide(AuditLog, log)],
    });
    const ask = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${adminSecret}`, 'content-type': 'application/json', connection: 'close' };
      return (await (await fetch(`${run.url}/admin${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as {
        key: string;
        record: { id: string };
      };
    };
    const made = await ask('/keys', { label: 'laptop', restrictions: { models: ['chat'] } });
    const rotated = await ask(`/keys/${made.record.id}/rotate`, {});
    await ask(`/keys/${made.record.id}/revoke`, {});
    const entries = await log.read(0, 10);
    expect(entries.map(({ action, subject }) => [action, subject])).toEqual(
      ['create', 'rotate', 'revoke'].map((what) => [`keys.${what}`, made.record.id]),
    );
    for (const { key } of [made, rotated]) expect(JSON.stringify(entries)).not.toContain(key.slice(25));
    expect((await run.chat({}, { headers: { authorization: `Bearer ${rotated.key}` } })).json.error?.code).toBe('KEY_REVOKED');
  });
});
