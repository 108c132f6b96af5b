import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../harness/nothing-left.ts';
import { bridged, until } from './bridged.ts';

leavesNothing();

const create = (own: object = {}) => ({ type: 'response.create', model: 'chat', input: 'hi', ...own });
const completed = (id: string, own: object = {}) => ({
  type: 'response.completed',
  response: { id, object: 'response', status: 'completed', output: [], usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } },
  ...own,
});

/** A session, and how its upstream is reached once a message went there. */
async function session() {
  const made = await bridged();
  const { client } = await made.open('/v1/responses');
  const asked = async (messages: number) => {
    await until(() => made.engine.dialled[0]?.sent.length === messages);
    return made.engine.dialled[0]!;
  };
  return { ...made, client, asked };
}

describe('what a client says', () => {
  it.each([
    ['no JSON', '{', 'GW_BAD_JSON'],
    ['a key that comes twice', '{"type":"response.create","model":"a","model":"b"}', 'GW_DUPLICATE_KEY'],
    ['no object', '[]', undefined],
    ['no type', '{}', 'GW_BAD_REQUEST'],
    ['another event', '{"type":"response.cancel"}', 'GW_BAD_REQUEST'],
    ['a model that is not there', '{"type":"response.create","model":"nope","input":"x"}', 'GW_UNKNOWN_MODEL'],
  ])('goes nowhere, and is answered by an error: %s', async (_what, text, code) => {
    const { client, engine } = await session();
    client.say(text);
    await until(() => client.sent.length === 1);
    const [error] = client.events;
    expect(error).toMatchObject({ type: 'error', status: expect.any(Number), error: code === undefined ? {} : { code } });
    expect(engine.dials).toEqual([]);
    expect(client.closes).toEqual([]);
  });

  it('does not steer an answer past the plugins', async () => {
    const { client } = await session();
    client.say({ type: 'response.steer', previous_response_id: 'r', input: 'x' });
    client.say({ type: 'response.steer' });
    expect(client.events).toMatchObject([
      { type: 'response.steer.failed', error: { code: 'steering_not_supported' }, steer: { previous_response_id: 'r', input: 'x' } },
      { type: 'response.steer.failed', steer: { previous_response_id: null, input: null } },
    ]);
  });

  it('closes the connection where it is no text', async () => {
    const { client } = await session();
    client.sayBinary();
    expect(client.closes).toEqual([1003]);
  });

  it('closes the connection where more waits than may (2 may, a third may not)', async () => {
    const { client, asked } = await session();
    client.say(create());
    await asked(1);
    client.say(create());
    client.say(create());
    expect(client.closes).toEqual([]);
    client.say(create());
    expect(client.closes).toEqual([1008]);
  });
});

describe('an answer', () => {
  it('is one exchange with its usage, in messages', async () => {
    const { client, asked, settlements } = await session();
    client.say(create());
    const upstream = await asked(1);
    expect(upstream.events).toMatchObject([{ type: 'response.create', model: 'gpt-5', input: 'hi' }]);
    expect(upstream.events[0]).not.toHaveProperty('stream');
    upstream.say({ type: 'response.created', response: { id: 'r1' } });
    upstream.say(completed('r1'));
    await until(() => settlements.length === 2);
    expect(client.types).toEqual(['response.created', 'response.completed']);
    expect(settlements[1]).toMatchObject({ outcome: 'completed', usage: { input: 1, output: 2 } });
  });

  it('comes after the one before it', async () => {
    const { client, asked } = await session();
    client.say(create());
    client.say(create({ input: 'second' }));
    const upstream = await asked(1);
    upstream.say(completed('r1'));
    await asked(2);
    expect(upstream.events[1]).toMatchObject({ input: 'second' });
  });

  it('carries the client’s own mark in every event, and the upstream does not see it', async () => {
    const { client, asked } = await session();
    client.say(create({ stream_id: 'L"1' }));
    const upstream = await asked(1);
    expect(upstream.events[0]).not.toHaveProperty('stream_id');
    upstream.say({ type: 'response.created', response: { id: 'r1' } });
    upstream.say(completed('r1'));
    await until(() => client.sent.length === 2);
    expect(client.events.map((event) => event.stream_id)).toEqual(['L"1', 'L"1']);
  });

  it('carries it also where it is an error', async () => {
    const { client } = await session();
    client.say(create({ stream_id: 'L1', model: 'nope' }));
    await until(() => client.sent.length === 1);
    expect(client.events).toMatchObject([{ type: 'error', status: 404, stream_id: 'L1' }]);
  });

  it('that is refused leaves the connection open for the next', async () => {
    const { client, asked } = await session();
    client.say(create());
    const upstream = await asked(1);
    upstream.say({ type: 'error', status: 400, error: { message: 'No.', type: 'invalid_request_error', code: 'bad' } });
    await until(() => client.sent.length === 1);
    expect(client.events).toMatchObject([{ type: 'error', status: 400 }]);
    client.say(create());
    await asked(2);
    expect(client.closes).toEqual([]);
  });
});

describe('the end', () => {
  it('of a client gives its answer up, and what waits', async () => {
    const { client, asked, settlements } = await session();
    client.say(create());
    client.say(create());
    const upstream = await asked(1);
    client.leave();
    await until(() => settlements.length === 2);
    expect(settlements[1]).toMatchObject({ error: 'GW_CLIENT_CLOSED' });
    expect(upstream.closes.length).toBeGreaterThan(0);
    await new Promise(setImmediate);
    expect(settlements).toHaveLength(2);
  });

  it('of the gateway waits for the answer under way', async () => {
    const { client, asked, gateway, settlements } = await session();
    client.say(create());
    const upstream = await asked(1);
    const closed = gateway.close();
    await new Promise(setImmediate);
    client.say(create());
    expect(client.closes).toEqual([]);
    upstream.say(completed('r1'));
    await closed;
    expect(client.closes).toEqual([1001]);
    expect(settlements.filter(({ outcome }) => outcome === 'completed')).toHaveLength(2);
  });

  it('of the gateway is at once where nothing is under way', async () => {
    const { client, gateway } = await session();
    await gateway.close();
    expect(client.closes).toEqual([1001]);
  });
});
