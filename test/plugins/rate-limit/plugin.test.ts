import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide } from '../../../core/src/services/container.ts';
import { CounterStore, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import type { RateLimitOptions } from '../../../plugins/rate-limit/src/options.ts';
import { type Answer, answerWhole, chunk, doneFrame, gate, lastChunk, type Upstream } from '../../core/harness/loopback.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { limited } from './support/limited.ts';

leavesNothing();

const away: CounterStore = {
  add: async () => {
    throw new Error('the store is away');
  },
  lease: async () => {
    throw new Error('the store is away');
  },
};

describe('rateLimit: requests', () => {
  it('lets in as many as the limit in a window, refuses the next, and lets in again when it has ended', async () => {
    const { statuses, clock, up } = await limited({ rules: [{ tokens: 1_000_000, requests: 3, window: '1m', per: ['key', 'model'] }] });
    expect(await statuses(3)).toEqual([200, 200, 200]);
    expect(await statuses(1, { id: 'bob' })).toEqual([200]);
    expect(await statuses(1, {}, { model: 'other' })).toEqual([200]);
    expect(await statuses(2)).toEqual([429, 429]);
    expect(up.bodies).toHaveLength(5);
    clock.advance(60_000);
    expect(await statuses(1, { id: 'bob' })).toEqual([200]);
  });

  it('says whose limit it is, which, and when it resets, in the client’s own dialect and headers', async () => {
    const { ask, clock, url } = await limited({ rules: [{ requests: 1, window: '1m' }] });
    const first = await ask();
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1m',
      'ratelimit-policy': '"key 1m";q=1;w=60',
      ratelimit: '"key 1m";r=0;t=60',
    });
    clock.advance(18_000);
    const { status, json, headers } = await ask();
    expect([status, json.error?.code, json.error?.type]).toEqual([429, 'RATE_LIMITED', 'rate_limit_error']);
    expect(json.error?.message).toBe(
      'This gateway\'s own limit "key 1m" is reached: 1 requests in 1m, per key (the model provider was not asked). It resets in 42 s; try again then.',
    );
    expect(headers).toMatchObject({ 'retry-after': '42', 'retry-after-ms': '42000', 'x-ratelimit-remaining-requests': '0' });
    expect(headers['x-should-retry']).toBeUndefined();
    const who = { 'x-who': JSON.stringify({ id: 'ann', kind: 'key' }) };
    const anthropic = new Anthropic({ apiKey: 'x', baseURL: url, maxRetries: 0, defaultHeaders: who });
    const problem = await anthropic.messages
      .create({ model: 'chat', max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] })
      .catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Anthropic.RateLimitError);
    expect(Object.fromEntries((problem as InstanceType<typeof Anthropic.RateLimitError>).headers)).toMatchObject({
      'anthropic-ratelimit-requests-limit': '1',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '1970-01-01T00:17:40Z',
    });
  });

  it('an SDK waits as it is told, and goes on', async () => {
    const { url } = await limited({ rules: [{ requests: 1, window: '1s' }] }, { services: [] });
    const client = new OpenAI({
      apiKey: 'x',
      baseURL: `${url}/v1`,
      maxRetries: 0,
      defaultHeaders: { 'x-who': JSON.stringify({ id: 'ann', kind: 'key' }) },
    });
    const call = () => client.chat.completions.create({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] });
    expect((await call()).choices[0]?.message.content).toBe('from upstream');
    await expect(call()).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  it('a limit that resets in more than a minute is not one to retry', async () => {
    const { ask } = await limited({ rules: [{ requests: 1, window: '1d' }] });
    await ask();
    expect((await ask()).headers).toMatchObject({ 'retry-after': '86400', 'x-should-retry': 'false' });
  });

  it('holds several rules at once: what one refuses is taken of none', async () => {
    const { statuses, clock } = await limited({
      rules: [
        { name: 'each', per: ['user', 'model'], requests: 2, window: '1s' },
        { name: 'all', per: ['tenant', 'model'], requests: 3, window: '1m' },
      ],
    });
    const [ann, bob] = [
      { tenant: 't', user: 'ann' },
      { tenant: 't', user: 'bob' },
    ];
    expect(await statuses(4, ann)).toEqual([200, 200, 429, 429]);
    expect(await statuses(2, bob)).toEqual([200, 429]);
    clock.advance(60_000);
    expect(await statuses(1, bob)).toEqual([200]);
  });

  it('lets a burst in once in ten windows', async () => {
    const { statuses, clock } = await limited({ rules: [{ requests: 2, burst: 2, window: '1s' }] });
    expect(await statuses(6)).toEqual([200, 200, 200, 200, 429, 429]);
    clock.advance(1_000);
    expect(await statuses(4)).toEqual([200, 200, 429, 429]);
    clock.advance(9_000);
    expect(await statuses(5)).toEqual([200, 200, 200, 200, 429]);
  });

  it('counts nothing for models that are none, however many names are tried', async () => {
    const added: string[] = [];
    const counting: CounterStore = {
      async add(key) {
        added.push(key);
        return { value: 1, resetsInMs: 1_000 };
      },
      lease: async () => undefined,
    };
    const { ask } = await limited(
      { rules: [{ per: ['key', 'model'], requests: 2, window: '1m' }] },
      { services: [provide(CounterStore, counting)] },
    );
    for (const model of ['a', 'b', 'c', 'chat']) await ask({}, { model });
    expect(added).toEqual(['limit:key+model 1m:requests:key=ann&model=%2Bchat']);
  });

  it('holds callers to the rules of their plan, and those without to the usual one', async () => {
    const { statuses } = await limited({
      plans: { free: [{ requests: 1, window: '1m' }], pro: [{ requests: 3, window: '1m' }] },
    });
    expect(await statuses(4, { id: 'pro', plan: 'pro' })).toEqual([200, 200, 200, 429]);
    for (const plan of [{}, { plan: 'free' }, { plan: 'other' }, { plan: '__proto__' }])
      expect(await statuses(2, { id: `free ${plan.plan}`, ...plan })).toEqual([200, 429]);
  });

  it('in shadow mode refuses nothing, tells the caller nothing, and logs what it would have refused', async () => {
    const { ask, statuses, logger } = await limited({ mode: 'shadow', rules: [{ requests: 1, window: '1m' }] });
    expect((await ask()).headers['x-ratelimit-limit-requests']).toBeUndefined();
    expect(await statuses(2)).toEqual([200, 200]);
    const lines = logger.lines.filter(({ message }) => message.includes('shadow mode'));
    expect(lines).toHaveLength(2);
    expect(lines[0]?.fields).toMatchObject({ what: 'requests', limit: 1, window: '1m', principal: 'ann' });
  });
});

describe('rateLimit: what a caller cannot do to others', () => {
  /** A store whose answers take their time, as those over a network do. */
  const slow = (clock: Clock): CounterStore => {
    const store = memoryCounterStore(clock);
    const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
    return {
      async add(key, amount, ttlMs) {
        await turn();
        const state = await store.add(key, amount, ttlMs);
        await turn();
        return state;
      },
      lease: store.lease,
    };
  };

  it('use up a limit of many by requests that a limit of its own refuses', async () => {
    const rules: RateLimitOptions['rules'] = [
      { name: 'each', per: ['user'], requests: 1, window: '1m' },
      { name: 'all', per: ['tenant'], requests: 3, window: '1m' },
    ];
    const clock = manualClock();
    const { ask, statuses } = await limited({ rules }, { services: [provide(Clock, clock), provide(CounterStore, slow(clock))] });
    const spam = await Promise.all(Array.from({ length: 20 }, () => ask({ tenant: 't', user: 'eve' })));
    expect(spam.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await statuses(1, { tenant: 't', user: 'ann' })).toEqual([200]);
    expect(await statuses(1, { tenant: 't', user: 'bob' })).toEqual([200]);
  });

  it('make a limit in shadow mode refuse anything, whatever number it sends', async () => {
    const { ask } = await limited({ rules: [{ tokens: 1_000, window: '1m', mode: 'shadow' }] });
    expect((await ask({}, { max_tokens: Number.MAX_SAFE_INTEGER })).status).toBe(200);
    expect((await ask({}, { max_tokens: 5 })).status).toBe(200);
  });
});

describe('rateLimit: tokens', () => {
  const hello = { messages: [{ role: 'user', content: 'x'.repeat(400) }] }; // a hundred tokens, by estimate

  it('are taken by estimate, and corrected by what the provider reports', async () => {
    const { ask } = await limited({ rules: [{ tokens: 1_000, window: '1m' }], expectedOutputTokens: 50 });
    expect((await ask({}, hello)).headers).toMatchObject({ 'x-ratelimit-limit-tokens': '1000', 'x-ratelimit-remaining-tokens': '850' });
    // Five were used, as the upstream says.
    expect((await ask({}, { ...hello, max_tokens: 300 })).headers['x-ratelimit-remaining-tokens']).toBe('595');
  });

  it('that were estimated too low are taken after all', async () => {
    const answer: Upstream = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const usage = { prompt_tokens: 600, completion_tokens: 300, total_tokens: 900 };
      res.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [], usage }));
    };
    const { ask } = await limited({ rules: [{ tokens: 1_000, window: '1m' }] }, {}, answer);
    expect((await ask({}, hello)).status).toBe(200);
    expect((await ask({}, hello)).status).toBe(429);
  });

  it('of a request that was refused, or failed, are free again', async () => {
    let status = 500;
    const answer: Upstream = (req, res, body) => {
      if (status === 200) return answerWhole('x')(req, res, body);
      return res.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"x"}}');
    };
    const refusing = definePlugin({
      name: 'refusing',
      create: () => ({
        beforeRoute({ headers }) {
          if (headers['x-who']?.includes('eve')) throw gatewayError('GW_NOT_READY');
        },
      }),
    })();
    const { ask } = await limited({ rules: [{ per: [], tokens: 800, window: '1m' }] }, { plugins: [refusing] }, answer);
    for (let at = 0; at < 3; at += 1) expect((await ask({}, hello)).status).toBe(502);
    for (let at = 0; at < 3; at += 1) expect((await ask({ id: 'eve' }, hello)).status).toBe(503);
    expect((await ask({}, { ...hello, max_tokens: 300 })).status).toBe(502);
    status = 200;
    expect((await ask({}, { ...hello, max_tokens: 700 })).headers['x-ratelimit-remaining-tokens']).toBe('0');
  });

  it('of a stream are those of its usage', async () => {
    const answer: Upstream = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const usage = {
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 1 },
      };
      res.end(`${chunk('hi')}${lastChunk}data: ${JSON.stringify(usage)}\n\n${doneFrame}`);
    };
    const { ask } = await limited({ rules: [{ tokens: 1_000, window: '1m' }], expectedOutputTokens: 0 }, {}, answer);
    expect((await ask({}, { ...hello, stream: true })).status).toBe(200);
    expect((await ask({}, { ...hello, stream: true })).headers['x-ratelimit-remaining-tokens']).toBe('892');
  });

  it('more than a window has: said so, and not to be tried again', async () => {
    const { ask, up } = await limited({ rules: [{ tokens: 1_000, window: '1m' }] });
    const { status, json, headers } = await ask({}, { max_tokens: 2_000 });
    expect([status, json.error?.code, headers['x-should-retry']]).toEqual([429, 'RATE_LIMIT_TOO_LARGE', 'false']);
    expect(json.error?.message).toContain('may use 2002 tokens, and this gateway\'s limit "key 1m" is 1000 in 1m');
    expect(up.bodies).toEqual([]);
  });
});

describe('rateLimit: concurrent requests', () => {
  it('are so many at most, and a place is free again however its request ends', async () => {
    let held = gate();
    const answer: Upstream = async (req, res, body) => {
      await held.opened;
      answerWhole('x')(req, res, body);
    };
    const { ask, up } = await limited({ rules: [{ concurrent: 2 }] }, {}, answer);
    const leaving = new AbortController();
    const [one, two] = [ask(), ask({}, {}, leaving.signal).catch(() => 'left')];
    await waitFor(() => up.bodies.length === 2);
    const { status, json, headers } = await ask();
    expect([status, json.error?.code, headers['retry-after']]).toEqual([429, 'RATE_LIMITED', '1']);
    expect(json.error?.message).toContain('2 requests at the same time, per key');
    leaving.abort();
    expect(await two).toBe('left');
    let third = ask();
    await waitFor(() => up.bodies.length === 3 || third !== undefined);
    held.open();
    expect((await one).status).toBe(200);
    if ((await third).status === 429) third = ask(); // the abort had not arrived yet
    expect((await third).status).toBe(200);
    held = gate();
    held.open();
    expect((await ask()).status).toBe(200);
  });
});

describe('rateLimit: when something else fails', () => {
  it('what was taken is given back', async () => {
    const { ask, logger } = await limited({ rules: [{ concurrent: 1 }, { name: 'shadow', requests: 1, mode: 'shadow' }] });
    expect((await ask()).status).toBe(200);
    const { log } = logger;
    logger.log = (level, message, fields) => {
      if (message.includes('shadow mode')) throw new Error('the log is full');
      log.call(logger, level, message, fields);
    };
    expect((await ask()).status).toBe(500);
    logger.log = log;
    expect((await ask()).status).toBe(200);
  });
});

describe('rateLimit: while the store is away', () => {
  it('each process lets in its share, never more, and the log says so once', async () => {
    const { statuses, logger } = await limited(
      { rules: [{ requests: 6, window: '1m' }], instances: 3 },
      { services: [provide(CounterStore, away)] },
    );
    expect(await statuses(4)).toEqual([200, 200, 429, 429]);
    expect(logger.lines.filter(({ message }) => message.includes('cannot count'))).toHaveLength(1);
  });

  it('refuses nothing by a limit in shadow mode, even where nothing can count', async () => {
    const { statuses } = await limited(
      { rules: [{ tokens: 5, window: '1m', mode: 'shadow' }] },
      { services: [provide(CounterStore, { ...away, add: async () => ({ value: Number.NaN, resetsInMs: Number.NaN }) })] },
    );
    expect(await statuses(2)).toEqual([200, 200]);
  });

  it('so with places', async () => {
    const held = gate();
    const answer: Upstream = async (req, res, body) => {
      await held.opened;
      answerWhole('x')(req, res, body);
    };
    const { ask, up } = await limited({ rules: [{ concurrent: 2 }], instances: 2 }, { services: [provide(CounterStore, away)] }, answer);
    const one = ask();
    await waitFor(() => up.bodies.length === 1);
    expect((await ask()).status).toBe(429);
    held.open();
    expect((await one).status).toBe(200);
    expect((await ask()).status).toBe(200);
  });
});

describe('rateLimit: queue', () => {
  it('requests over the limit wait for the next window', async () => {
    const { ask, clock, up } = await limited({ rules: [{ requests: 1, window: '1s' }], queue: { deadlineMs: 2_000 } });
    expect((await ask()).status).toBe(200);
    const second = ask();
    const passing = setInterval(() => clock.advance(50), 5);
    expect((await second).status).toBe(200);
    clearInterval(passing);
    expect(up.bodies).toHaveLength(2);
  });

  it('a rule of requests and places does not keep the process busy with itself', async () => {
    const { ask, clock } = await limited({ rules: [{ requests: 1, concurrent: 5, window: '1s' }], queue: { deadlineMs: 3_000 } });
    expect((await ask()).status).toBe(200);
    const second = ask();
    const third = ask();
    const passing = setInterval(() => clock.advance(50), 5);
    expect([(await second).status, (await third).status].toSorted()).toEqual([200, 200]);
    clearInterval(passing);
  });

  it('one who waits for a limit of its own does not keep others in the line that it came by', async () => {
    const { ask, clock, statuses } = await limited({
      rules: [
        { name: 'all', per: ['tenant'], requests: 3, window: '1s' },
        { name: 'each', per: ['user'], requests: 2, window: '1m' },
      ],
      queue: { deadlineMs: 1_500 },
    });
    const [eve, ann, bob] = ['eve', 'ann', 'bob'].map((user) => ({ id: user, tenant: 't', user }));
    expect([...(await statuses(1, eve)), ...(await statuses(2, bob))]).toEqual([200, 200, 200]);
    const waiting: Promise<Answer>[] = [];
    for (const who of [eve, eve, ann, ann]) {
      const before = clock.armed;
      waiting.push(ask(who));
      await waitFor(() => clock.armed > before);
    }
    const passing = setInterval(() => clock.advance(50), 5);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 429, 200, 200]);
    clearInterval(passing);
  });

  it('a place that is free goes to who waits for it at once', async () => {
    const held = gate();
    const answer: Upstream = async (req, res, body) => {
      await held.opened;
      answerWhole('x')(req, res, body);
    };
    const { ask, clock, up } = await limited({ rules: [{ concurrent: 1 }], queue: { deadlineMs: 5_000 } }, {}, answer);
    const first = ask();
    await waitFor(() => up.bodies.length === 1);
    const before = clock.armed;
    const second = ask();
    await waitFor(() => clock.armed > before);
    held.open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]); // no time has passed
    expect(clock.monotonic()).toBe(0);
  });

  it('a client that leaves while it waits takes nothing, and leaves nothing', async () => {
    const { ask, clock, up } = await limited({ rules: [{ requests: 1, window: '1s' }], queue: { deadlineMs: 5_000 } });
    expect((await ask()).status).toBe(200);
    const before = clock.armed;
    const leaving = new AbortController();
    const gone = ask({}, {}, leaving.signal).catch(() => 'left');
    await waitFor(() => clock.armed > before);
    leaving.abort();
    expect(await gone).toBe('left');
    await waitFor(() => clock.armed <= before);
    expect(clock.armed).toBeLessThanOrEqual(before);
    clock.advance(1_000);
    expect((await ask()).status).toBe(200);
    expect(up.bodies).toHaveLength(2);
  });
});

async function waitFor(done: () => boolean): Promise<void> {
  for (let at = 0; at < 400 && !done(); at += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}
