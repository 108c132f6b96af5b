import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { GatewayError, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { asAttempt } from '../../../core/src/upstream/as-attempt.ts';
import { PartScope } from '../../../core/src/upstream/scope.ts';
import { firstTry, madeExchange } from './made-exchange.ts';

const answer = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;
const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

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

  it('settles as aborted what was given up for another that was faster', async () => {
    const made = madeExchange(providers);
    const scope = new PartScope(made.exchange);
    const next = asAttempt(nothingBefore, async () => {
      scope.cancel(gatewayError('GW_HEDGE_LOST'));
      throw scope.stopped as Error;
    });
    await expect(next({ ...firstTry(made.exchange, made.targets[0]!), scope })).rejects.toMatchObject({ code: 'GW_HEDGE_LOST' });
    expect(made.exchange.attempts).toMatchObject([{ outcome: 'aborted', error: 'GW_HEDGE_LOST' }]);
  });
});
