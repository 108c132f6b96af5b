import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { errorTable, GatewayError, type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { defineProvider } from '../../../core/src/providers/provider.ts';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import { CredentialPools } from '../../../core/src/upstream/credential-pools.ts';
import {
  type Addressed,
  alongTargets,
  asAttempt,
  compose,
  type Interceptor,
  type Next,
  withCredential,
} from '../../../core/src/upstream/interceptors.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { firstTry, madeExchange, strangeTarget } from './made-exchange.ts';

const answer = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;
const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

/** An exchange with three targets, sent along them; `outcome` says what happens at each. */
function sending(outcome: (one: Addressed) => GatewayResponse | Error, among = providers) {
  const made = madeExchange(among);
  const tried: string[] = [];
  const fallbacks: SignalMap['fallback'][] = [];
  const signals = localSignals(made.logger);
  signals.on('fallback', (event) => void fallbacks.push(event));
  const upstream = alongTargets(made.router, emptyModelCatalog(), signals, async (one) => {
    tried.push(`${one.kind} ${one.target.target.id}`);
    one.exchange.attemptCount += 1;
    const result = outcome(one);
    if (result instanceof Error) throw result;
    return result;
  });
  return { ...made, tried, fallbacks, sent: () => upstream(made.exchange) };
}

/** Fails at the first target, answers at the others. */
const failingOnce = (error: Error) => (one: Addressed) => (one.target.target.provider === 'first' ? error : answer);

describe('compose', () => {
  const noting =
    (notes: string[], name: string): Interceptor =>
    (next) =>
    async (one) => {
      notes.push(`${name} before`);
      const response = await next(one);
      notes.push(`${name} after`);
      return response;
    };

  it('puts the first interceptor outermost, around what sends', async () => {
    const notes: string[] = [];
    const send: Next = async () => {
      notes.push('send');
      return answer;
    };
    expect(await compose([noting(notes, 'outer'), noting(notes, 'inner')], send)({} as Parameters<Next>[0])).toBe(answer);
    expect(notes).toEqual(['outer before', 'inner before', 'send', 'inner after', 'outer after']);
  });

  it('is what sends itself when there is no interceptor', () => {
    const send: Next = async () => answer;
    expect(compose([], send)).toBe(send);
  });
});

describe('alongTargets', () => {
  it('asks the first target, and no other when it answers', async () => {
    const { sent, tried, fallbacks } = sending(() => answer);
    expect(await sent()).toBe(answer);
    expect(tried).toEqual(['first first/m']);
    expect(fallbacks).toEqual([]);
  });

  const elsewhere = [
    'GW_UPSTREAM_UNREACHABLE',
    'GW_UPSTREAM_AUTH',
    'GW_UPSTREAM_ERROR',
    'GW_UPSTREAM_RATE_LIMITED',
    'GW_UPSTREAM_TIMEOUT',
    'GW_UPSTREAM_TRUNCATED',
    'GW_UPSTREAM_BAD_RESPONSE',
    'GW_UPSTREAM_ENCODING',
    'GW_UPSTREAM_STREAM_ERROR',
  ] as const;

  it.each(elsewhere)('asks the next target after %s, and tells of it', async (code) => {
    const { sent, tried, fallbacks, exchange } = sending(failingOnce(gatewayError(code)));
    expect(await sent()).toBe(answer);
    expect(tried).toEqual(['first first/m', 'fallback second/m']);
    expect(fallbacks).toEqual([{ exchange: exchange.id, from: 'first/m', to: 'second/m', code }]);
  });

  it.each((Object.keys(errorTable) as GatewayErrorCode[]).filter((code) => !(elsewhere as readonly string[]).includes(code)))(
    'asks no other target after %s: it would be the same there',
    async (code) => {
      const error = gatewayError(code);
      const { sent, tried } = sending(failingOnce(error));
      await expect(sent()).rejects.toBe(error);
      expect(tried).toEqual(['first first/m']);
    },
  );

  it.each([
    ["an upstream's words about the request", new GatewayError({ status: 400, code: 'context_length_exceeded', message: 'too long' })],
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
    const upstream = alongTargets(made.router, emptyModelCatalog(), localSignals(made.logger), async (one) => {
      kinds.push(`${one.kind} ${one.target.target.id}`);
      if (one.target.target.provider === 'first') throw new SkipTarget('is cooling down');
      return answer;
    });
    expect(await upstream(made.exchange)).toBe(answer);
    expect(kinds).toEqual(['first first/m', 'first second/m']);
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
    const failed = alongTargets(made.router, emptyModelCatalog(), localSignals(made.logger), async () => answer)(made.exchange);
    await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('x'.repeat(101)) });
  });
});

describe('asAttempt', () => {
  const nothingBefore = () => undefined;

  function attempting(run: Parameters<typeof asAttempt>[1], before: Parameters<typeof asAttempt>[0] = nothingBefore) {
    const made = madeExchange(providers);
    const next = asAttempt(before, run);
    const target = made.targets[0]!;
    return { ...made, sent: () => next(firstTry(made.exchange, target)) };
  }

  it('makes an attempt of the try, asks the plugins, then sends', async () => {
    const notes: string[] = [];
    const { sent, exchange } = attempting(
      async (attempt) => {
        notes.push(`send ${attempt.id} to ${attempt.target.target.id}`);
        return answer;
      },
      async (attempt) => void notes.push(`before ${attempt.id}`),
    );
    expect(await sent()).toBe(answer);
    expect(notes).toEqual([`before ${exchange.id}.1`, `send ${exchange.id}.1 to first/m`]);
    expect(exchange.attempts).toEqual([]); // ends with the answer, which is the sender's to know
  });

  it.each([
    ['failed', 'GW_UPSTREAM_ERROR', gatewayError('GW_UPSTREAM_ERROR')],
    ['failed', 'GW_INTERNAL', new TypeError('x is undefined')],
    ['skipped', undefined, new SkipTarget('is full')],
  ] as const)('settles an attempt that is not answered: %s, %s', async (outcome, code, error) => {
    for (const place of ['before', 'send']) {
      const failing = async (): Promise<never> => {
        throw error;
      };
      const { sent, exchange } = place === 'before' ? attempting(async () => answer, failing) : attempting(failing);
      await expect(sent()).rejects.toBe(error);
      expect(exchange.attempts).toMatchObject([{ outcome, error: code, usage: undefined, status: undefined }]);
    }
  });

  it('settles as aborted whatever broke when the client has left', async () => {
    const { sent, exchange } = attempting(async (attempt) => {
      attempt.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
      throw gatewayError('GW_UPSTREAM_TRUNCATED');
    });
    await expect(sent()).rejects.toThrow();
    expect(exchange.attempts).toMatchObject([{ outcome: 'aborted', error: 'GW_CLIENT_CLOSED' }]);
  });

  it('sends nothing when a plugin refuses', async () => {
    const refusal = new GatewayError({ status: 402, code: 'BUDGET', message: 'spent' });
    let sends = 0;
    const { sent } = attempting(
      async () => {
        sends += 1;
        return answer;
      },
      () => Promise.reject(refusal),
    );
    await expect(sent()).rejects.toBe(refusal);
    expect(sends).toBe(0);
  });
});

describe('withCredential', () => {
  const keyed = (count: number) =>
    defineProvider({
      name: 'keyed',
      baseUrl: 'http://127.0.0.1:9/v1',
      paths: { 'openai-chat': '/chat' },
      credentials: Array.from({ length: count }, (_, index) => ({ headers: { authorization: `Bearer sk-${index}` } })),
    });

  /** Sends with `count` keys; `outcome` says what happens with each. */
  function sendingWith(count: number, outcome: (key: string) => GatewayResponse | Error) {
    const provider = keyed(count);
    const clock = manualClock();
    const made = madeExchange([provider], { clock });
    const shown: string[] = [];
    const next = withCredential(new CredentialPools([provider], clock), async ({ credential, kind }) => {
      shown.push(`${kind} ${credential.name}`);
      const result = outcome(credential.name);
      if (result instanceof Error) throw result;
      return result;
    });
    const { credential: _, ...addressed } = firstTry(made.exchange, made.targets[0]!);
    return { ...made, clock, shown, sent: () => next(addressed) };
  }

  it('shows the keys in turn', async () => {
    const { sent, shown } = sendingWith(3, () => answer);
    for (let call = 0; call < 4; call += 1) await sent();
    expect(shown).toEqual(['first key-1', 'first key-2', 'first key-3', 'first key-1']);
  });

  it.each(['GW_UPSTREAM_AUTH', 'GW_UPSTREAM_RATE_LIMITED'] as const)(
    '%s: another key is tried at once, and the refused one rests',
    async (code) => {
      const { sent, shown, clock } = sendingWith(2, (key) => (key === 'key-1' ? gatewayError(code) : answer));
      expect(await sent()).toBe(answer);
      expect(shown).toEqual(['first key-1', 'retry key-2']);
      expect(await sent()).toBe(answer);
      expect(shown.slice(2)).toEqual(['first key-2']);
      clock.advance(61_000);
      await sent();
      expect(shown.slice(3)).toEqual(['first key-1', 'retry key-2']);
    },
  );

  it('lets a key rest as long as the provider says', async () => {
    const limited = gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers: { 'retry-after-ms': '20000' } });
    const { sent, shown, clock } = sendingWith(2, (key) => (key === 'key-1' ? limited : answer));
    await sent();
    clock.advance(19_000);
    await sent();
    expect(shown.slice(2)).toEqual(['first key-2']);
    clock.advance(2_000);
    await sent();
    expect(shown.slice(3)).toEqual(['first key-1', 'retry key-2']);
  });

  it('tells the error once every key was refused, each asked once', async () => {
    const { sent, shown } = sendingWith(3, () => gatewayError('GW_UPSTREAM_AUTH'));
    await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(shown).toEqual(['first key-1', 'retry key-2', 'retry key-3']);
  });

  it('never takes the last key away', async () => {
    const { sent, shown } = sendingWith(1, () => gatewayError('GW_UPSTREAM_AUTH'));
    for (let call = 0; call < 2; call += 1) await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(shown).toEqual(['first key-1', 'first key-1']);
  });

  it('tries no other key for what a key has no part in, nor for a client that left', async () => {
    const broken = sendingWith(2, () => gatewayError('GW_UPSTREAM_ERROR'));
    await expect(broken.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_ERROR' });
    expect(broken.shown).toHaveLength(1);

    const left = sendingWith(2, () => {
      left.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
      return gatewayError('GW_UPSTREAM_AUTH');
    });
    await expect(left.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(left.shown).toHaveLength(1);
  });
});
