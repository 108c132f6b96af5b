import { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { BodySink, ClientBody } from '../../../core/src/http/client-body.ts';
import { StandInRequest, StandInResponse } from '../../../core/src/http/stand-ins.ts';

/** A client's body that the test hands over. */
function fed(): { body: ClientBody; sink: () => BodySink; notes: string[] } {
  const notes: string[] = [];
  let sink: BodySink | undefined;
  const body = {
    attach: (one: BodySink) => {
      sink = one;
    },
    resume: () => void notes.push('resume'),
    pause: () => void notes.push('pause'),
  } as unknown as ClientBody;
  return { body, sink: () => sink as BodySink, notes };
}

const request = { method: 'POST', path: '/x?a=1', headers: { accept: 'a' } };

const soon = () => new Promise((go) => setTimeout(go, 5));

describe('the request that a proxy gets', () => {
  it('is what is to be sent, and has nothing of a connection', () => {
    const one = new StandInRequest(request, undefined, () => {});
    expect(one).toBeInstanceOf(IncomingMessage);
    expect([one.method, one.url, one.headers, one.httpVersion, one.socket, one.rawHeaders]).toEqual([
      'POST',
      '/x?a=1',
      { accept: 'a' },
      '1.1',
      undefined,
      [],
    ]);
    one.headers['x-mine'] = 'b'; // proxies write into them
    expect(request.headers).toEqual({ accept: 'a' });
  });

  it('ends at once without a body', async () => {
    const one = new StandInRequest(request, undefined, () => {});
    one.resume();
    await soon();
    expect(one.readableEnded).toBe(true);
  });

  it('asks for the body as it is read, and holds it back when nobody reads', async () => {
    const { body, sink, notes } = fed();
    const one = new StandInRequest(request, body, () => {});
    await soon();
    expect(notes).toEqual([]);
    let read = '';
    one.on('data', (piece: Buffer) => {
      read += piece.toString();
    });
    await soon();
    expect(notes).toContain('resume');
    sink().data(Buffer.from('hello'));
    await soon();
    one.pause();
    notes.length = 0;
    sink().data(Buffer.alloc(200_000));
    expect(notes).toEqual(['pause']);
    one.resume();
    await soon();
    expect(notes).toContain('resume');
    sink().end();
    await soon();
    expect([read.length, one.readableEnded]).toEqual([200_005, true]);
  });

  it('shows each piece to its inspector first: what that refuses is not read by anybody', async () => {
    const { body, sink } = fed();
    const failed: string[] = [];
    const inspector = {
      push(piece: Buffer): void {
        if (piece.includes('bad')) throw new Error('refused');
      },
      end(): void {
        throw new Error('unfinished');
      },
    };
    const one = new StandInRequest({ ...request, inspector }, body, (error) => void failed.push(error.message));
    let read = '';
    one.on('data', (piece: Buffer) => {
      read += piece.toString();
    });
    sink().data(Buffer.from('good '));
    sink().data(Buffer.from('bad'));
    sink().end();
    await soon();
    expect([read, failed, one.readableEnded]).toEqual(['good ', ['refused', 'unfinished'], false]);
  });

  it('takes nothing more once it is destroyed', async () => {
    const { body, sink } = fed();
    const one = new StandInRequest(request, body, () => {});
    one.on('error', () => {});
    one.destroy();
    await soon();
    expect(() => sink().data(Buffer.from('late'))).not.toThrow();
    expect(() => sink().end()).not.toThrow();
  });
});

describe('the response that a proxy gets', () => {
  function response(): { one: StandInResponse; notes: string[] } {
    const notes: string[] = [];
    const one = new StandInResponse(new StandInRequest(request, undefined, () => {}), () => void notes.push('cut'));
    one.on('close', () => void notes.push('close'));
    return { one, notes };
  }

  it('says once that its client left: not finished, so that the proxy lets go of its upstream', () => {
    const { one, notes } = response();
    expect(one).toBeInstanceOf(ServerResponse);
    expect([one.headersSent, one.writableFinished, one.destroyed]).toEqual([false, false, false]);
    one.leave(false);
    one.leave(true);
    expect([notes, one.writableFinished, one.destroyed]).toEqual([['close'], false, true]);
  });

  it('says that all is over: finished, so that the proxy keeps the connection', () => {
    const { one, notes } = response();
    one.leave(true);
    expect([notes, one.writableFinished]).toEqual([['close'], true]);
  });

  it('hears that the proxy gave up', () => {
    const { one, notes } = response();
    one.destroy().destroy();
    expect([notes, one.destroyed]).toEqual([['cut'], true]);
    one.leave(false);
    expect(notes).toEqual(['cut', 'close']);
  });
});
