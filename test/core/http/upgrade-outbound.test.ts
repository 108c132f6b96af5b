import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { UpgradeOutbound } from '../../../core/src/http/upgrade-outbound.ts';

function made(opens = true) {
  const notes: string[] = [];
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  const outbound = new UpgradeOutbound(
    res,
    (headers) => {
      notes.push(`open ${headers.join()}`);
      return opens;
    },
    () => notes.push('gone'),
  );
  return { notes, res, outbound };
}

describe('UpgradeOutbound', () => {
  it('hears of a client that left before it was answered', async () => {
    const { notes, res, outbound } = made();
    res.emit('close');
    expect(notes).toEqual(['gone']);
    expect(await outbound.closed).toBe(false);
  });

  it('does not take an opened connection’s end for a client that left, and cuts none', async () => {
    const { notes, res, outbound } = made();
    expect(outbound.started).toBe(false);
    outbound.send(101, ['x-a', 'b'], Buffer.alloc(0));
    expect([outbound.started, outbound.waiting]).toEqual([true, false]);
    outbound.cut(Buffer.alloc(0));
    res.emit('close');
    expect(notes).toEqual(['open x-a,b']);
    expect(res.destroyed).toBe(false);
    expect(await outbound.closed).toBe(true);
  });

  it('is not delivered where the handshake is no proper one', async () => {
    const { outbound } = made(false);
    outbound.send(101, [], Buffer.alloc(0));
    expect(await outbound.closed).toBe(false);
  });

  it('answers everything else as any response', () => {
    const { notes, res, outbound } = made();
    outbound.send(403, ['x-a', 'b'], Buffer.from('no'));
    expect([res.statusCode, res.getHeader('x-a'), res.writableEnded, outbound.started, notes]).toEqual([
      403,
      res.getHeader('x-a'),
      true,
      true,
      [],
    ]);
  });
});
