import { logging } from '@express-ai-gateway/logging';
import { contractCases } from '@express-ai-gateway/plugin-kit';
import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../../core/src/define-plugin.ts';
import { GatewayConfigError, GatewayError } from '../../../core/src/errors.ts';
import type { Cost, Principal } from '../../../core/src/model/principal.ts';
import { cost, principal } from '../../../core/src/slot.ts';
import {
  answerStream,
  answerWhole,
  chunk,
  doneFrame,
  gate,
  lastChunk,
  running,
  send,
  type Upstream,
  upstream,
} from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { collecting, type Line, leaveInStream, logged } from './lines.ts';

leavesNothing();

const number = expect.any(Number);

/** What each line of a chat call through `up/m` says, however it ended. */
const chatLine = {
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  method: 'POST',
  path: '/v1/chat/completions',
  dialect: 'openai-chat',
  model: 'chat',
  principal: { id: 'anonymous' },
};

const failedAttempt = { target: 'up/m', kind: 'first', outcome: 'failed', ms: number };

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

const answerError =
  (status: number): Upstream =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { message: 'No.', type: 'invalid_request_error', param: null, code: 'context_length_exceeded' } }));
  };

/** Some text, then whatever comes next. */
const answerThen =
  (next: (res: Parameters<Upstream>[1]) => void): Upstream =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk('Some text'), () => next(res));
  };

describe('logging keeps the plugin contract', () => {
  for (const { name, run } of contractCases({ plugin: () => logging({ transports: [collecting().transport] }) })) it(name, run);
});

describe('the line of an exchange', () => {
  it('that a whole answer completed says who, what, where to, how long and how much', async () => {
    const up = await upstream();
    const { chat, lines } = await logged(up.url);
    const body = { model: 'chat', messages: [{ role: 'user', content: 'Grüße' }] };
    const answer = await chat(body);
    expect(await lines()).toEqual([
      {
        ...chatLine,
        level: 'info',
        message: 'exchange completed',
        exchange: answer.headers['x-request-id'],
        target: 'up/m',
        source: 'upstream',
        status: 200,
        outcome: 'completed',
        streamed: false,
        durationMs: number,
        usage: { input: 3, output: 2 },
        finishReason: 'stop',
        attempts: 1,
        bytesIn: Buffer.byteLength(JSON.stringify(body)),
        bytesOut: Buffer.byteLength(answer.text),
      },
    ]);
  });

  it('that streamed says when its first content came, and every class of tokens that the provider reported', async () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 16, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 7 },
    };
    const last = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage })}\n\n`;
    const up = await upstream(answerThen((res) => res.end(lastChunk + last + doneFrame)));
    const { chat, lines } = await logged(up.url);
    const answer = await chat({ stream: true });
    const [line] = (await lines()) as [Line];
    expect(line).toMatchObject({
      ...chatLine,
      level: 'info',
      status: 200,
      outcome: 'completed',
      streamed: true,
      timeToFirstEventMs: number,
      usage: { input: 20, output: 9, cacheRead: 16, cacheWrite: 2, reasoning: 7 },
      finishReason: 'stop',
      bytesOut: Buffer.byteLength(answer.text),
    });
    expect(line.timeToFirstEventMs).toBeGreaterThan(0);
    expect(line.timeToFirstEventMs as number).toBeLessThanOrEqual(line.durationMs as number);
  });

  it('that a plugin refused is a warning with the refusal’s own code and no attempt', async () => {
    const up = await upstream();
    const closed = plugin('closed', {
      onRequest: () => {
        throw new GatewayError({ status: 403, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' });
      },
    });
    const { chat, lines } = await logged(up.url, { plugins: [closed] });
    await chat();
    const [line] = (await lines()) as [Line];
    expect(line).toMatchObject({
      level: 'warn',
      message: 'exchange refused',
      status: 403,
      outcome: 'completed',
      error: 'OFFICE_CLOSED',
      attempts: 0,
      bytesIn: 0,
    });
    for (const unknown of ['model', 'target', 'usage', 'finishReason', 'timeToFirstEventMs', 'attemptRecords', 'costNanoDollars'])
      expect(line).not.toHaveProperty(unknown);
  });

  it('that the gateway refused is a warning with its code', async () => {
    const up = await upstream();
    const { url, lines } = await logged(up.url);
    await send(`${url}/v1/chat/completions`, '{"model":');
    expect(await lines()).toMatchObject([{ level: 'warn', source: 'gateway', status: 400, error: 'GW_BAD_JSON', bytesIn: 9 }]);
  });

  it('that the upstream refused is a warning with the attempt', async () => {
    const up = await upstream(answerError(400));
    const { chat, lines } = await logged(up.url);
    expect((await chat()).status).toBe(400);
    expect(await lines()).toMatchObject([
      { level: 'warn', message: 'exchange refused', status: 400, attempts: 1, attemptRecords: [{ ...failedAttempt, status: 400 }] },
    ]);
  });

  it('that an upstream failed is an error with the attempt', async () => {
    const up = await upstream(answerError(500));
    const { chat, lines } = await logged(up.url);
    await chat();
    expect(await lines()).toMatchObject([
      {
        ...chatLine,
        level: 'error',
        message: 'exchange failed',
        source: 'gateway',
        status: 502,
        outcome: 'failed',
        error: 'GW_UPSTREAM_ERROR',
        attempts: 1,
        attemptRecords: [{ ...failedAttempt, status: 500, error: 'GW_UPSTREAM_ERROR' }],
      },
    ]);
  });

  it('whose stream broke is an error although its status was 200', async () => {
    const up = await upstream(answerThen((res) => res.destroy()));
    const { chat, lines } = await logged(up.url);
    await chat({ stream: true });
    expect(await lines()).toMatchObject([
      {
        level: 'error',
        message: 'exchange failed',
        status: 200,
        outcome: 'failed',
        error: 'GW_UPSTREAM_TRUNCATED',
        streamed: true,
        attemptRecords: [{ ...failedAttempt, status: 200, error: 'GW_UPSTREAM_TRUNCATED' }],
      },
    ]);
  });

  it('whose client left in the stream is told as aborted, not as trouble', async () => {
    const up = await upstream(answerThen(() => {}));
    const { url, lines } = await logged(up.url);
    await leaveInStream(url);
    expect(await lines()).toMatchObject([
      {
        ...chatLine,
        level: 'info',
        message: 'exchange aborted',
        status: 200,
        outcome: 'aborted',
        error: 'GW_CLIENT_CLOSED',
        streamed: true,
        timeToFirstEventMs: number,
        attempts: 1,
        attemptRecords: [{ target: 'up/m', outcome: 'aborted', status: 200 }],
      },
    ]);
  });

  it('whose client left before an answer has the status 499', async () => {
    const asked = gate();
    const up = await upstream(() => asked.open());
    const { chat, lines } = await logged(up.url);
    const leaving = new AbortController();
    const left = chat({}, { signal: leaving.signal }).catch(() => 'left');
    await asked.opened;
    leaving.abort();
    expect(await left).toBe('left');
    expect(await lines()).toMatchObject([{ level: 'info', status: 499, outcome: 'aborted', attemptRecords: [{ outcome: 'aborted' }] }]);
  });

  it('that needed a second target shows both attempts', async () => {
    const up = await upstream((req, res, body) => (body.includes('"bad"') ? answerError(503) : answerWhole('Yes.'))(req, res, body));
    const { chat, lines } = await logged(up.url, { models: { chat: ['up/bad', 'up/good'] } });
    await chat();
    const [line] = (await lines()) as [Line];
    expect(line).toMatchObject({ level: 'info', target: 'up/good', status: 200, attempts: 2 });
    expect(line.attemptRecords).toEqual([
      { target: 'up/bad', kind: 'first', outcome: 'failed', status: 503, error: 'GW_UPSTREAM_ERROR', ms: number },
      { target: 'up/good', kind: 'fallback', outcome: 'completed', status: 200, ms: number },
    ]);
  });

  it('that a plugin answered says which one and what it reports as used', async () => {
    const up = await upstream();
    const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 5, raw: { secret: 'not for the log' } };
    const cached = plugin('cached', { beforeRoute: (context) => context.answer({ text: 'As ever.', usage }) });
    const { chat, lines } = await logged(up.url, { plugins: [cached] });
    await chat();
    const [line] = (await lines()) as [Line];
    expect(line).toMatchObject({ level: 'info', source: 'plugin:cached', status: 200, attempts: 0 });
    expect(line.usage).toEqual({ input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 5 });
  });

  it('of another dialect has its own path and dialect', async () => {
    const up = await upstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(
        '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":"m","usage":{"prompt_tokens":4,"total_tokens":4}}',
      );
    });
    const { url, lines } = await logged(up.url);
    await send(`${url}/v1/embeddings`, { model: 'up/m', input: 'Hello' });
    await (await fetch(`${url}/v1/models`)).text();
    expect(await lines()).toMatchObject([
      { level: 'info', path: '/v1/embeddings', dialect: 'openai-embeddings', model: 'up/m', usage: { input: 4 } },
      { level: 'info', method: 'GET', path: '/v1/models', dialect: 'openai-models', source: 'gateway', status: 200, attempts: 0 },
    ]);
  });

  it('names the caller, without scopes and metadata', async () => {
    const who: Principal = {
      id: 'key-7',
      kind: 'key',
      tenant: 'acme',
      app: 'shop',
      user: 'u-1',
      plan: 'gold',
      scopes: ['chat'],
      metadata: { note: 'not for the log' },
    };
    const identity = definePlugin({
      name: 'identity',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, who) }),
    });
    const up = await upstream();
    const { chat, lines } = await logged(up.url, { plugins: [identity()], allowAnonymous: false });
    await chat();
    const [line] = (await lines()) as [Line];
    expect(line.principal).toEqual({ id: 'key-7', tenant: 'acme', app: 'shop', plan: 'gold', user: 'u-1' });
  });
});

describe('the cost in a line', () => {
  /** Prices an exchange when its usage is known, as a plugin that keeps a budget does. */
  const pricing = (amount: Cost) => plugin('pricing', { beforeRoute: (context) => context.onSettled(() => context.set(cost, amount)) });

  it('is exact to the last nano-dollar, and there although a later plugin sets it at settlement', async () => {
    const up = await upstream();
    const amount = 12_345_678_901_234_567_891n;
    const { chat, lines } = await logged(up.url, { plugins: [pricing({ nanoDollars: amount, table: 'list 2026-11' })] });
    await chat();
    expect(await lines()).toMatchObject([{ costNanoDollars: '12345678901234567891', priceTable: 'list 2026-11' }]);
  });

  it('that nobody knows is left out, unlike the table that does not know it', async () => {
    const up = await upstream();
    const { chat, lines } = await logged(up.url, { plugins: [pricing({ nanoDollars: undefined, table: 'none' })] });
    await chat();
    const [line] = (await lines()) as [Line];
    expect(line).toHaveProperty('priceTable', 'none');
    expect(line).not.toHaveProperty('costNanoDollars');
  });
});

describe('words that others chose', () => {
  it('are bounded, and cannot steer the terminal that shows them', async () => {
    const up = await upstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const choices = [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: `\u009b2J${'y'.repeat(5_000)}` }];
      res.end(JSON.stringify({ id: '1', object: 'chat.completion', created: 1, model: 'm', choices }));
    });
    const { chat, lines } = await logged(up.url);
    await chat({ model: `up/${'x'.repeat(220)}` });
    await chat({ model: `up/\u001b[31m\u202e${'x'.repeat(100_000)}` }); // the core refuses it; the line still names it
    const [line, refused] = (await lines()) as [Line, Line];
    expect(line.model).toBe(`up/${'x'.repeat(197)}…`);
    expect(line.target).toBe(line.model);
    expect(line.finishReason).toBe(`\ufffd2J${'y'.repeat(197)}…`);
    expect(refused).toMatchObject({ status: 404, model: `up/\ufffd[31m\ufffd${'x'.repeat(191)}…` });
    expect(JSON.stringify([line, refused]).length).toBeLessThan(3_000);
  });

  it('stay on their own line', async () => {
    const up = await upstream();
    const { chat, lines } = await logged(up.url);
    await chat({ model: 'none\n{"level":"info","message":"forged"}' });
    expect(await lines()).toMatchObject([{ level: 'warn', model: 'none\ufffd{"level":"info","message":"forged"}' }]);
  });
});

describe('the option level', () => {
  const levelsWritten = async (options: Parameters<typeof logging>[0]): Promise<unknown[]> => {
    const sink = collecting();
    const up = await upstream((req, res, body) => (body.includes('"fails"') ? answerError(500) : answerWhole('Yes.'))(req, res, body));
    const { gateway, chat } = await running(up.url, { plugins: [logging({ transports: [sink.transport], ...options })] });
    for (const model of ['chat', 'unknown', 'up/fails']) await chat({ model });
    await gateway.close();
    return sink.lines.map(({ level }) => level);
  };

  it.each([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('%s leaves %j', async (level, written) => {
    expect(await levelsWritten({ level })).toEqual(written);
  });

  it('does not raise what a transport leaves out itself', async () => {
    const sink = collecting({ level: 'error' });
    expect(await levelsWritten({ transports: [sink.transport] })).toEqual([]);
    expect(sink.lines.map(({ level }) => level)).toEqual(['error']);
  });
});

describe('the option fields', () => {
  const lineWith = async (fields: NonNullable<Parameters<typeof logging>[0]>['fields']) => {
    const up = await upstream();
    const { chat, logger, lines } = await logged(up.url, {}, { fields });
    expect((await chat()).status).toBe(200);
    const [line] = (await lines()) as [Line];
    return { line, logger };
  };

  it('adds what the team makes of the facts', async () => {
    const { line } = await lineWith(({ settlement, principal, cost }) => ({
      slow: settlement.durationMs > 60_000,
      tokens: settlement.usage?.output ?? 0,
      caller: principal?.id ?? 'nobody',
      priced: cost !== undefined,
    }));
    expect(line).toMatchObject({ slow: false, tokens: 2, caller: 'anonymous', priced: false });
  });

  it('replaces none of the line’s own, and cannot hide the line', async () => {
    const { line } = await lineWith(() => ({ level: 'debug', message: 'mine', status: 1, exception: true, dropped: 9, mine: 'yes' }));
    expect(line).toMatchObject({ level: 'info', message: 'exchange completed', status: 200, mine: 'yes' });
    expect(line).not.toHaveProperty('exception');
    expect(line).not.toHaveProperty('dropped');
  });

  it('takes short texts, numbers and truth values only', async () => {
    const values = { long: 'z'.repeat(10_000), object: { a: 1 }, function: () => 1, nothing: undefined } as unknown as Record<
      string,
      string
    >;
    const { line } = await lineWith(() => values);
    expect(line.long).toBe(`${'z'.repeat(200)}…`);
    for (const left of ['object', 'function', 'nothing']) expect(line).not.toHaveProperty(left);
  });

  it('that throws costs its fields, not the line, and is told', async () => {
    const { line, logger } = await lineWith(() => {
      throw new TypeError('no such field');
    });
    expect(line).toMatchObject({ level: 'info', status: 200 });
    expect(logger.texts('error')).toEqual([expect.stringMatching(/The option fields of logging failed.*no such field/)]);
  });
});

describe('its place', () => {
  it('is before the plugins that may refuse; the error says which line to move', async () => {
    const keys = definePlugin({ name: 'auth-keys', provides: [principal], create: () => ({}) });
    await expect(running('http://127.0.0.1:1', { plugins: [keys(), logging({ transports: [collecting().transport] })] })).rejects.toThrow(
      GatewayConfigError,
    );
    await expect(running('http://127.0.0.1:1', { plugins: [keys(), logging({ transports: [collecting().transport] })] })).rejects.toThrow(
      /plugins\[1\] \(logging\): expected to stand before auth-keys, received after it; move it above plugins\[0\]/,
    );
  });

  it('explains itself', async () => {
    const { gateway } = await running('http://127.0.0.1:1', {
      plugins: [logging({ level: 'warn', transports: [collecting().transport] })],
    });
    const { plugins } = gateway.explain({ method: 'POST', path: '/v1/chat/completions', body: '{"model":"chat","messages":[]}' });
    expect(plugins).toMatchObject([{ name: 'logging', says: expect.stringContaining('warn') }]);
  });
});

describe('streams', () => {
  it('go through untouched: the bytes of the upstream reach the client as they were', async () => {
    const up = await upstream(answerStream('One ', 'two ', 'three'));
    const { chat, lines } = await logged(up.url);
    const { text } = await chat({ stream: true, stream_options: { include_usage: true } });
    expect(text).toBe(['One ', 'two ', 'three'].map(chunk).join('') + lastChunk + doneFrame);
    expect(await lines()).toHaveLength(1);
  });
});
