import { describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { roundRobin } from '../../../plugins/routing/src/round-robin.ts';
import { isBound, ordering, resolved, saidFor } from '../../../plugins/routing/src/strategy.ts';
import { type Answer, running, send, upstream } from '../../core/harness/loopback.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { type ContextParts, contextOf, type FakeContext, targetsOf } from './context.ts';

function reversed(parts: ContextParts, models?: readonly string[]): FakeContext {
  const context = contextOf(parts);
  const order = ordering({
    name: 'reverse',
    models,
    logger: recordingLogger(),
    order: ({ targets }) => ({ note: 'reversed', targets: [...targets].reverse() }),
  });
  void order(context);
  return context;
}

describe('ordering', () => {
  it('leaves a call where it lies that goes on from what a provider keeps, and says so', () => {
    const context = reversed({ call: { states: ['resp_1'] } });
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(context.reasons).toMatchObject([{ strategy: 'reverse', note: expect.stringContaining('goes on from') }]);
  });

  it('does not look at what is carried unread', () => {
    const context = reversed({ call: { opaque: true } });
    expect(context.order).toEqual(['a/m', 'b/m', 'c/m']);
    expect(context.reasons).toEqual([]);
  });

  it('has nothing to say where there is one target, or for other models', () => {
    expect(reversed({ targets: targetsOf('a/m') }).reasons).toEqual([]);
    expect(reversed({ call: { model: 'chat' } }, ['embed']).reasons).toEqual([]);
    expect(reversed({ call: { model: 'chat' } }, ['embed', 'ch*']).order).toEqual(['c/m', 'b/m', 'a/m']);
  });
});

describe('isBound', () => {
  it('tells calls that go on from a state', () => {
    expect(isBound(contextOf({ call: { states: ['x'] } }))).toBe(true);
    expect(isBound(contextOf())).toBe(false);
  });
});

describe('resolved', () => {
  it('has each target once, whatever aliases lead to it', () => {
    const context = contextOf({ aliases: { one: ['a/m', 'b/m'], two: ['b/m', 'c/m'] }, unknown: ['gone'] });
    expect(resolved(context, ['two', 'gone', 'one']).map(({ id }) => id)).toEqual(['b/m', 'c/m', 'a/m']);
  });
});

describe('saidFor', () => {
  it('says for which models a strategy is not', () => {
    expect(saidFor(undefined, 'chat', 'words')).toBe('words');
    expect(saidFor(['chat'], 'chat', 'words')).toBe('words');
    expect(saidFor(['embed'], 'chat', 'words')).toBe('not for this model (only embed)');
  });
});

describe('a call that goes on from a response, through a gateway', () => {
  it('goes where that lies, and one that nobody remembers to the first target, whoever’s turn it is', async () => {
    const asked: string[] = [];
    const up = await upstream((req, res) => {
      const name = req.url?.split('/')[1] ?? '';
      asked.push(name);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ id: `resp_${name}`, object: 'response', status: 'completed', model: 'm', store: true, output: [] }));
    });
    const providers = ['a', 'b'].map((name) =>
      openaiCompatible({ name, baseUrl: `${up.url}/${name}/v1`, apiKey: 'sk-x', serves: ['openai-responses'] }),
    );
    const { url } = await running(up.url, { providers, models: { chat: ['a/m', 'b/m'] }, plugins: [roundRobin()] });
    const ask = (more: object): Promise<Answer> => send(`${url}/v1/responses`, { model: 'chat', input: 'Hi', ...more });
    await ask({});
    const second = await ask({});
    expect(second.json.id).toBe('resp_b');
    await ask({ previous_response_id: second.json.id });
    await ask({ previous_response_id: second.json.id });
    await ask({ previous_response_id: 'resp_of_nobody' });
    await ask({ previous_response_id: 'resp_of_nobody' });
    expect(asked).toEqual(['a', 'b', 'b', 'b', 'a', 'a']);
  });
});
