import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import type { Credential } from '../../../core/src/providers/provider.ts';
import { ResponsesLane } from '../../../core/src/sockets/responses-lane.ts';
import type { UpstreamListener, UpstreamRequest } from '../../../core/src/upstream/transport.ts';
import { ScriptedEngine } from './bridged.ts';

const provider = openai({ apiKey: ['sk-one', 'sk-two'] });
const [one, two] = provider.credentials as readonly [Credential, Credential];
const target = { target: { id: 'openai/m', provider: 'openai', model: 'm' }, provider, dialect: openaiResponses };
const request: UpstreamRequest = {
  origin: provider.origin,
  path: '/v1/responses',
  headers: ['authorization', 'x', 'accept', 'y'],
  body: '{}',
};
const silent: UpstreamListener = { sent() {}, head() {}, data() {}, end() {}, fail() {} };

function made() {
  const engine = new ScriptedEngine();
  const plain: UpstreamRequest[] = [];
  const transport = {
    open: (sent: UpstreamRequest) => {
      plain.push(sent);
      return { abort() {}, pause() {}, resume() {} };
    },
  };
  const lane = new ResponsesLane({ engine, transport, connectMs: 7, maxBytes: 9 });
  const ask = async (credential = one, listener = silent) => {
    const connection = lane.opener(target, credential)?.open(request, listener);
    await new Promise(setImmediate);
    return connection;
  };
  return { engine, plain, lane, ask };
}

const completed = (id: string) => ({ type: 'response.completed', response: { id } });

describe('ResponsesLane', () => {
  it('fails a request whose upstream cannot be reached, and tries anew with the next', async () => {
    const { engine, ask } = made();
    const failures: unknown[] = [];
    engine.answer = () => Promise.reject(new Error('gone'));
    await ask(one, { ...silent, fail: (error) => failures.push(error) });
    expect(failures).toEqual([new Error('gone')]);
    engine.answer = () => undefined;
    await ask();
    expect(engine.dialled[0]?.sent).toEqual(['{"type":"response.create"}']);
  });

  it.each([401, 403, 429, 500])('makes a refused upgrade the answer: %i', async (status) => {
    const { engine, plain, ask } = made();
    engine.answer = async () => ({ status, headers: {}, body: Buffer.from('no') });
    const heads: number[] = [];
    await ask(one, { ...silent, head: (answered) => heads.push(answered) });
    expect([heads, plain]).toEqual([[status], []]);
  });

  it.each([400, 404, 405, 426, 501])(
    'sends a request of its own where there are no WebSockets, and asks for none again: %i',
    async (status) => {
      const { engine, plain, lane, ask } = made();
      engine.answer = async () => ({ status, headers: {}, body: Buffer.alloc(0) });
      await ask();
      expect(plain).toEqual([request]);
      expect(lane.opener(target, one)).toBeUndefined();
      expect(lane.opener(target, two)).toBeDefined();
    },
  );

  it('has no way to what takes none', () => {
    const { lane } = made();
    const chat = { ...target, dialect: openaiChat };
    expect(lane.opener(chat, one)).toBeUndefined();
    expect(lane.opener({ ...target, provider: { ...provider, sockets: {} } }, one)).toBeUndefined();
  });

  it('dials with the request’s headers, the operator’s limits and the socket’s path', async () => {
    const { engine, ask } = made();
    await ask();
    expect(engine.dials).toMatchObject([
      { origin: 'https://api.openai.com', path: '/v1/responses', headers: [['authorization', 'x']], connectMs: 7, maxBytes: 9 },
    ]);
  });

  it('keeps one socket for each credential, for one request at a time', async () => {
    const { engine, plain, ask } = made();
    await ask();
    await ask(); // the first is under way
    expect([engine.dials.length, plain.length]).toEqual([1, 1]);
    engine.dialled[0]?.say(completed('r1'));
    await ask();
    expect(engine.dialled[0]?.sent).toHaveLength(2);
    await ask(two);
    expect(engine.dials).toHaveLength(2);
  });

  it('dials anew where the socket ended between two requests, or by giving one up', async () => {
    const { engine, ask } = made();
    await ask();
    engine.dialled[0]?.say(completed('r1'));
    engine.dialled[0]?.leave();
    const second = await ask();
    second?.abort();
    await ask();
    expect(engine.dialled.map(({ sent }) => sent.length)).toEqual([1, 1, 1]);
  });

  it('remembers where answers lie: the last 256', async () => {
    const { engine, lane, ask } = made();
    for (let n = 0; n < 257; n += 1) {
      await ask();
      engine.dialled[0]?.say(completed(`r${n}`));
      if (n === 255) expect(lane.kept('r0')).toEqual({ target: 'openai/m', credential: one.name });
    }
    expect(lane.kept('r0')).toBeUndefined();
    expect(lane.kept('r1')).toBeDefined();
    expect(lane.kept('r256')).toBeDefined();
    expect(lane.kept('never')).toBeUndefined();
  });

  it('closes its sockets', async () => {
    const { engine, lane, ask } = made();
    await ask();
    lane.close();
    expect(engine.dialled[0]?.closes).toEqual([1000]);
  });
});
