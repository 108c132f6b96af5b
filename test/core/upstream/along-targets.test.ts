import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { failureClasses } from '../../../core/src/resilience/failure-class.ts';
import { emptyModelCatalog, type ModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import { type Addressed, alongTargets } from '../../../core/src/upstream/along-targets.ts';
import { NotNow } from '../../../core/src/upstream/not-now.ts';
import { targetStates } from '../resilience/made-states.ts';
import { type MadeExchange, madeExchange, strangeTarget } from './made-exchange.ts';

const answer = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;
const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

function partsOf({ router, logger }: MadeExchange, catalog: ModelCatalog = emptyModelCatalog()) {
  return { router, catalog, signals: localSignals(logger), states: targetStates(), totalMs: 600_000 };
}

function journeyOf({ exchange }: MadeExchange) {
  return { exchange, targets: exchange.targets, scope: exchange, kind: 'first' } as const;
}

/** An exchange with three targets, sent along them; `outcome` says what happens at each. */
function sending(outcome: (one: Addressed) => GatewayResponse | Error, among = providers, catalog = emptyModelCatalog()) {
  const made = madeExchange(among);
  const tried: string[] = [];
  const fallbacks: SignalMap['fallback'][] = [];
  const signals = localSignals(made.logger);
  signals.on('fallback', (event) => void fallbacks.push(event));
  const travel = alongTargets({ ...partsOf(made, catalog), signals }, async (one) => {
    tried.push(`${one.kind} ${one.target.target.id}`);
    one.exchange.attemptCount += 1;
    const result = outcome(one);
    if (result instanceof Error) throw result;
    return result;
  });
  return { ...made, tried, fallbacks, sent: () => travel(journeyOf(made)) };
}

/** Fails at the first target, answers at the others. */
const failingOnce = (error: Error) => (one: Addressed) => (one.target.target.provider === 'first' ? error : answer);

describe('alongTargets', () => {
  it('asks the first target, and no other when it answers', async () => {
    const { sent, tried, fallbacks } = sending(() => answer);
    expect(await sent()).toBe(answer);
    expect(tried).toEqual(['first first/m']);
    expect(fallbacks).toEqual([]);
  });

  const elsewhere = (Object.keys(failureClasses) as GatewayErrorCode[]).filter((code) => failureClasses[code]?.fallback === 'any');

  it.each(elsewhere)('asks the next target after %s, and tells of it', async (code) => {
    const { sent, tried, fallbacks, exchange } = sending(failingOnce(gatewayError(code)));
    expect(await sent()).toBe(answer);
    expect(tried).toEqual(['first first/m', 'fallback second/m']);
    expect(fallbacks).toEqual([{ exchange: exchange.id, from: 'first/m', to: 'second/m', code }]);
  });

  it.each((Object.keys(failureClasses) as GatewayErrorCode[]).filter((code) => !elsewhere.includes(code)))(
    'asks no other target after %s: it would be the same there',
    async (code) => {
      const error = gatewayError(code);
      const { sent, tried } = sending(failingOnce(error));
      await expect(sent()).rejects.toBe(error);
      expect(tried).toEqual(['first first/m']);
    },
  );

  it.each([
    ["an upstream's words about the request", new GatewayError({ status: 400, code: 'bad_request', message: 'no' })],
    [
      "a provider's policy, which is not routed around",
      new GatewayError({ status: 400, code: 'content_filter', message: 'no', refusedFor: 'content-policy' }),
    ],
    ["a plugin's refusal", new GatewayError({ status: 402, code: 'BUDGET', message: 'spent' })],
    ['a defect', new TypeError('x is undefined')],
  ])('asks no other target after %s', async (_what, error) => {
    const { sent, tried } = sending(failingOnce(error));
    await expect(sent()).rejects.toBe(error);
    expect(tried).toHaveLength(1);
  });

  it('asks no other target for a client that has left', async () => {
    const error = gatewayError('GW_UPSTREAM_ERROR');
    const one = sending(({ exchange }) => {
      exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
      return error;
    });
    await expect(one.sent()).rejects.toBe(error);
    expect(one.tried).toHaveLength(1);
  });

  it('tells the last error when every target fails', async () => {
    const errors = { first: 'GW_UPSTREAM_ERROR', second: 'GW_UPSTREAM_AUTH', third: 'GW_UPSTREAM_RATE_LIMITED' } as const;
    const { sent, tried } = sending((one) => gatewayError(errors[one.target.target.provider as keyof typeof errors]));
    await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_RATE_LIMITED' });
    expect(tried).toHaveLength(3);
  });

  it('goes on when a target is skipped; the next is still the first attempt in kind when nothing was sent', async () => {
    const made = madeExchange(providers);
    const kinds: string[] = [];
    const travel = alongTargets(partsOf(made), async (one) => {
      kinds.push(`${one.kind} ${one.target.target.id}`);
      if (one.target.target.provider === 'first') throw new SkipTarget('is cooling down');
      return answer;
    });
    expect(await travel(journeyOf(made))).toBe(answer);
    expect(kinds).toEqual(['first first/m', 'first second/m']);
    expect(made.exchange.passedOver).toEqual(['first/m is cooling down']);
  });

  it('says which targets were skipped, and why, when none is left', async () => {
    const { sent } = sending((one) => new SkipTarget(`is full (${one.target.target.provider})`));
    await expect(sent()).rejects.toMatchObject({
      code: 'GW_NO_TARGET',
      message: expect.stringMatching(/first\/m is full \(first\); second\/m is full \(second\); third\/m is full \(third\)/),
    });
  });

  it('says that everything was filtered out when there was no target at all', async () => {
    const one = sending(() => answer);
    one.exchange.targets = [];
    await expect(one.sent()).rejects.toMatchObject({
      code: 'GW_NO_TARGET',
      message: expect.stringContaining('every candidate was filtered out'),
    });
  });

  it('tells the error of the target that was asked rather than the skipping of the others', async () => {
    const { sent } = sending((one) =>
      one.target.target.provider === 'second' ? gatewayError('GW_UPSTREAM_ERROR') : new SkipTarget('is full'),
    );
    await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_ERROR' });
  });

  it('passes over targets that do not serve the dialect, and targets of nobody', async () => {
    const embeddings = defineProvider({ name: 'embeddings', baseUrl: 'http://127.0.0.1:9', paths: { 'openai-embeddings': '/e' } });
    const one = sending(() => answer, [embeddings, ...providers]);
    expect(await one.sent()).toBe(answer);
    expect(one.tried).toEqual(['first first/m']);

    const none = sending(() => answer, [embeddings]);
    none.exchange.targets = [...none.exchange.targets, strangeTarget];
    await expect(none.sent()).rejects.toMatchObject({
      code: 'GW_NOT_SERVED',
      status: 404,
      retryable: false,
      message: expect.stringContaining('embeddings/m does not serve openai-chat; strange/m does not serve openai-chat'),
    });
  });

  it('shows no more than the beginning of a long model name', async () => {
    const made = madeExchange(providers, { body: { model: `first/${'x'.repeat(200)}` } });
    made.exchange.targets = [];
    const failed = alongTargets(partsOf(made), async () => answer)(journeyOf(made));
    await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('x'.repeat(101)) });
  });

  const tooLong = new GatewayError({ status: 400, code: 'context_length_exceeded', message: 'too long', refusedFor: 'context-length' });
  const windows = (tokens: Readonly<Record<string, number>>): ModelCatalog => ({
    facts: ({ id }) => (tokens[id] === undefined ? undefined : { contextTokens: tokens[id] }),
  });

  it('asks for a prompt that was too long only those that are not known to take no more', async () => {
    const known = sending(failingOnce(tooLong), providers, windows({ 'first/m': 100, 'second/m': 100, 'third/m': 101 }));
    expect(await known.sent()).toBe(answer);
    expect(known.tried).toEqual(['first first/m', 'fallback third/m']);

    const unknown = sending(failingOnce(tooLong), providers, windows({ 'first/m': 100 }));
    expect(await unknown.sent()).toBe(answer);
    expect(unknown.tried).toEqual(['first first/m', 'fallback second/m']);

    const none = sending(failingOnce(tooLong), providers, windows({ 'first/m': 3, 'second/m': 2, 'third/m': 1 }));
    await expect(none.sent()).rejects.toBe(tooLong);
    expect(none.tried).toHaveLength(1);
  });

  it('says whether another target may still be asked', async () => {
    const others: boolean[] = [];
    const { sent } = sending(({ another }) => {
      others.push(another);
      return gatewayError('GW_UPSTREAM_ERROR');
    });
    await expect(sent()).rejects.toThrow();
    expect(others).toEqual([true, true, false]);
  });

  it('asks targets whose breaker is open after all others, as a last resort', async () => {
    const made = madeExchange(providers);
    const parts = partsOf(made);
    for (let failure = 0; failure < 3; failure += 1) parts.states.admit('first/m', false)?.failed();
    const asked: string[] = [];
    const travel = alongTargets(parts, async ({ target, lastResort }) => {
      asked.push(`${target.target.id} ${lastResort}`);
      throw gatewayError('GW_UPSTREAM_ERROR');
    });
    await expect(travel(journeyOf(made))).rejects.toThrow();
    expect(asked).toEqual(['second/m false', 'third/m false', 'first/m true']);
  });

  it('tells how long to wait when no target can be asked now: the shortest', async () => {
    const waits = { first: 4_000, second: 1_500, third: 9_000 } as const;
    const { sent } = sending(({ target }) => new NotNow('is full', waits[target.target.provider as keyof typeof waits]));
    await expect(sent()).rejects.toMatchObject({
      code: 'GW_NO_TARGET',
      status: 503,
      headers: { 'retry-after': '2', 'retry-after-ms': '1500' },
    });
  });
});
