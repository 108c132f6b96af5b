import { describe, expect, it } from 'vitest';
import { openaiRealtime } from '../../../core/src/dialects/openai-realtime/openai-realtime.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { openedBy } from '../../../core/src/sockets/frame-inbound.ts';
import { RealtimeTurn } from '../../../core/src/sockets/realtime-turn.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

function made(bytes = 10) {
  const notes: string[] = [];
  const turn = new RealtimeTurn({
    parts: { clock: systemClock(), logger: recordingLogger(), router: new Router([], {}) },
    dialect: openaiRealtime,
    by: openedBy(new InProcessInbound('GET', '/v1/realtime', {}, Buffer.alloc(0))),
    target: { id: 'openai/m', provider: 'openai', model: 'm' },
    model: 'voice',
    totalMs: 1_000,
    bytes,
    eventId: 'e1',
    onAllowed: () => notes.push('allowed'),
    onGivenUp: () => notes.push('given up'),
    tell: (event) => notes.push(event),
  });
  const carry = () => turn.exchange.dialect.handoff.carry({} as never);
  return { turn, notes, carry };
}

describe('RealtimeTurn', () => {
  it('is not sent on before every hook let it through, and then once', async () => {
    const { turn, notes, carry } = made();
    expect(notes).toEqual([]);
    const carried = carry();
    expect(notes).toEqual(['allowed']);
    turn.begun('r1');
    expect(await carried).toMatchObject({ status: 200 });
    expect(turn.responseId).toBe('r1');
  });

  it('fails where it is refused, or cannot go on, before it began; the client hears nothing twice', async () => {
    const refused = made();
    const carried = refused.carry();
    refused.turn.refused();
    await expect(carried).rejects.toMatchObject({ code: 'GW_UPSTREAM_REFUSED' });
    refused.turn.outbound.send(400, [], Buffer.from('x'));
    expect(refused.notes).toEqual(['allowed']);
    const lost = made();
    const waiting = lost.carry();
    lost.turn.failed(gatewayError('GW_UPSTREAM_TRUNCATED'));
    lost.turn.failed(gatewayError('GW_CLOSING'));
    await expect(waiting).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });

  it('is given up where its exchange ends first, and not where it ended by itself', () => {
    const early = made();
    early.turn.ended();
    early.turn.ended();
    expect(early.notes).toEqual(['given up']);
    const whole = made();
    whole.turn.done({ status: 'completed' });
    whole.turn.ended();
    expect(whole.notes).toEqual([]);
  });

  it('knows its usage only from its end', async () => {
    const { turn, carry } = made();
    turn.begun('r1');
    const carried = await carry();
    const usage = (): unknown => (carried as unknown as { usage(): unknown }).usage();
    expect(usage()).toBeUndefined();
    turn.done({ status: 'completed', usage: { output_tokens: 2 } });
    expect(usage()).toMatchObject({ input: undefined, output: 2 });
  });

  it('has the bytes of what asked for it, or none', () => {
    expect(made(10).turn.exchange.bytesIn).toBe(10);
    expect(made(0).turn.exchange.client.present).toBe(false);
  });
});
