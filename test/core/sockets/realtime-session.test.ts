import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { gate } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { bridged, until } from './bridged.ts';

leavesNothing();

const created = (id: string) => ({ type: 'response.created', response: { id } });
const done = (id: string, own: object = {}) => ({
  type: 'response.done',
  response: { id, status: 'completed', usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 }, ...own },
});

/** Refuses answers, not the session itself. */
const refuses = definePlugin({
  name: 'refuses',
  opaque: true,
  create: () => {
    let asked = 0;
    return {
      onRequest: () => {
        asked += 1;
        if (asked > 1) throw new GatewayError({ code: 'NO_MORE', type: 'rate_limit', status: 429, message: 'No more of it.' });
      },
    };
  },
});

/** Decides over answers when the test says so. */
function ponders() {
  const { open, opened } = gate();
  let asked = 0;
  const plugin = definePlugin({
    name: 'ponders',
    opaque: true,
    create: () => ({
      onRequest: async () => {
        asked += 1;
        if (asked > 1) await opened;
      },
    }),
  });
  return { plugin: plugin(), decide: () => open() };
}

describe('what a client says', () => {
  it.each([
    ['no JSON', '{', 'GW_BAD_JSON'],
    ['no object', '[]', 'GW_BAD_JSON'],
    ['a key that comes twice', '{"type":"response.cancel","type":"response.create"}', 'GW_BAD_JSON'],
    ['no type', '{}', 'GW_BAD_REQUEST'],
    ['an unknown event', '{"type":"response.begin"}', 'GW_BAD_REQUEST'],
    ['another model', '{"type":"session.update","session":{"model":"gpt-dear"}}', 'GW_BAD_REQUEST'],
    ['a model that is no name', '{"type":"session.update","session":{"model":null}}', 'GW_BAD_REQUEST'],
  ])('does not reach the upstream, and is answered by an error: %s', async (_what, text, code) => {
    const { client, upstream } = await (await bridged()).realtime();
    client.say(text);
    expect(upstream.sent).toEqual([]);
    expect(client.events).toMatchObject([{ type: 'error', error: { code } }]);
    expect(client.closes).toEqual([]);
  });

  it('is refused by the id that the client gave its event', async () => {
    const { client } = await (await bridged()).realtime();
    client.say({ type: 'nothing', event_id: 'mine' });
    expect(client.events).toMatchObject([{ error: { event_id: 'mine', param: 'type' } }]);
  });

  it('passes as it was written, but for the name of the model', async () => {
    const { client, upstream } = await (await bridged()).realtime();
    const odd = '{ "type":"conversation.item.create", "item":{"n":1.0,"big":12345678901234567890} }';
    client.say(odd);
    client.say('{"type":"session.update","session":{"model":"voice", "x":1.0}}');
    client.say('{"type":"session.update","session":{"model":"gpt-realtime"}}');
    expect(upstream.sent).toEqual([
      odd,
      '{"type":"session.update","session":{"model":"gpt-realtime", "x":1.0}}',
      '{"type":"session.update","session":{"model":"gpt-realtime"}}',
    ]);
  });

  it('closes the session where it is no text', async () => {
    const { client, upstream } = await (await bridged()).realtime();
    client.sayBinary();
    expect(client.closes[0]).toBe(1003);
    await until(() => upstream.closes.length > 0);
  });
});

describe('an answer that the client asks for', () => {
  it('is an exchange of its own, with the usage of its end', async () => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create', event_id: 'e1' });
    await until(() => upstream.sent.length === 1);
    expect(upstream.sent).toEqual(['{"type":"response.create","event_id":"e1"}']);
    const delta = '{"type":"response.output_text.delta", "delta":"said: \\"response.done\\""}';
    upstream.say(created('r1'));
    upstream.say(delta);
    upstream.say(done('r1'));
    await until(() => settlements.length === 2);
    expect(client.sent).toEqual([JSON.stringify(created('r1')), delta, JSON.stringify(done('r1'))]);
    expect(settlements[0]).toMatchObject({ status: 101 });
    expect(settlements[1]).toMatchObject({ outcome: 'completed', usage: { input: 3, output: 4 } });
  });

  it('that a plugin refuses never reaches the upstream', async () => {
    const { realtime } = await bridged({ plugins: [refuses()] });
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create', event_id: 'e1' });
    await until(() => client.sent.length === 1);
    expect(upstream.sent).toEqual([]);
    expect(client.events).toMatchObject([{ type: 'error', error: { code: 'NO_MORE', event_id: 'e1' } }]);
    client.say({ type: 'input_audio_buffer.clear' });
    expect(upstream.types).toEqual(['input_audio_buffer.clear']);
  });

  it('has an id of ours where its client gave none, which the client does not see', async () => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create' });
    await until(() => upstream.sent.length === 1);
    const id = upstream.events[0]?.event_id;
    expect(id).toMatch(/^gateway_/);
    upstream.say({ type: 'error', error: { code: 'no', message: 'No.', event_id: id } });
    await until(() => settlements.length === 2);
    expect(client.events).toEqual([{ type: 'error', error: { code: 'no', message: 'No.', event_id: null } }]);
    expect(settlements[1]).toMatchObject({ error: 'GW_UPSTREAM_REFUSED' });
  });

  it('is not ended by an error about another event', async () => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create', event_id: 'e1' });
    await until(() => upstream.sent.length === 1);
    const other = '{"type":"error","error":{"event_id":"e0"}}';
    upstream.say(other);
    upstream.say(created('r1'));
    upstream.say(done('r1'));
    await until(() => settlements.length === 2);
    expect(client.sent[0]).toBe(other);
    expect(settlements[1]).toMatchObject({ outcome: 'completed' });
  });

  it('keeps what follows it waiting while hooks decide, in its order', async () => {
    const { plugin, decide } = ponders();
    const { realtime } = await bridged({ plugins: [plugin] });
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create', event_id: 'e1' });
    client.say({ type: 'response.cancel' });
    client.say({ type: 'input_audio_buffer.clear' });
    expect(upstream.sent).toEqual([]);
    expect(client.closes).toEqual([]);
    decide();
    await until(() => upstream.sent.length === 3);
    expect(upstream.types).toEqual(['response.create', 'response.cancel', 'input_audio_buffer.clear']);
  });

  it('closes the session where more waits than may (2 may, a third may not)', async () => {
    const { plugin, decide } = ponders();
    const { realtime } = await bridged({ plugins: [plugin] });
    const { client } = await realtime();
    client.say({ type: 'response.create' });
    for (let n = 0; n < 2; n += 1) client.say({ type: 'response.cancel' });
    expect(client.closes).toEqual([]);
    client.say({ type: 'response.cancel' });
    expect(client.closes[0]).toBe(1008);
    decide();
  });
});

describe('an answer that the server begins by itself', () => {
  it('is counted like any other', async () => {
    const { realtime, settlements } = await bridged();
    const { upstream } = await realtime();
    upstream.say(created('r1'));
    upstream.say(done('r1'));
    await until(() => settlements.length === 2);
    expect(settlements[1]).toMatchObject({ outcome: 'completed', usage: { input: 3, output: 4 } });
  });

  it('is taken back where a plugin refuses it', async () => {
    const { realtime } = await bridged({ plugins: [refuses()] });
    const { client, upstream } = await realtime();
    upstream.say(created('r1'));
    await until(() => upstream.sent.length === 1);
    expect(upstream.events).toEqual([{ type: 'response.cancel', response_id: 'r1' }]);
    await until(() => client.sent.length === 2);
    expect(client.events[1]).toMatchObject({ type: 'error', error: { code: 'NO_MORE' } });
  });
});

describe('what an upstream says', () => {
  it.each([
    'no JSON "error"',
    '"response.created"',
    '{"type":"response.created"}',
    '{"type":"response.done","response":{"id":"never"}}',
    '{"type":"error"}',
  ])('passes as it is, whatever it is: %s', async (text) => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    upstream.say(text);
    expect(client.sent).toEqual([text]);
    expect(settlements).toHaveLength(1);
  });

  it('ends the session where it is no text', async () => {
    const { client, upstream } = await (await bridged()).realtime();
    upstream.sayBinary();
    expect(client.closes).toEqual([1011]);
    expect(upstream.closes).toEqual([1000]);
  });
});

describe('a slower peer', () => {
  it('makes the other side wait until it has caught up', async () => {
    const { client, upstream } = await (await bridged()).realtime();
    client.slow = true;
    upstream.say('{"type":"x"}');
    expect(upstream.paused).toBe(true);
    client.drain();
    expect(upstream.paused).toBe(false);
    upstream.slow = true;
    client.say({ type: 'input_audio_buffer.clear' });
    expect(client.paused).toBe(true);
    upstream.drain();
    expect(client.paused).toBe(false);
  });
});

describe('the end', () => {
  it.each(['before the server began it', 'while it is under way'])('of a client ends its upstream and its answer: %s', async (when) => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create' });
    await until(() => upstream.sent.length === 1);
    if (when.startsWith('while')) upstream.say(created('r1'));
    client.leave();
    expect(upstream.closes).toEqual([1000]);
    await until(() => settlements.length === 2);
    expect(settlements[1]).toMatchObject({ error: 'GW_CLIENT_CLOSED', usage: undefined });
  });

  it('of an upstream ends its client, and its answer is no whole one', async () => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    client.say({ type: 'response.create' });
    await until(() => upstream.sent.length === 1);
    upstream.say(created('r1'));
    upstream.leave();
    expect(client.closes).toEqual([1011]);
    await until(() => settlements.length === 2);
    expect(settlements[1]).toMatchObject({ error: 'GW_UPSTREAM_TRUNCATED' });
    expect(client.types).toEqual(['response.created']);
  });

  it('of an answer that failed is its own: the session goes on', async () => {
    const { realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    upstream.say(created('r1'));
    upstream.say(done('r1', { status: 'failed' }));
    await until(() => settlements.length === 2);
    expect(settlements[1]).toMatchObject({ outcome: 'failed', usage: { input: 3, output: 4 } });
    expect(client.types).toEqual(['response.created', 'response.done']);
    expect(client.closes).toEqual([]);
  });

  it('of the gateway waits for answers under way, and begins no other', async () => {
    const { gateway, realtime, settlements } = await bridged();
    const { client, upstream } = await realtime();
    upstream.say(created('r1'));
    await until(() => client.sent.length === 1);
    const closed = gateway.close();
    await new Promise(setImmediate);
    client.say({ type: 'response.create', event_id: 'late' });
    await until(() => client.sent.length === 2);
    expect(client.events[1]).toMatchObject({ type: 'error', error: { code: 'GW_CLOSING', event_id: 'late' } });
    expect(client.closes).toEqual([]);
    upstream.say(done('r1'));
    await closed;
    expect(client.closes[0]).toBe(1001);
    expect(settlements[1]).toMatchObject({ outcome: 'completed' });
  });
});
