import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type PluginHooks } from '../../../core/src/define-plugin.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { CacheStore } from '../../../core/src/services/cache-store.ts';
import { provide } from '../../../core/src/services/container.ts';
import { principal } from '../../../core/src/slot.ts';
import { answerStream, answerWhole, gate, running, type Upstream, upstream } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

/** Knows callers by a header, as an authentication plugin knows them by their key. */
const byName = definePlugin({
  name: 'by-name',
  provides: [principal],
  create: () => ({
    onRequest(context) {
      const name = String(context.headers['x-caller'] ?? 'ann');
      const kind = String(context.headers['x-kind'] ?? 'key') as Principal['kind'];
      const who: Principal = { id: name, kind, tenant: String(context.headers['x-tenant'] ?? 'one') };
      context.set(principal, who);
    },
  }),
});

const plugin = (name: string, hooks: PluginHooks) => definePlugin({ name, create: () => hooks })();

async function keyed(answer: Upstream, config: Partial<GatewayConfig> = {}) {
  const up = await upstream(answer);
  const { chat, logger } = await running(up.url, { allowAnonymous: false, plugins: [byName()], ...config });
  const ask = (body: object = {}, headers: Record<string, string> = {}) =>
    chat(body, { headers: { 'idempotency-key': 'order-7', ...headers } });
  return { up, ask, chat, logger };
}

describe('F-39: a repeated Idempotency-Key', () => {
  it('gets the first answer again, byte for byte, for one upstream call', async () => {
    let calls = 0;
    const { up, ask } = await keyed((req, res, body) => {
      calls += 1;
      answerWhole(`call ${calls}`)(req, res, body);
    });
    const first = await ask();
    const again = await ask();
    expect(first).toMatchObject({ status: 200, json: { choices: [{ message: { content: 'call 1' } }] } });
    expect(again.text).toBe(first.text);
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(up.bodies).toHaveLength(1);
  });

  it('gets a stream again as a stream', async () => {
    const { up, ask } = await keyed(answerStream('Hel', 'lo'));
    const first = await ask({ stream: true });
    const again = await ask({ stream: true });
    expect(first.text).toContain('data: [DONE]');
    expect(again.text).toBe(first.text);
    expect(again).toMatchObject({ status: 200, broken: false, headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
    expect(up.bodies).toHaveLength(1);
  });

  it('costs nothing the second time: no attempt, no usage', async () => {
    const settlements: Settlement[] = [];
    const watching = plugin('watching', { onRequest: (context) => context.onSettled((one) => void settlements.push(one)) });
    const { ask } = await keyed(answerWhole('once'), { plugins: [byName(), watching] });
    await ask();
    await ask();
    expect(settlements.map(({ source, attempts, usage }) => [source, attempts.length, usage?.output])).toEqual([
      ['upstream', 1, 2],
      ['gateway', 0, undefined],
    ]);
  });

  it('takes the whole way out again: what plugins make of an answer is not kept', async () => {
    let turn = 0;
    const stamping = plugin('stamping', {
      afterResponse(context) {
        turn += 1;
        const stamp = `(${turn})`;
        return context.mapTexts(() => ({ push: (piece) => piece, end: () => stamp }));
      },
    });
    const { ask } = await keyed(answerWhole('text'), { plugins: [byName(), stamping] });
    expect((await ask()).json.choices?.[0]?.message.content).toBe('text(1)');
    expect((await ask()).json.choices?.[0]?.message.content).toBe('text(2)');
  });

  it('with another body is refused with 422, and reaches no upstream', async () => {
    const { up, ask } = await keyed(answerWhole('first'));
    await ask();
    const other = await ask({ temperature: 1 });
    expect(other).toMatchObject({ status: 422, json: { error: { code: 'GW_IDEMPOTENCY_MISMATCH' } } });
    expect(up.bodies).toHaveLength(1);
  });

  it('while the first is under way is refused with 409 and retry-after', async () => {
    const asked = gate();
    const answer = gate();
    const { up, ask } = await keyed(async (req, res, body) => {
      asked.open();
      await answer.opened;
      answerWhole('slow')(req, res, body);
    });
    const first = ask();
    await asked.opened;
    expect(await ask()).toMatchObject({
      status: 409,
      headers: { 'retry-after': '1' },
      json: { error: { code: 'GW_IDEMPOTENCY_IN_FLIGHT' } },
    });
    answer.open();
    expect(await first).toMatchObject({ status: 200 });
    expect(await ask()).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(up.bodies).toHaveLength(1);
  });

  it('belongs to its caller: another principal, and the same id of another tenant, are on their own', async () => {
    let calls = 0;
    const { up, ask } = await keyed((req, res, body) => {
      calls += 1;
      answerWhole(`for ${calls}`)(req, res, body);
    });
    await ask();
    expect((await ask({}, { 'x-caller': 'bob' })).json.choices?.[0]?.message.content).toBe('for 2');
    expect((await ask({}, { 'x-tenant': 'two' })).json.choices?.[0]?.message.content).toBe('for 3');
    expect(up.bodies).toHaveLength(3);
  });

  it('belongs to its kind of caller: a user is not the key of the same id', async () => {
    const { up, ask } = await keyed(answerWhole('x'));
    await ask();
    expect((await ask({}, { 'x-kind': 'user' })).headers['idempotent-replayed']).toBeUndefined();
    expect(up.bodies).toHaveLength(2);
  });

  it('is not looked at for callers that an authentication plugin calls anonymous', async () => {
    const { up, ask } = await keyed(answerWhole('x'));
    await ask({}, { 'x-kind': 'anonymous' });
    expect((await ask({}, { 'x-kind': 'anonymous' })).headers['idempotent-replayed']).toBeUndefined();
    expect(up.bodies).toHaveLength(2);
  });

  it('costs no answer when the cache is away: a repeat is a new call', async () => {
    const away = { get: () => Promise.reject(new Error('away')), set: () => Promise.reject(new Error('away')), delete: async () => {} };
    const { up, ask } = await keyed(answerWhole('x'), { services: [provide(CacheStore, away)] });
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(up.bodies).toHaveLength(2);
  });

  it('is not looked at for strangers, who could read each other by it', async () => {
    const up = await upstream(answerWhole('anew'));
    const { chat } = await running(up.url);
    const headers = { 'idempotency-key': 'order-7' };
    await chat({}, { headers });
    expect((await chat({}, { headers })).headers['idempotent-replayed']).toBeUndefined();
    expect(up.bodies).toHaveLength(2);
  });

  it.each([
    ['a failed one', (_req: unknown, res: { writeHead(status: number): { end(): void } }) => res.writeHead(500).end()],
    ['a refused one', (_req: unknown, res: { writeHead(status: number): { end(): void } }) => res.writeHead(429).end()],
  ])('after %s is a new try', async (_, fail) => {
    let calls = 0;
    const { up, ask } = await keyed((req, res, body) => {
      calls += 1;
      if (calls === 1) fail(req, res);
      else answerWhole('at last')(req, res, body);
    });
    expect((await ask()).status).toBeGreaterThanOrEqual(400);
    expect(await ask()).toMatchObject({ status: 200, json: { choices: [{ message: { content: 'at last' } }] } });
    expect(up.bodies).toHaveLength(2);
  });

  it('after a client that left is a new try, and the key is free', async () => {
    const asked = gate();
    const { up, ask, chat } = await keyed((req, res, body) => {
      if (up.bodies.length > 1) answerWhole('second')(req, res, body);
      else asked.open();
    });
    const leave = new AbortController();
    const first = chat({}, { headers: { 'idempotency-key': 'order-7' }, signal: leave.signal }).catch((error: Error) => error.name);
    await asked.opened;
    leave.abort();
    expect(await first).toBe('AbortError');
    let again = await ask();
    for (let tries = 0; again.status === 409 && tries < 100; tries += 1) again = await ask();
    expect(again.status).toBe(200);
  });

  it('with an answer larger than limits.idempotencyBytes is not kept', async () => {
    const { up, ask } = await keyed(answerWhole('x'.repeat(1_000)), { limits: { idempotencyBytes: 500 } });
    await ask();
    expect((await ask()).status).toBe(200);
    expect(up.bodies).toHaveLength(2);
  });

  it('is forgotten after timeouts.idempotencyMs', async () => {
    const { up, ask } = await keyed(answerWhole('anew'), { timeouts: { idempotencyMs: 1 } });
    await ask();
    await new Promise((go) => setTimeout(go, 20));
    expect((await ask()).status).toBe(200);
    expect(up.bodies).toHaveLength(2);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
  ])('that is %s is refused with 400', async (_, key) => {
    const { up, ask } = await keyed(answerWhole('never'));
    expect(await ask({}, { 'idempotency-key': key })).toMatchObject({ status: 400, json: { error: { code: 'GW_BAD_REQUEST' } } });
    expect(up.bodies).toHaveLength(0);
  });

  it('never goes upstream itself', async () => {
    let seen: unknown;
    const { ask } = await keyed((req, res, body) => {
      seen = req.headers['idempotency-key'];
      answerWhole('x')(req, res, body);
    });
    await ask();
    expect(seen).toBeUndefined();
  });
});
