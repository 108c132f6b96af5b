import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../core/src/context.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Attempt } from '../../../core/src/upstream/attempt.ts';
import type { ResolvedTarget } from '../../../core/src/upstream/router.ts';
import { gate } from '../harness/loopback.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { firstTry, madeExchange } from './made-exchange.ts';

const usage: Usage = { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} };
const unknown = () => undefined;

function attempts() {
  const clock = manualClock();
  const made = madeExchange([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:9/v1' })], { clock });
  const attempt = () => new Attempt(firstTry(made.exchange, made.targets[0] as ResolvedTarget));
  return { ...made, clock, attempt };
}

describe('Attempt', () => {
  it('has an id that names its exchange and its number', () => {
    const { exchange, attempt } = attempts();
    expect([attempt().id, attempt().id]).toEqual([`${exchange.id}.1`, `${exchange.id}.2`]);
    expect(exchange.attemptCount).toBe(2);
  });

  it('is recorded with its exchange when it ends: target, status, outcome, error, usage and time taken', () => {
    const { exchange, attempt, clock } = attempts();
    const one = attempt();
    one.status = 503;
    clock.advance(40);
    expect(exchange.attempts).toEqual([]);
    one.settle('failed', () => usage, gatewayError('GW_UPSTREAM_ERROR'));
    expect(exchange.attempts).toHaveLength(1);
    expect({ ...exchange.attempts[0], usage: exchange.attempts[0]?.usage }).toEqual({
      id: one.id,
      target: { id: 'up/m', provider: 'up', model: 'm' },
      kind: 'first',
      status: 503,
      outcome: 'failed',
      sent: false,
      error: 'GW_UPSTREAM_ERROR',
      durationMs: 40,
      dropped: [],
      usage,
    });
  });

  it('ends once, whatever else says later that it ended', () => {
    const { exchange, attempt } = attempts();
    const one = attempt();
    const ends: AttemptEnd[] = [];
    one.context().onSettled((end) => void ends.push(end));
    one.settle('completed', () => usage);
    one.settle('failed', unknown, gatewayError('GW_UPSTREAM_TRUNCATED'));
    expect(exchange.attempts.map(({ outcome }) => outcome)).toEqual(['completed']);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['completed']);
  });

  it('reads the usage only for who asks: that parses the answer', () => {
    const { exchange, attempt } = attempts();
    let reads = 0;
    attempt().settle('completed', () => {
      reads += 1;
      return usage;
    });
    expect(reads).toBe(0);
    expect(exchange.attempts[0]?.usage).toBe(usage);
    expect(reads).toBe(1);
  });

  it('tells a listener that comes late at once', () => {
    const { attempt } = attempts();
    const one = attempt();
    one.settle('completed', () => usage);
    const ends: AttemptEnd[] = [];
    one.context().onSettled((end) => void ends.push(end));
    expect(ends.map((end) => [end.outcome, end.usage])).toEqual([['completed', usage]]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('ledger is gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('ledger is gone'))],
  ])('logs a listener that %s; the others hear of the end all the same', async (_how, failing) => {
    const { exchange, attempt, logger } = attempts();
    const one = attempt();
    const ends: AttemptEnd[] = [];
    one.context().onSettled(failing);
    one.context().onSettled((end) => void ends.push(end));
    one.settle('completed', unknown);
    await exchange.settle(true);
    expect(ends).toHaveLength(1);
    expect(logger.texts('error')).toEqual([expect.stringContaining('ledger is gone')]);
    expect(logger.lines[0]?.fields.attempt).toBe(one.id);
  });

  it('is waited for by the settlement of its exchange', async () => {
    const { exchange, attempt } = attempts();
    const { open, opened } = gate();
    const one = attempt();
    one.context().onSettled(() => opened);
    one.settle('completed', unknown);
    let settled = false;
    const settling = Promise.resolve(exchange.settle(true)).then(() => {
      settled = true;
    });
    await new Promise((go) => setImmediate(go));
    expect(settled).toBe(false);
    open();
    await settling;
  });

  it('shows plugins its exchange, its target and its kind, and takes their edits and taps', () => {
    const { exchange, attempt } = attempts();
    const one = attempt();
    const context = one.context();
    const tap = () => {};
    context.set(['max_tokens'], 5);
    context.tap(tap);
    expect(context).toMatchObject({ id: one.id, kind: 'first', target: { id: 'up/m' } });
    expect(context.exchange.id).toBe(exchange.id);
    expect(context.exchange.call.model).toBe('chat');
    expect(one.edits).toEqual([{ path: ['max_tokens'], value: 5 }]);
    expect(one.taps).toEqual([tap]);
  });
});
