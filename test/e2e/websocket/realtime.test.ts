import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { hosted, until } from './hosted.ts';
import { type Heard, simulatedSockets } from './simulated-sockets.ts';

leavesNothing();

const usage = {
  total_tokens: 9,
  input_tokens: 4,
  output_tokens: 5,
  input_token_details: { cached_tokens: 1, text_tokens: 4, audio_tokens: 0 },
};

/** Answers each `response.create`, as OpenAI's server does. */
function voice(status = 'completed') {
  let count = 0;
  return {
    hello: [{ type: 'session.created', event_id: 'e0', session: { type: 'realtime' } }],
    answer({ event, say }: Heard): void {
      if (event.type === 'session.update') say({ type: 'session.updated', session: event.session });
      if (event.type !== 'response.create') return;
      count += 1;
      const id = `resp_${count}`;
      say(
        { type: 'response.created', response: { id, status: 'in_progress' } },
        { type: 'response.output_text.delta', response_id: id, delta: `answer ${count}` },
        { type: 'response.done', response: { id, status, usage } },
      );
    },
  };
}

const typesOf = (events: readonly object[]): string[] => events.map((event) => (event as { type: string }).type);

describe('a Realtime session', () => {
  it("is what OpenAI's own client opens over TLS: bridged in order, each answer counted", async () => {
    const upstream = await simulatedSockets(voice());
    const tls = selfSigned();
    const host = await hosted(upstream.url, { tls });
    const client = new OpenAI({ baseURL: `${host.origin}/v1`, apiKey: 'gw_alice' });
    const rt = new OpenAIRealtimeWS({ model: 'voice', options: { ca: tls.cert } }, client);
    const events: { type: string }[] = [];
    rt.on('event', (event) => void events.push(event));
    rt.on('error', (error) => void events.push({ type: `client: ${error.message}` }));
    await until(() => events.length === 1);
    rt.send({ type: 'session.update', session: { type: 'realtime', model: 'voice', instructions: 'Be brief.' } });
    rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] } });
    rt.send({ type: 'response.create' });
    rt.send({ type: 'response.create' });
    await until(() => events.filter(({ type }) => type === 'response.done').length === 2);
    expect(typesOf(events)).toEqual([
      'session.created',
      'session.updated',
      ...['response.created', 'response.output_text.delta', 'response.done'],
      ...['response.created', 'response.output_text.delta', 'response.done'],
    ]);
    expect(upstream.heads).toMatchObject([
      { path: '/v1/realtime?model=gpt-realtime', headers: { authorization: 'Bearer sk-operators-own' } },
    ]);
    expect(JSON.stringify(upstream.heads)).not.toContain('gw_alice');
    expect(typesOf(upstream.heard)).toEqual(['session.update', 'conversation.item.create', 'response.create', 'response.create']);
    expect(upstream.heard[0]).toMatchObject({ session: { model: 'gpt-realtime' } });
    const closed = new Promise((resolve) => rt.socket.once('close', resolve));
    rt.close();
    await closed;
    await until(() => upstream.sockets.every(({ readyState }) => readyState === 3));
    await until(() => host.settlements.length === 3);
    expect(
      host.settlements.map(({ dialect, outcome, usage: used, target }) => [
        dialect,
        outcome,
        used?.input,
        used?.cacheRead,
        used?.output,
        target?.id,
      ]),
    ).toEqual([
      ['openai-realtime', 'completed', undefined, undefined, undefined, undefined],
      ['openai-realtime', 'completed', 4, 1, 5, 'openai/gpt-realtime'],
      ['openai-realtime', 'completed', 4, 1, 5, 'openai/gpt-realtime'],
    ]);
  });

  it('asks the hooks before an answer, and holds what follows until they agree', async () => {
    const upstream = await simulatedSockets(voice());
    let refuse = true;
    const limits = definePlugin({
      name: 'limits',
      opaque: true,
      create: () => ({
        async attempt() {
          await new Promise((resolve) => setTimeout(resolve, 30));
          if (refuse) throw new GatewayError({ status: 402, code: 'SPENT', message: 'Nothing is left.' });
        },
      }),
    });
    const host = await hosted(upstream.url, { config: { plugins: [limits()] } });
    const { socket, said } = await host.open('/v1/realtime?model=voice');
    socket.send('{"type":"response.create","event_id":"mine"}');
    socket.send('{"type":"input_audio_buffer.clear"}');
    await until(() => typesOf(said).includes('error'));
    expect(said.at(-1)).toMatchObject({ type: 'error', error: { code: 'SPENT', event_id: 'mine' } });
    await until(() => upstream.heard.length === 1);
    expect(typesOf(upstream.heard)).toEqual(['input_audio_buffer.clear']);
    refuse = false;
    socket.send('{"type":"response.create"}');
    await until(() => typesOf(said).includes('response.done'));
    expect(said.find((event) => (event as { type: string }).type === 'error')).toBeDefined();
  });

  it('counts what the server begins by itself, and takes back what a plugin refuses', async () => {
    const upstream = await simulatedSockets({
      answer({ event, say }) {
        if (event.type === 'input_audio_buffer.append')
          say({ type: 'response.created', response: { id: 'resp_vad', status: 'in_progress' } });
        if (event.type === 'input_audio_buffer.commit')
          say({ type: 'response.done', response: { id: 'resp_vad', status: 'completed', usage } });
      },
    });
    let open = true;
    const limits = definePlugin({
      name: 'limits',
      opaque: true,
      create: () => ({
        attempt() {
          if (!open) throw new GatewayError({ status: 429, code: 'ENOUGH', message: 'Enough.' });
        },
      }),
    });
    const host = await hosted(upstream.url, { config: { plugins: [limits()] } });
    const { socket, said } = await host.open('/v1/realtime?model=voice');
    socket.send('{"type":"input_audio_buffer.append","audio":"AAAA"}');
    await until(() => said.length === 1);
    socket.send('{"type":"input_audio_buffer.commit"}');
    await until(() => host.settlements.length === 2);
    expect(host.settlements[1]).toMatchObject({ outcome: 'completed', usage: { input: 4, output: 5 } });
    open = false;
    socket.send('{"type":"input_audio_buffer.append","audio":"AAAA"}');
    await until(() => typesOf(upstream.heard).includes('response.cancel'));
    expect(upstream.heard.at(-1)).toEqual({ type: 'response.cancel', response_id: 'resp_vad' });
  });

  it.each([
    ['cancelled', 'completed', undefined],
    ['incomplete', 'completed', undefined],
    ['failed', 'failed', 'GW_UPSTREAM_STREAM_ERROR'],
  ])('counts what an answer that is %s took', async (status, outcome, error) => {
    const upstream = await simulatedSockets(voice(status));
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open('/v1/realtime?model=voice');
    socket.send('{"type":"response.create"}');
    await until(() => host.settlements.length === 2 && typesOf(said).includes('response.done'));
    expect(host.settlements[1]).toMatchObject({ outcome, error, usage: { input: 4, output: 5 } });
    expect(typesOf(said).filter((type) => type === 'error' || type === 'response.done')).toEqual(['response.done']);
  });

  it('several answers at once are each counted by their own id', async () => {
    const upstream = await simulatedSockets({
      answer({ event, say }) {
        if (event.type === 'response.create')
          say({ type: 'response.created', response: { id: `resp_${(event.response as { metadata: { n: string } }).metadata.n}` } });
        if (event.type !== 'input_audio_buffer.clear') return;
        for (const n of [3, 1, 2])
          say({
            type: 'response.done',
            response: { id: `resp_${n}`, status: 'completed', usage: { input_tokens: n, output_tokens: n * 10 } },
          });
      },
    });
    const host = await hosted(upstream.url);
    const { socket } = await host.open('/v1/realtime?model=voice');
    for (const n of ['1', '2', '3'])
      socket.send(JSON.stringify({ type: 'response.create', response: { conversation: 'none', metadata: { n } } }));
    await until(() => upstream.heard.length === 3);
    socket.send('{"type":"input_audio_buffer.clear"}');
    await until(() => host.settlements.length === 4);
    expect(host.settlements.slice(1).map(({ usage: used }) => [used?.input, used?.output])).toEqual([
      [3, 30],
      [1, 10],
      [2, 20],
    ]);
  });

  it('an answer that the server refuses fails once, with the server’s own words and the client’s id', async () => {
    const upstream = await simulatedSockets({
      answer({ event, say }) {
        if (event.type === 'response.create')
          say({
            type: 'error',
            event_id: 'e1',
            error: {
              type: 'invalid_request_error',
              code: 'conversation_already_has_active_response',
              message: 'x',
              event_id: event.event_id,
            },
          });
      },
    });
    const host = await hosted(upstream.url);
    const { socket, said } = await host.open('/v1/realtime?model=voice');
    socket.send('{"type":"response.create","event_id":"mine"}');
    socket.send('{"type":"response.create"}');
    await until(() => host.settlements.length === 3 && said.length >= 2);
    expect(said).toMatchObject([
      { type: 'error', error: { code: 'conversation_already_has_active_response', event_id: 'mine' } },
      { type: 'error', error: { code: 'conversation_already_has_active_response', event_id: null } },
    ]);
    expect(host.settlements.slice(1).map(({ error, usage: used }) => [error, used])).toEqual([
      ['GW_UPSTREAM_REFUSED', undefined],
      ['GW_UPSTREAM_REFUSED', undefined],
    ]);
  });

  it('keeps the order of events while hooks take their time', async () => {
    const upstream = await simulatedSockets(voice());
    const slow = definePlugin({
      name: 'slow',
      opaque: true,
      create: () => ({
        async onRequest() {
          await new Promise((resolve) => setTimeout(resolve, 15));
        },
      }),
    });
    const host = await hosted(upstream.url, { config: { plugins: [slow()] } });
    const { socket } = await host.open('/v1/realtime?model=voice');
    const sent: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      const type = n % 7 === 3 ? 'response.create' : n % 2 === 0 ? 'input_audio_buffer.commit' : 'input_audio_buffer.clear';
      sent.push(`${type} ${n}`);
      socket.send(JSON.stringify({ type, event_id: String(n) }));
    }
    await until(() => upstream.heard.length === 30);
    expect(upstream.heard.map(({ type, event_id }) => `${type} ${event_id}`)).toEqual(sent);
  });

  it('is not served where no target of the model speaks it, nor where it is switched off', async () => {
    const upstream = await simulatedSockets(voice());
    const providers = [anthropic({ apiKey: 'sk-a', baseUrl: upstream.url })];
    const host = await hosted(upstream.url, { config: { providers, models: { voice: 'anthropic/claude' } } });
    expect((await host.open('/v1/realtime?model=voice')).status).toBe(404);
    const off = await hosted(upstream.url, { sockets: { realtime: false } });
    expect((await off.open('/v1/realtime?model=voice')).status).toBe(426);
    expect((await off.open('/v1/responses')).status).toBeUndefined();
    expect(upstream.heads).toEqual([]);
  });

  it('goes to the next target when one does not let it in, and never tells why', async () => {
    const refusing = await simulatedSockets({ refuse: 401 });
    const well = await simulatedSockets(voice());
    const at = (name: string, url: string) => openai({ name, apiKey: `sk-${name}`, baseUrl: `${url}/v1` });
    const config = { providers: [at('one', refusing.url), at('two', well.url)], models: { voice: ['one/m', 'two/m'], lone: 'one/m' } };
    const host = await hosted(refusing.url, { config });
    const { status } = await host.open('/v1/realtime?model=voice');
    expect(status).toBeUndefined();
    expect((await host.open('/v1/realtime?model=lone')).status).toBe(502);
    expect(well.heads).toHaveLength(1);
  });

  it.each([
    ['no key', '/v1/realtime?model=voice', {}, 401],
    ['another key', '/v1/realtime?model=voice', { authorization: 'Bearer gw_bob' }, 401],
    ['no model', '/v1/realtime', undefined, 400],
    ['a model that is not there', '/v1/realtime?model=nope', undefined, 404],
    ['a page of another origin', '/v1/realtime?model=voice', { authorization: 'Bearer gw_alice', origin: 'https://evil.example' }, 403],
    ['a path that is none', '/x/v1/realtime?model=voice', undefined, 404],
  ])('is not opened with %s, and nothing reaches the provider', async (_what, path, headers, expected) => {
    const upstream = await simulatedSockets(voice());
    const host = await hosted(upstream.url);
    expect((await host.open(path, headers)).status).toBe(expected);
    expect(upstream.heads).toEqual([]);
  });

  it('is not opened past the middleware of the host, nor past a plugin that reads', async () => {
    const upstream = await simulatedSockets(voice());
    const before = await hosted(upstream.url, { before: (_req, res) => void res.status(418).send('closed today') });
    expect((await before.open('/v1/realtime?model=voice')).status).toBe(418);
    const reading = definePlugin({ name: 'reading', create: () => ({ beforeRoute: ({ call }) => void call.texts() }) });
    const read = await hosted(upstream.url, { config: { plugins: [reading()] } });
    expect((await read.open('/v1/realtime?model=voice')).status).toBe(403);
    expect(upstream.heads).toEqual([]);
  });

  it('keeps its model, knows its events, and is as many at once as is said', async () => {
    const upstream = await simulatedSockets(voice());
    const host = await hosted(upstream.url, { sockets: { maxPerPrincipal: 1 } });
    const { socket, said } = await host.open('/v1/realtime?model=voice');
    expect((await host.open('/v1/realtime?model=voice')).status).toBe(503);
    socket.send('{"type":"session.update","session":{"model":"gpt-dear"}}');
    socket.send('{"type":"response.begin"}');
    socket.send('{"type":"response.create","type":"x"}');
    await until(() => typesOf(said).filter((type) => type === 'error').length === 3);
    expect(upstream.heard).toEqual([]);
    const code = new Promise((resolve) => socket.once('close', resolve));
    upstream.sockets[0]?.close(1011, 'gone');
    expect(await code).toBe(1011);
  });
});
