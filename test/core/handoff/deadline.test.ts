import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../core/src/errors.ts';
import { HandoffDeadline, type Turn } from '../../../core/src/handoff/deadline.ts';
import { type ManualClock, manualClock } from '../harness/manual-clock.ts';

function deadline(turn: () => Turn = () => 'upstream'): { clock: ManualClock; late: GatewayError[]; one: HandoffDeadline } {
  const clock = manualClock();
  const late: GatewayError[] = [];
  return { clock, late, one: new HandoffDeadline(clock, { idleMs: 100, totalMs: 1000 }, turn, (error) => late.push(error)) };
}

describe('the limits of a transfer', () => {
  it('end a silence of the upstream’s, before and after it began to answer', () => {
    const { clock, late } = deadline();
    clock.advance(99);
    expect(late).toEqual([]);
    clock.advance(1);
    expect(late).toMatchObject([{ code: 'GW_UPSTREAM_TIMEOUT', message: expect.stringContaining('begin its answer within 100 ms') }]);
    const begun = deadline();
    begun.clock.advance(50);
    begun.one.answering();
    begun.clock.advance(99);
    expect(begun.late).toEqual([]);
    begun.clock.advance(1);
    expect(begun.late).toMatchObject([{ message: expect.stringContaining('go on with its answer within 100 ms') }]);
  });

  it('end a silence of the client’s as its own', () => {
    const { clock, late } = deadline(() => 'client');
    clock.advance(100);
    expect(late).toMatchObject([{ code: 'GW_BODY_TIMEOUT', status: 408 }]);
  });

  it('do not count while a client takes its time to read', () => {
    let turn: Turn = 'nobody';
    const { clock, late, one } = deadline(() => turn);
    clock.advance(950);
    expect(late).toEqual([]);
    turn = 'upstream';
    one.byte();
    clock.advance(50);
    expect(late).toMatchObject([{ message: expect.stringContaining('finish its answer within 1000 ms') }]);
  });

  it('end what never ends, however lively', () => {
    const { clock, late, one } = deadline();
    for (let time = 0; time < 99; time += 1) {
      clock.advance(10);
      one.byte();
    }
    expect(late).toEqual([]);
    clock.advance(10);
    expect(late).toMatchObject([{ code: 'GW_UPSTREAM_TIMEOUT', message: expect.stringContaining('finish its answer within 1000 ms') }]);
  });

  it('cost one timer, and none after the end', () => {
    const { clock, late, one } = deadline();
    for (let time = 0; time < 20; time += 1) {
      one.byte();
      expect(clock.armed).toBe(1);
      clock.advance(30);
    }
    one.cancel();
    expect(clock.armed).toBe(0);
    clock.advance(10_000);
    expect(late).toEqual([]);
  });
});
