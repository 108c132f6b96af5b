import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { startSimulatedProvider } from '../../contract/src/simulated-provider.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { type Hosted, hosted, until } from './hosted.ts';
import { responseEvents, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

interface Event {
  readonly type: string;
  readonly status?: number;
  readonly delta?: string;
  readonly stream_id?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly response?: { readonly id: string; readonly output_text?: string };
}

/** OpenAI's own client, and what it was told. */
function client(host: Hosted, apiKey = 'gw_alice') {
  const ws = new ResponsesWS(new OpenAI({ baseURL: `${host.origin}/v1`, apiKey, maxRetries: 0 }));
  const events: Event[] = [];
  ws.on('event', (event) => void events.push(event as unknown as Event));
  ws.on('error', () => {}); // they are events as well
  const ended = (): number => events.filter(({ type }) => /^(?:response\.(?:completed|failed|incomplete)|error)$/.test(type)).length;
  let asked = 0;
  return {
    ws,
    events,
    async ask(request: object): Promise<readonly Event[]> {
      const from = events.length;
      asked += 1;
      ws.send({ type: 'response.create', model: 'chat', store: false, ...request } as never);
      await until(() => ended() >= asked);
      return events.slice(from);
    },
  };
}

const textOf = (events: readonly Event[]): string =>
  events.flatMap(({ type, delta }) => (type === 'response.output_text.delta' ? [delta] : [])).join('');

const answering = (texts: readonly string[]) => {
  let turn = 0;
  return {
    answer: ({ say }: { say(...events: readonly object[]): void }) =>
      say(...responseEvents(`resp_${turn + 1}`, texts[turn++ % texts.length] as string)),
  };
};

describe("Responses by WebSocket, with OpenAI's own client", () => {
  it('is turn after turn on one connection to the provider, which knows what it said before', async () => {
    const upstream = await simulatedSockets(answering(['the first answer', 'the second']));
    const host = await hosted(upstream.url);
    const one = client(host);
    const first = await one.ask({ input: 'Hello', stream_id: 'lane-1' });
    expect(textOf(first)).toBe('the first answer');
    expect(first.every(({ stream_id }) => stream_id === 'lane-1')).toBe(true);
    const second = await one.ask({ input: 'And?', previous_response_id: 'resp_1' });
    expect(textOf(second)).toBe('the second');
    one.ws.close();
    await until(() => upstream.sockets.every(({ readyState }) => readyState === 3));
    expect(upstream.sockets).toHaveLength(1);
    expect(upstream.heard).toEqual([
      { type: 'response.create', model: 'gpt-5', store: false, input: 'Hello' },
      { type: 'response.create', model: 'gpt-5', store: false, input: 'And?', previous_response_id: 'resp_1' },
    ]);
    expect(upstream.heads[0]?.headers).toMatchObject({ authorization: 'Bearer sk-operators-own' });
    expect(host.settlements.map(({ status, outcome, usage }) => [status, outcome, usage?.input, usage?.output])).toEqual([
      [101, 'completed', undefined, undefined],
      [200, 'completed', 5, 3],
      [200, 'completed', 5, 3],
    ]);
  });

  it('passes every hook: what plugins change is changed, what they refuse is an error, and the connection goes on', async () => {
    const upstream = await simulatedSockets(answering(['my name is Ada']));
    const masking = definePlugin({
      name: 'masking',
      create: () => ({
        beforeRoute({ call }) {
          for (const text of call.texts()) {
            if (text.text.includes('forbidden')) throw new GatewayError({ status: 400, code: 'NO', message: 'Not that.' });
            text.replace(text.text.replace('Ada', '[name]'));
          }
        },
        afterResponse: (context) => context.mapTexts(() => ({ push: (piece) => piece.replace('Ada', '[name]'), end: () => '' })),
      }),
    });
    const one = client(await hosted(upstream.url, { config: { plugins: [masking()] } }));
    const refused = await one.ask({ input: 'forbidden' });
    expect(refused).toEqual([expect.objectContaining({ type: 'error', status: 400, error: expect.objectContaining({ code: 'NO' }) })]);
    expect(upstream.heard).toEqual([]);
    expect(textOf(await one.ask({ input: 'I am Ada' }))).toBe('my name is [name]');
    expect(upstream.heard).toMatchObject([{ input: 'I am [name]' }]);
    one.ws.close();
  });

  it('gives a plugin’s own answers, whatever they are, and asks nobody', async () => {
    const upstream = await simulatedSockets(answering(['from afar']));
    const answers = definePlugin({
      name: 'answers',
      create: () => ({
        beforeRoute(context) {
          const text = context.call.texts().at(-1)?.text;
          if (text === 'cached') return context.answer({ text: 'kept from before' });
          if (text === 'no') return context.answer({ error: new GatewayError({ status: 403, code: 'NOT_HERE', message: 'No.' }) });
        },
        afterResponse({ response, call }) {
          if (call?.texts().at(-1)?.text !== 'page') return;
          return { ...response, body: { kind: 'json', json: undefined, texts: () => [], bytes: () => Buffer.from('<h1>A page</h1>') } };
        },
      }),
    });
    const host = await hosted(upstream.url, { config: { plugins: [answers()] } });
    const one = client(host);
    expect(textOf(await one.ask({ input: 'cached', stream_id: 'a' }))).toBe('kept from before');
    expect(one.events.every(({ stream_id }) => stream_id === 'a')).toBe(true);
    expect(await one.ask({ input: 'no' })).toMatchObject([{ type: 'error', status: 403, error: { code: 'NOT_HERE' } }]);
    expect(upstream.heads).toEqual([]);
    expect((await one.ask({ input: 'page' })).at(-1)).toMatchObject({ type: 'error', error: { code: 'GW_INTERNAL' } });
    expect(textOf(await one.ask({ input: 'on' }))).toBe('from afar');
    one.ws.close();
  });

  it('goes on where the conversation lies: the same target, credential and connection, also when others come first', async () => {
    const one = await simulatedSockets(answering(['one']));
    const two = await simulatedSockets({
      ...answering(['two', 'two again']),
      refuse: ({ authorization }) => (authorization === 'Bearer sk-b' ? undefined : 429),
    });
    const config = {
      providers: [
        openai({ name: 'one', apiKey: 'sk-x', baseUrl: `${one.url}/v1` }),
        openai({ name: 'two', apiKey: ['sk-a', 'sk-b'], baseUrl: `${two.url}/v1` }),
      ],
      models: { chat: ['one/m', 'two/m'], other: ['two/m', 'one/m'] },
    };
    const caller = client(await hosted(one.url, { config }));
    expect(textOf(await caller.ask({ model: 'other', input: 'Hi' }))).toBe('two');
    expect(textOf(await caller.ask({ input: 'Hi' }))).toBe('one');
    const asked = two.heads.length;
    expect(textOf(await caller.ask({ model: 'chat', input: 'And?', previous_response_id: 'resp_1' }))).toMatch(/one|two again/);
    expect(two.heads.filter(({ headers }) => headers.authorization === 'Bearer sk-b')).toHaveLength(1);
    expect(two.heads).toHaveLength(asked);
    caller.ws.close();
  });

  it('carries tools there and back', async () => {
    const call = {
      id: 'fc_1',
      type: 'function_call',
      call_id: 'call_1',
      name: 'weather',
      arguments: '{"city":"Oslo"}',
      status: 'completed',
    };
    const upstream = await simulatedSockets({
      answer({ event, say }) {
        if (Array.isArray(event.input)) {
          say(...responseEvents('resp_2', 'It rains.'));
          return;
        }
        const [created] = responseEvents('resp_1', '') as [{ response: object }];
        say(created, {
          type: 'response.output_item.added',
          sequence_number: 1,
          output_index: 0,
          item: { ...call, arguments: '', status: 'in_progress' },
        });
        say({
          type: 'response.function_call_arguments.delta',
          sequence_number: 2,
          output_index: 0,
          item_id: 'fc_1',
          delta: call.arguments,
        });
        say({
          type: 'response.function_call_arguments.done',
          sequence_number: 3,
          output_index: 0,
          item_id: 'fc_1',
          name: 'weather',
          arguments: call.arguments,
        });
        say({ type: 'response.output_item.done', sequence_number: 4, output_index: 0, item: call });
        say({
          type: 'response.completed',
          sequence_number: 5,
          response: { ...created.response, status: 'completed', output: [call], usage: null },
        });
      },
    });
    const one = client(await hosted(upstream.url));
    const tools = [
      { type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } }, strict: false },
    ];
    const events = await one.ask({ input: 'How is the weather?', tools });
    expect(events.at(-1)).toMatchObject({ response: { output: [call] } });
    expect(upstream.heard[0]).toMatchObject({ tools });
    const output = [{ type: 'function_call_output', call_id: 'call_1', output: 'rain' }];
    expect(textOf(await one.ask({ input: output, previous_response_id: 'resp_1' }))).toBe('It rains.');
    expect(upstream.heard[1]).toMatchObject({ input: output, previous_response_id: 'resp_1' });
    one.ws.close();
  });

  it('answers one after the other what is asked at once, each by its stream_id', async () => {
    const upstream = await simulatedSockets({
      answer({ event, say }) {
        setTimeout(() => say(...responseEvents(`resp_${event.input}`, `answer ${event.input}`)), event.input === 'a' ? 40 : 0);
      },
    });
    const one = client(await hosted(upstream.url));
    for (const input of ['a', 'b', 'c']) one.ws.send({ type: 'response.create', model: 'chat', input, stream_id: `of ${input}` } as never);
    await until(() => one.events.filter(({ type }) => type === 'response.completed').length === 3);
    const lanes = one.events.map(({ stream_id }) => stream_id);
    expect(lanes).toEqual([...lanes].sort());
    expect(new Set(lanes)).toEqual(new Set(['of a', 'of b', 'of c']));
    expect(upstream.heard.map(({ input }) => input)).toEqual(['a', 'b', 'c']);
    expect(upstream.sockets).toHaveLength(1);
    one.ws.close();
  });

  it.each([426, 405, 200])('asks by HTTP where an upgrade is answered with %i', async (refuse) => {
    const plain = await simulatedSockets({ refuse, stream: responseEvents('resp_h', 'by HTTP') });
    const one = client(await hosted(plain.url));
    expect(textOf(await one.ask({ input: 'Hi' }))).toBe('by HTTP');
    one.ws.close();
  });

  it('asks a provider without WebSockets by HTTP, and one of another format in its own', async () => {
    const plain = await simulatedSockets({ refuse: 404, stream: responseEvents('resp_h', 'by HTTP') });
    const one = client(await hosted(plain.url));
    expect(textOf(await one.ask({ input: 'Hi' }))).toBe('by HTTP');
    expect(textOf(await one.ask({ input: 'Again' }))).toBe('by HTTP');
    expect(plain.heads).toHaveLength(1); // it is not asked twice
    expect(plain.posted.map((body) => JSON.parse(body).stream)).toEqual([true, true]);
    one.ws.close();

    const provider = await startSimulatedProvider();
    const config = {
      providers: [anthropic({ apiKey: 'sk-a', baseUrl: provider.url.replace(/\/v1$/, '') })],
      models: { chat: 'anthropic/echo' },
    };
    const other = client(await hosted(plain.url, { config }));
    const events = await other.ask({ input: 'Hello there' });
    expect(events.at(-1)?.type).toBe('response.completed');
    expect(textOf(events)).not.toBe('');
    other.ws.close();
    await provider.close();
  });

  it('falls back before content, and tells an error inside the answer after it', async () => {
    const busy = await simulatedSockets({
      answer: ({ say }) =>
        say({
          type: 'error',
          status: 429,
          error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'org-secret is busy' },
        }),
    });
    const cutting = await simulatedSockets({
      answer: ({ say, socket }) => {
        say(...responseEvents('resp_c', 'half an answer').slice(0, 4));
        setTimeout(() => socket.terminate(), 50);
      },
    });
    const at = (name: string, url: string) => openai({ name, apiKey: 'sk-x', baseUrl: `${url}/v1` });
    const config = { providers: [at('busy', busy.url), at('cutting', cutting.url)], models: { chat: ['busy/m', 'cutting/m'] } };
    const one = client(await hosted(busy.url, { config }));
    const events = await one.ask({ input: 'Hi' });
    expect(textOf(events)).toBe('half ');
    expect(events.at(-1)?.type).toBe('error');
    expect(events.some(({ type }) => type === 'response.completed')).toBe(false);
    expect(JSON.stringify(events)).not.toContain('org-secret');
    expect(cutting.heard).toHaveLength(1);
    one.ws.close();
  });

  it("passes a provider's own refusal on, without what is the operator's", async () => {
    const message = 'Previous response with id resp_x not found for org-secret123.';
    const error = { type: 'invalid_request_error', code: 'previous_response_not_found', message, param: 'previous_response_id' };
    const upstream = await simulatedSockets({ answer: ({ say }) => say({ type: 'error', status: 400, error }) });
    const one = client(await hosted(upstream.url));
    const [event] = await one.ask({ input: 'Hi', previous_response_id: 'resp_x' });
    expect(event).toMatchObject({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } });
    expect(JSON.stringify(event)).not.toContain('org-secret123');
    one.ws.close();
  });

  it('asks who it is each time: a key that is revoked meanwhile ends it', async () => {
    const upstream = await simulatedSockets(answering(['yes']));
    const host = await hosted(upstream.url);
    const one = client(host);
    expect(textOf(await one.ask({ input: 'Hi' }))).toBe('yes');
    host.keys.clear();
    expect(await one.ask({ input: 'Hi' })).toEqual([expect.objectContaining({ type: 'error', status: 401 })]);
    expect(upstream.heard).toHaveLength(1);
    one.ws.close();
  });

  it('ends at the provider when its client leaves in the middle, and settles once', async () => {
    const upstream = await simulatedSockets({ answer: ({ say }) => say(...responseEvents('resp_m', 'half an answer').slice(0, 4)) });
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open('/v1/responses');
    socket.send(JSON.stringify({ type: 'response.create', model: 'chat', input: 'Hi' }));
    await until(() => said.length >= 3);
    socket.terminate();
    await until(() => upstream.sockets.every(({ readyState }) => readyState === 3));
    await until(() => host.settlements.length === 2);
    expect(host.settlements[1]).toMatchObject({ outcome: 'aborted', attempts: [{ outcome: 'aborted' }] });
  });

  it('lets the answer under way end when the gateway closes, then says that it goes away', async () => {
    let finish = (): void => {};
    const upstream = await simulatedSockets({
      answer: ({ say }) => {
        const events = responseEvents('resp_e', 'to its end');
        say(...events.slice(0, 4));
        finish = () => say(...events.slice(4));
      },
    });
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open('/v1/responses');
    const code = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send(JSON.stringify({ type: 'response.create', model: 'chat', input: 'Hi' }));
    await until(() => said.length >= 3);
    const closing = host.gateway.close();
    expect((await host.open('/v1/responses')).status).toBe(503);
    finish();
    expect(await code).toBe(1001);
    await closing;
    expect(said.at(-1)).toMatchObject({ type: 'response.completed' });
  });

  it.each([
    ['no JSON', 'nonsense', { type: 'error', status: 400, error: { code: 'GW_BAD_JSON' } }],
    [
      'a key that comes twice',
      '{"type":"response.create","model":"chat","model":"x","input":"y"}',
      { status: 400, error: { code: 'GW_DUPLICATE_KEY' } },
    ],
    ['an event that nobody knows', '{"type":"response.delete"}', { status: 400, error: { code: 'GW_BAD_REQUEST' } }],
    ['steering', '{"type":"response.steer","previous_response_id":"r","input":"x"}', { type: 'response.steer.failed' }],
    [
      'a model that is not there',
      '{"type":"response.create","model":"nope","input":"y"}',
      { status: 404, error: { code: 'GW_UNKNOWN_MODEL' } },
    ],
  ])('refuses %s, and goes on', async (_what, message, answer) => {
    const upstream = await simulatedSockets(answering(['fine']));
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open('/v1/responses');
    socket.send(message);
    await until(() => said.length === 1);
    expect(said[0]).toMatchObject(answer);
    expect(upstream.heads).toEqual([]);
    socket.send('{"typ\\u0065":"response.create","model":"chat","input":"y"}');
    await until(() => said.some((event) => (event as Event).type === 'response.completed'));
    expect(upstream.heard).toHaveLength(1);
  });
});
