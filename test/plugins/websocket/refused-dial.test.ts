import { describe, expect, it } from 'vitest';
import { type PlainAnswer, refusedDial } from '../../../plugins/websocket/src/refused-dial.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

function answer(pieces: () => AsyncGenerator<Buffer>, statusCode: number | undefined = 401): PlainAnswer & { destroyed: boolean } {
  return {
    ...{ statusCode, headers: { 'x-a': 'b' }, destroyed: false },
    destroy() {
      this.destroyed = true;
    },
    [Symbol.asyncIterator]: pieces,
  };
}

describe('refusedDial', () => {
  it('never rejects: what came before a cut is all there is', async () => {
    const broken = answer(async function* () {
      yield Buffer.from('half');
      throw new Error('reset');
    });
    expect(await refusedDial(broken, manualClock())).toEqual({ status: 401, headers: { 'x-a': 'b' }, body: Buffer.from('half') });
  });

  it('reads no more than is worth reading: 64 KiB, and not a byte more', async () => {
    const whole = Buffer.alloc(64 * 1024);
    const fits = answer(async function* () {
      yield whole;
    });
    expect((await refusedDial(fits, manualClock())).body.length).toBe(whole.length);
    let asked = 0;
    const endless = answer(async function* () {
      for (;;) {
        asked += 1;
        yield whole;
      }
    });
    expect((await refusedDial(endless, manualClock())).body.length).toBe(whole.length);
    expect(asked).toBe(2);
  });

  it('waits a second for it, and leaves no timer', async () => {
    const clock = manualClock();
    const slow = answer(async function* () {
      yield Buffer.from('a');
      clock.advance(999);
      expect(slow.destroyed).toBe(false);
      clock.advance(1);
      expect(slow.destroyed).toBe(true);
    });
    expect((await refusedDial(slow, clock)).body.toString()).toBe('a');
    expect(clock.armed).toBe(0);
  });

  it('has a status where the upstream said none', async () => {
    const { status } = await refusedDial({ ...answer(async function* () {}), statusCode: undefined }, manualClock());
    expect(status).toBe(502);
  });
});
