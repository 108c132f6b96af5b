import { describe, expect, it } from 'vitest';
import { ChildCalls } from '../../core/src/child-calls.ts';
import type { ExchangeContext, RoutingContext } from '../../core/src/context.ts';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import { GatewayError } from '../../core/src/errors.ts';
import type { JsonObject } from '../../core/src/model/json.ts';
import { Clock } from '../../core/src/services/clock.ts';
import { provide } from '../../core/src/services/container.ts';
import { type AuxiliaryAnswer, type AuxiliaryCall, Models } from '../../core/src/services/models.ts';
import { principal } from '../../core/src/slot.ts';
import { answerWhole, gate, running, upstream } from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

const ownQuestion: JsonObject = { model: 'chat', messages: [{ role: 'user', content: 'Is this allowed?' }] };
const ownCall: AuxiliaryCall = { dialect: 'openai-chat', body: ownQuestion };

/** Makes one call of its own in `beforeRoute`, where its call does not come through, and keeps what came of it. */
function calling(call: AuxiliaryCall, outcomes: (AuxiliaryAnswer | Error)[]): GatewayPlugin {
  return definePlugin({
    name: 'calling',
    requires: [Models],
    create: (_options, { models }) => ({
      async beforeRoute(context: RoutingContext) {
        outcomes.push(await models.call(context, call).catch((error: Error) => error));
      },
    }),
  })();
}

/** Sends one chat call through a gateway with that plugin. */
async function outcomeOf(call: AuxiliaryCall, plugins: readonly GatewayPlugin[] = []) {
  const outcomes: (AuxiliaryAnswer | Error)[] = [];
  const up = await upstream(answerWhole('yes'));
  const { chat, logger } = await running(up.url, { plugins: [...plugins, calling(call, outcomes)] });
  const answer = await chat();
  return { outcome: outcomes[0] as AuxiliaryAnswer & Error, answer, bodies: up.bodies, logger };
}

describe('a call of a plugin', () => {
  it('is an exchange of its own: an answer, a settlement, an id', async () => {
    const { outcome, answer, bodies } = await outcomeOf(ownCall);
    expect(outcome).toMatchObject({
      status: 200,
      json: { choices: [{ message: { content: 'yes' } }] },
      settlement: { outcome: 'completed', status: 200, model: 'chat', target: { id: 'up/m' }, usage: { input: 3, output: 2 } },
    });
    expect(outcome.settlement.id).not.toBe(answer.headers['x-request-id']);
    expect(bodies.map((body) => (JSON.parse(body) as typeof ownQuestion).messages)).toEqual([
      ownQuestion.messages,
      [{ role: 'user', content: 'Hello' }],
    ]);
  });

  it('never streams, whatever its body says', async () => {
    const { outcome, bodies } = await outcomeOf({ dialect: 'openai-chat', body: { ...ownQuestion, stream: true } });
    expect(outcome.status).toBe(200);
    expect(JSON.parse(bodies[0] as string)).toMatchObject({ stream: false });
  });

  it('reaches embeddings, whose body gets nothing added', async () => {
    const { bodies } = await outcomeOf({ dialect: 'openai-embeddings', body: { model: 'chat', input: 'x' } });
    expect(bodies[0]).toBe('{"model":"m","input":"x"}');
  });

  it('goes through the other plugins, with the caller’s principal; who it is is not asked again', async () => {
    const seen: unknown[] = [];
    const auth = definePlugin({
      name: 'auth',
      provides: [principal],
      create: () => ({
        onRequest(context) {
          if (context.headers.authorization !== 'Bearer alice') throw new GatewayError({ status: 401, code: 'WHO', message: 'Who?' });
          context.set(principal, { id: 'alice', kind: 'user' });
        },
      }),
    });
    const reading = definePlugin({
      name: 'reading',
      create: () => ({
        beforeRoute: (context) => void seen.push([context.get(principal)?.id, context.headers.authorization, context.parent]),
      }),
    });
    const outcomes: (AuxiliaryAnswer | Error)[] = [];
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [auth(), reading(), calling(ownCall, outcomes)] });
    const answer = await chat({}, { headers: { authorization: 'Bearer alice' } });
    expect(answer.status).toBe(200);
    expect(outcomes).toMatchObject([{ status: 200 }]);
    expect(seen).toEqual([
      ['alice', 'Bearer alice', undefined],
      ['alice', undefined, answer.headers['x-request-id']],
    ]);
  });

  it('that is refused comes back as a status and the error of its dialect', async () => {
    const { outcome, answer } = await outcomeOf({ dialect: 'openai-chat', body: { ...ownQuestion, model: 'nobody' } });
    expect(outcome).toMatchObject({
      status: 404,
      json: { error: { code: 'GW_UNKNOWN_MODEL' } },
      settlement: { outcome: 'completed', status: 404, error: 'GW_UNKNOWN_MODEL' },
    });
    expect(answer.status).toBe(200); // what it means for the client's exchange is the plugin's to say
  });

  it('that fails upstream comes back as a status', async () => {
    const outcomes: (AuxiliaryAnswer | Error)[] = [];
    const up = await upstream((_req, res) => void res.writeHead(500).end());
    const { chat } = await running(up.url, { plugins: [calling(ownCall, outcomes)] });
    await chat();
    expect(outcomes).toMatchObject([{ status: 502, json: { error: { code: 'GW_UPSTREAM_ERROR' } }, settlement: { outcome: 'failed' } }]);
  });

  it('ends when its client leaves, here and upstream', async () => {
    const outcomes: (AuxiliaryAnswer | Error)[] = [];
    const { open: asked, opened: wasAsked } = gate();
    const { open: left, opened: hasLeft } = gate();
    const { open: settle, opened: settled } = gate<string>();
    const up = await upstream((_req, res) => {
      res.once('close', () => left());
      asked();
    });
    const watching = definePlugin({
      name: 'watching',
      create: () => ({
        onRequest(context) {
          if (context.ip !== undefined) context.onSettled(({ outcome }) => settle(outcome)); // not the child's
        },
      }),
    });
    const { chat, gateway } = await running(up.url, { plugins: [watching(), calling(ownCall, outcomes)] });
    const leaving = new AbortController();
    const answer = chat({}, { signal: leaving.signal }).catch(() => 'left');
    await wasAsked;
    leaving.abort();
    await hasLeft;
    expect(await answer).toBe('left');
    expect(await settled).toBe('aborted');
    await gateway.close();
    expect(outcomes).toMatchObject([{ status: 499, json: undefined, settlement: { outcome: 'aborted', error: 'GW_CLIENT_CLOSED' } }]);
    expect(up.bodies).toHaveLength(1);
  });

  it('ends at its own time limit, which is not its client’s', async () => {
    const clock = manualClock();
    const outcomes: (AuxiliaryAnswer | Error)[] = [];
    const { open: left, opened: hasLeft } = gate();
    const up = await upstream((_req, res, body) => {
      if (body.includes('Is this allowed?')) {
        res.once('close', () => left());
        clock.advance(299);
        expect(outcomes).toEqual([]);
        clock.advance(1);
      } else answerWhole('hello')(_req, res, body);
    });
    const { chat } = await running(up.url, {
      plugins: [calling({ ...ownCall, timeoutMs: 300 }, outcomes)],
      services: [provide(Clock, clock)],
    });
    expect((await chat()).status).toBe(200);
    await hasLeft;
    expect(outcomes).toMatchObject([{ status: 499, json: undefined, settlement: { outcome: 'failed', error: 'GW_UPSTREAM_TIMEOUT' } }]);
    expect(clock.armed).toBe(0);
  });
});

describe('a call is refused, in words for its author', () => {
  const nobody: AuxiliaryCall = { dialect: 'sign-language', body: {} };

  it('in a dialect that the gateway does not speak', async () => {
    const { outcome } = await outcomeOf(nobody);
    expect(outcome).toBeInstanceOf(TypeError);
    expect(outcome.message).toBe('Models.call: expected a dialect of this gateway, received "sign-language"');
  });

  it('for the model list, which is no call', async () => {
    expect((await outcomeOf({ dialect: 'openai-models', body: {} })).outcome).toBeInstanceOf(TypeError);
  });

  it('from a child exchange: calls do not breed', async () => {
    const errors: string[] = [];
    const breeding = (name: string) =>
      definePlugin({
        name,
        requires: [Models],
        create: (_options, { models }) => ({
          async beforeRoute(context) {
            await models.call(context, ownCall).catch(({ message }: Error) => errors.push(`${name}: ${message}`));
          },
        }),
      })();
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [breeding('one'), breeding('other')] });
    expect((await chat()).status).toBe(200);
    const refused = 'Models.call: a child exchange cannot make calls of its own';
    expect(errors).toEqual([`other: ${refused}`, `one: ${refused}`]);
    expect(up.bodies).toHaveLength(3);
  });

  it('from no hook, and before there is a gateway', async () => {
    const early = new ChildCalls();
    await expect(early.call({} as ExchangeContext, ownCall)).rejects.toThrow('expected the context of a hook');
    let context: ExchangeContext | undefined;
    const lending = definePlugin({
      name: 'lending',
      create: () => ({
        onRequest(given) {
          context = given;
        },
      }),
    });
    const up = await upstream();
    const { chat } = await running(up.url, { plugins: [lending()] });
    await chat();
    await expect(early.call(context as ExchangeContext, ownCall)).rejects.toThrow('the gateway is not built yet');
  });
});
