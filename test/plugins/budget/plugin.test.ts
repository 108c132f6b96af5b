import { contractCases } from '@express-ai-gateway/plugin-kit';
import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import type { BudgetStore } from '../../../core/src/services/budget-store.ts';
import { budget } from '../../../plugins/budget/src/plugin.ts';
import { answerWhole, chunk, gate, type Upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { budgeted, price } from './support/budgeted.ts';

leavesNothing();

const account = 'tenant.dollars.month:2026-11-01:tenant=%2Bacme';
const monthly = (dollars: number) => ({ budgets: [{ per: ['tenant' as const], dollars }] });
/** What `answerWhole` reports: three tokens in, two out. */
const usual = 3 * price.input + 2 * price.output;

describe('budget', () => {
  it('holds the most that a call can cost, and books what it did', async () => {
    const seen: number[] = [];
    const wrap = (own: BudgetStore): BudgetStore => ({
      ...own,
      hold: (id, parts) => {
        seen.push(parts[0]?.amount as number);
        return own.hold(id, parts);
      },
    });
    const { ask, up, store, ledger, costs } = await budgeted(monthly(1), { store: wrap });
    expect((await ask({ max_completion_tokens: 100 })).status).toBe(200);
    await vi.waitFor(async () => expect(await store.read([account])).toEqual([{ spent: usual, held: 0 }]));
    const bytes = Buffer.byteLength(up.bodies[0] as string) + 'chat'.length - 'm'.length;
    expect(seen).toEqual([(bytes + 2_000) * price.input + 100 * price.output]);
    const [row] = await ledger.recent(10);
    expect(row).toMatchObject({
      principal: 'ann',
      tenant: 'acme',
      target: 'up/m',
      purpose: 'answer',
      outcome: 'completed',
      cost: BigInt(usual),
    });
    expect(costs).toMatchObject([{ nanoDollars: BigInt(usual) }]);
  });

  it('MONEY-4: sets a limit where the request has none, and lowers one that no model could fill', async () => {
    const { ask, up } = await budgeted({ ...monthly(1), maxOutputTokens: 300 });
    await ask({ user: 'x', big: 1 });
    await ask({ max_tokens: 1e9 });
    await ask({ max_tokens: 5 });
    const words = '{"model":"m","messages":[{"role":"user","content":"Hello"}],"user":"x","big":1,"max_completion_tokens":300}';
    expect(up.bodies[0]).toBe(words);
    expect(up.bodies.map((text) => JSON.parse(text) as object)).toMatchObject([
      { max_completion_tokens: 300 },
      { max_tokens: 1_000 },
      { max_tokens: 5 },
    ]);
  });

  it('refuses what would not fit, before anything goes out; an SDK hears it once', async () => {
    const { ask, url, up } = await budgeted(monthly(0.001));
    const { status, json, headers } = await ask({ max_tokens: 500 });
    expect([status, json.error?.code, headers['x-should-retry']]).toEqual([402, 'BUDGET_EXCEEDED', 'false']);
    expect(json.error?.message).toMatch(
      /^This request may use \$0\.\d+, and the budget "tenant\.dollars\.month" of this tenant has \$0\.001000 left of \$0\.001000 .* It begins anew at 2026-12-01T00:00:00\.000Z\.$/,
    );
    const who = { 'x-who': JSON.stringify({ id: 'ann', kind: 'key', tenant: 'acme' }) };
    const client = new OpenAI({ apiKey: 'x', baseURL: `${url}/v1`, defaultHeaders: who });
    await expect(
      client.chat.completions.create({ model: 'chat', max_tokens: 500, messages: [{ role: 'user', content: 'Hi' }] }),
    ).rejects.toMatchObject({ status: 402 });
    expect(up.bodies).toEqual([]);
  });

  it('MONEY-1: many at once are let in while their holds fit, and no more is spent than the limit', async () => {
    const dollars = 0.1;
    const full: Upstream = (_req, res, body) => {
      const { max_tokens: most } = JSON.parse(body) as { max_tokens: number };
      const usage = { prompt_tokens: 100, completion_tokens: most, total_tokens: most + 100 };
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [], usage }));
    };
    const { ask, store, up, ledger } = await budgeted(monthly(dollars), { answer: full });
    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1)
      statuses.push(...(await Promise.all(Array.from({ length: 30 }, async () => (await ask({ max_tokens: 100 })).status))));
    await vi.waitFor(async () => expect((await store.read([account]))[0]?.held).toBe(0));
    const [{ spent } = { spent: 0 }] = await store.read([account]);
    const each = 100 * price.input + 100 * price.output;
    expect(spent).toBe(up.bodies.length * each);
    expect(spent).toBeLessThanOrEqual(dollars * 1e9);
    expect(spent).toBeGreaterThan(dollars * 1e9 - each - 2_500 * price.input);
    expect(statuses.filter((status) => status === 200)).toHaveLength(up.bodies.length);
    const rows = await ledger.recent(1_000);
    expect(rows.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n)).toBe(BigInt(spent));
  });

  it('holds all levels in one step: what one has no room for is taken of none', async () => {
    const { ask, store } = await budgeted({
      budgets: [
        { name: 'company', per: [], dollars: 10 },
        { name: 'person', per: ['user'], tokens: 2_900, window: 'day' },
      ],
    });
    expect((await ask({ max_tokens: 500 }, { user: 'ann' })).status).toBe(200);
    expect((await ask({ max_tokens: 900 }, { user: 'ann' })).json.error?.message).toContain(
      'budget "person" of this user has 2,895 tokens left',
    );
    await vi.waitFor(async () =>
      expect(await store.read(['company:2026-11-01:', 'person:2026-11-25:of=%2Bacme&user=%2Bann'])).toEqual([
        { spent: usual, held: 0 },
        { spent: 5, held: 0 },
      ]),
    );
    expect((await ask({ max_tokens: 500 }, { user: 'bob' })).status).toBe(200);
  });

  it('MONEY-10: begins anew with its window; what is under way is booked to the one it began in', async () => {
    const held = gate();
    const answer: Upstream = async (req, res, body) => {
      await held.opened;
      answerWhole('x')(req, res, body);
    };
    const { ask, store, clock } = await budgeted(
      { budgets: [{ name: 'b', tokens: 4_000, window: 'day', timeZone: 'Europe/Berlin' }] },
      { answer, startsAt: '2026-11-25T22:59:59Z' },
    );
    const first = ask({ max_tokens: 1_000 });
    await vi.waitFor(async () => expect((await store.read(['b:2026-11-25:tenant=%2Bacme']))[0]?.held).toBeGreaterThan(3_000));
    expect((await ask({ max_tokens: 1_000 })).status).toBe(402);
    clock.advance(1_000);
    const second = ask({ max_tokens: 1_000 });
    await vi.waitFor(async () => expect((await store.read(['b:2026-11-26:tenant=%2Bacme']))[0]?.held).toBeGreaterThan(3_000));
    held.open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    await vi.waitFor(async () =>
      expect(await store.read(['b:2026-11-25:tenant=%2Bacme', 'b:2026-11-26:tenant=%2Bacme'])).toEqual([
        { spent: 5, held: 0 },
        { spent: 5, held: 0 },
      ]),
    );
  });

  it('tells of thresholds once each', async () => {
    const { ask, logger } = await budgeted({ budgets: [{ name: 'b', tokens: 10_000 }], thresholds: [0.0005, 0.001] });
    for (let at = 0; at < 4; at += 1) await ask({ max_tokens: 10 });
    await vi.waitFor(() =>
      expect(logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
        'The budget "b" is spent to 0.05 %.',
        'The budget "b" is spent to 0.1 %.',
      ]),
    );
  });
});

describe('budget, and what has no bound', () => {
  it.each([
    ['a model without a price', { model: 'unknown' }, 'up/no-such-model'],
    ['a tool that the provider runs', { tools: [{ type: 'web_search' }] }, 'runs the tool web_search as often as it likes'],
    ['a search that the provider runs', { web_search_options: {} }, 'runs the tool web_search'],
  ])('MONEY-3: refuses %s by name, and nothing goes out', async (_what, body, words) => {
    const { ask, up } = await budgeted(monthly(1_000));
    const { status, json } = await ask(body);
    expect([status, json.error?.code]).toEqual([402, 'BUDGET_UNBOUNDED']);
    expect(json.error?.message).toContain(words);
    expect(up.bodies).toEqual([]);
  });

  it('lets it go where that is configured, and books what its provider reports', async () => {
    const { ask, ledger, costs } = await budgeted({ ...monthly(1_000), unbounded: 'allow' });
    expect((await ask({ model: 'unknown' })).status).toBe(200);
    await vi.waitFor(async () => expect((await ledger.recent(1))[0]).toMatchObject({ target: 'up/no-such-model', cost: undefined }));
    expect(costs[0]).toMatchObject({ nanoDollars: undefined });
    expect(costs[0]?.why).toContain('no-such-model');
  });

  it('holds a whole window for images', async () => {
    const { ask, up } = await budgeted({ budgets: [{ tokens: 10_500 }] });
    const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
    expect((await ask({ messages: [{ role: 'user', content }], max_tokens: 600 })).status).toBe(402);
    expect((await ask({ messages: [{ role: 'user', content }], max_tokens: 500 })).status).toBe(200);
    expect(up.bodies).toHaveLength(1);
  });
});

describe('budget, when an attempt ends badly', () => {
  const failing =
    (status: number): Upstream =>
    (_req, res) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"x"}}');

  it('what its provider refused, and what never went out, costs nothing', async () => {
    const { ask, store } = await budgeted(monthly(1), { answer: failing(500) });
    expect((await ask()).status).toBe(502);
    await vi.waitFor(async () => expect(await store.read([account])).toEqual([{ spent: 0, held: 0 }]));
  });

  it('MONEY-6: a fallback holds again, by its own target', async () => {
    const answer: Upstream = (req, res, body) =>
      req.url?.startsWith('/spare') ? answerWhole('spare')(req, res, body) : failing(503)(req, res, body);
    const { ask, store, ledger } = await budgeted(monthly(1), { answer });
    expect((await ask({ model: 'both' })).status).toBe(200);
    await vi.waitFor(async () => expect(await store.read([account])).toEqual([{ spent: usual, held: 0 }]));
    expect((await ledger.recent(5)).map(({ target, cost }) => [target, cost])).toEqual([
      ['spare/m', BigInt(usual)],
      ['up/m', 0n],
    ]);
  });

  it('MONEY-7: where nobody knows what will be billed, all that was held is spent', async () => {
    const answer: Upstream = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('a'));
      setTimeout(() => res.destroy(), 20);
    };
    const { ask, store, costs } = await budgeted(monthly(1), { answer });
    const { text } = await ask({ stream: true, max_tokens: 100 });
    expect(text).toContain('GW_UPSTREAM_TRUNCATED');
    await vi.waitFor(async () => expect((await store.read([account]))[0]).toMatchObject({ held: 0 }));
    expect((await store.read([account]))[0]?.spent).toBeGreaterThan(100 * price.output);
    expect(costs[0]?.nanoDollars).toBeUndefined();
  });

  it('MONEY-7: a client that leaves', async () => {
    const answer: Upstream = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk('a'));
    };
    const { ask, store } = await budgeted(monthly(1), { answer });
    const leaving = new AbortController();
    const asked = ask({ stream: true, max_tokens: 100 }, {}, leaving.signal).catch(() => 'left');
    await vi.waitFor(async () => expect((await store.read([account]))[0]?.held).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 50));
    leaving.abort();
    await asked;
    await vi.waitFor(async () => expect((await store.read([account]))[0]).toMatchObject({ held: 0 }));
    expect((await store.read([account]))[0]?.spent).toBeGreaterThan(100 * price.output);
  });
});

describe('budget, and what a provider reports', () => {
  const reporting =
    (usage: unknown): Upstream =>
    (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [], usage }));
    };

  it.each([undefined, null, 5, {}, { prompt_tokens: -1 }, { prompt_tokens: '3', completion_tokens: null }, { prompt_tokens: 1.5 }])(
    'MONEY-9: usage of %o is none, and all that was held is spent',
    async (usage) => {
      const { ask, store } = await budgeted({ budgets: [{ name: 'b', tokens: 100_000 }] }, { answer: reporting(usage) });
      expect((await ask({ max_tokens: 100 })).status).toBe(200);
      await vi.waitFor(async () => expect((await store.read(['b:2026-11-01:tenant=%2Bacme']))[0]).toMatchObject({ held: 0 }));
      expect((await store.read(['b:2026-11-01:tenant=%2Bacme']))[0]?.spent).toBeGreaterThan(2_100);
    },
  );

  it('more than was held is booked in full, and said', async () => {
    const { ask, store, logger } = await budgeted(
      { budgets: [{ name: 'b', tokens: 92_000 }] },
      { answer: reporting({ prompt_tokens: 3, completion_tokens: 90_000 }) },
    );
    expect((await ask({ max_tokens: 100 })).status).toBe(200);
    await vi.waitFor(async () => expect(await store.read(['b:2026-11-01:tenant=%2Bacme'])).toEqual([{ spent: 90_003, held: 0 }]));
    await vi.waitFor(() => expect(JSON.stringify(logger.lines)).toContain('used more than its own API promises'));
    expect((await ask({ max_tokens: 9_000 })).status).toBe(402);
  });
});

describe('budget, while the store is away', () => {
  it('MONEY-5: lets nothing go, and ends the hold that may have been taken', async () => {
    let away = true;
    const wrap = (own: BudgetStore): BudgetStore => ({
      ...own,
      async hold(id, parts) {
        const outcome = await own.hold(id, parts); // it was taken, and the answer is lost
        if (away) throw new Error('the store did not answer');
        return outcome;
      },
      async settle(id, parts) {
        if (away) throw new Error('the store did not answer');
        return own.settle(id, parts);
      },
    });
    const { ask, store, up, clock } = await budgeted(monthly(1), { store: wrap });
    const { status, json, headers } = await ask();
    expect([status, json.error?.code, headers['retry-after']]).toEqual([503, 'ACCOUNTING_UNAVAILABLE', '1']);
    expect(up.bodies).toEqual([]);
    expect((await store.read([account]))[0]?.held).toBeGreaterThan(0);
    away = false;
    await vi.waitFor(async () => {
      clock.advance(5_000);
      expect(await store.read([account])).toEqual([{ spent: 0, held: 0 }]);
    });
    expect((await ask()).status).toBe(200);
  });

  it('MONEY-8: what was spent is booked once it is back, once', async () => {
    let away = false;
    const wrap = (own: BudgetStore): BudgetStore => ({
      ...own,
      async settle(id, parts) {
        const outcome = await own.settle(id, parts);
        if (away) throw new Error('the store did not answer');
        return outcome;
      },
    });
    const { ask, store, clock } = await budgeted(monthly(1), { store: wrap });
    away = true;
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    away = false;
    await vi.waitFor(async () => {
      clock.advance(5_000);
      expect(await store.read([account])).toEqual([{ spent: 2 * usual, held: 0 }]);
    });
  });
});

describe('budget keeps the contract of plugins', () => {
  const plugin = () => budget({ budgets: [{ per: [], tokens: 1_000_000_000 }] });
  // OpenAI's requests need no limit, so one is set; that nothing else changes is tested above.
  const limited = /^byte-faithful: openai-(?:chat|responses|completions)/;
  for (const { name, run } of contractCases({ plugin })) if (!limited.test(name)) it(name, run);
});
