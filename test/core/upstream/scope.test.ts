import { describe, expect, it } from 'vitest';
import { type GatewayError, gatewayError } from '../../../core/src/errors.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { PartScope, pause } from '../../../core/src/upstream/scope.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { madeExchange } from './made-exchange.ts';

const lost = gatewayError('GW_HEDGE_LOST');
const closed = gatewayError('GW_CLIENT_CLOSED');

function made() {
  const { exchange } = madeExchange([openaiCompatible({ name: 'first', baseUrl: 'http://127.0.0.1:9/v1' })]);
  const heard: GatewayError[] = [];
  return { exchange, heard, hear: (reason: GatewayError) => void heard.push(reason) };
}

describe('PartScope', () => {
  it('ends with what it belongs to, for the same reason', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    scope.onAbort(hear);
    exchange.abort(closed);
    expect(heard).toEqual([closed]);
    expect(scope.stopped).toBe(closed);
    expect(scope.cancelled).toBe(false);
  });

  it('is given up alone: what it belongs to, and its other parts, go on', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    const other = new PartScope(exchange);
    other.onAbort(hear);
    scope.cancel(lost);
    expect([scope.stopped, scope.cancelled]).toEqual([lost, true]);
    expect([other.stopped, exchange.stopped]).toEqual([undefined, undefined]);
    expect(heard).toEqual([]);
  });

  it('tells of one end only, the first', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    scope.onAbort(hear);
    scope.cancel(lost);
    scope.cancel(closed);
    exchange.abort(closed);
    expect(heard).toEqual([lost]);
    expect(scope.stopped).toBe(lost);
  });

  it('tells at once of an end that is past', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    scope.cancel(lost);
    scope.onAbort(hear)();
    expect(heard).toEqual([lost]);
    exchange.abort(closed);
    new PartScope(exchange).onAbort(hear)();
    expect(heard).toEqual([lost, closed]);
  });

  it('tells nothing to who listens no longer', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    scope.onAbort(hear)();
    scope.cancel(lost);
    exchange.abort(closed);
    expect(heard).toEqual([]);
  });

  it('lets every other listener hear when one of them ends the listening of another', () => {
    const { exchange, heard, hear } = made();
    const scope = new PartScope(exchange);
    const stops: (() => void)[] = [];
    scope.onAbort(() => stops[0]?.());
    scope.onAbort(hear);
    stops.push(scope.onAbort(() => {}));
    scope.cancel(lost);
    expect(heard).toEqual([lost]);
  });
});

describe('pause', () => {
  it('waits, and leaves neither a timer nor a listener', async () => {
    const { exchange } = made();
    const clock = manualClock();
    let done = false;
    const waiting = pause(exchange, clock, 100).then(() => {
      done = true;
    });
    clock.advance(99);
    await Promise.resolve();
    expect(done).toBe(false);
    clock.advance(1);
    await waiting;
    exchange.abort(closed); // nobody rejects what is past
    expect(clock.armed).toBe(0);
  });

  it.each([
    ['ends', (scope: PartScope) => setImmediate(() => scope.cancel(lost))],
    ['has ended', (scope: PartScope) => scope.cancel(lost)],
  ])('rejects with the reason when the scope %s, and leaves no timer', async (_when, end) => {
    const { exchange } = made();
    const clock = manualClock();
    const scope = new PartScope(exchange);
    end(scope);
    await expect(pause(scope, clock, 100)).rejects.toBe(lost);
    expect(clock.armed).toBe(0);
  });
});
