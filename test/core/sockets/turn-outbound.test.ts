import { describe, expect, it } from 'vitest';
import { TurnOutbound } from '../../../core/src/sockets/turn-outbound.ts';

function told() {
  const events: string[] = [];
  return { events, outbound: new TurnOutbound((event) => events.push(event)) };
}

describe('TurnOutbound', () => {
  it('tells an error that comes instead of an answer', async () => {
    const { events, outbound } = told();
    outbound.send(429, [], Buffer.from('{"type":"error"}'));
    expect(events).toEqual(['{"type":"error"}']);
    expect(outbound.started).toBe(true);
    expect(await outbound.closed).toBe(true);
  });

  it('tells nothing where the client knows already', async () => {
    const { events, outbound } = told();
    outbound.mute();
    outbound.send(500, [], Buffer.from('x'));
    expect(events).toEqual([]);
    expect(await outbound.closed).toBe(true);
  });

  it('ends whole, or is cut', async () => {
    const whole = told().outbound;
    expect(whole.started).toBe(false);
    whole.start();
    expect([whole.started, whole.write()]).toEqual([true, true]);
    whole.end();
    const broken = told().outbound;
    broken.cut();
    expect(await Promise.all([whole.closed, broken.closed])).toEqual([true, false]);
  });
});
