import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { GatewayError, gatewayError } from '../../../core/src/errors.ts';
import { CarriedBody } from '../../../core/src/handoff/carried-body.ts';

interface Noted {
  readonly body: CarriedBody;
  readonly notes: string[];
  taken: string;
  open: boolean;
}

function carriedBody(source: Readable): Noted {
  const notes: string[] = [];
  const code = (error?: Error): string => (error instanceof GatewayError ? error.code : (error?.message ?? 'whole'));
  const body = new CarriedBody(source, 'image/png', 5, { piece: () => {}, over: (error) => void notes.push(`over ${code(error)}`) });
  return { body, notes, taken: '', open: true };
}

function take(one: Noted): void {
  one.body.attach({
    data(piece) {
      one.taken += piece.toString();
      return one.open;
    },
    end: () => void one.notes.push('end'),
    fail: (error) => void one.notes.push(`fail ${(error as GatewayError).code}`),
  });
}

const soon = () => new Promise((go) => setTimeout(go, 10));

describe('a carried body', () => {
  it('hands on what comes, and ends once', async () => {
    const one = carriedBody(Readable.from([Buffer.from('he'), Buffer.from('llo')]));
    take(one);
    await soon();
    expect([one.taken, one.notes]).toEqual(['hello', ['over whole', 'end']]);
    one.body.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(one.notes).toHaveLength(2);
  });

  it('waits while its taker is behind', async () => {
    const source = new PassThrough();
    const one = carriedBody(source);
    one.open = false;
    take(one);
    source.write('a');
    await soon();
    source.write('b');
    await soon();
    expect([one.taken, one.body.paused]).toEqual(['a', true]);
    one.open = true;
    one.body.resume();
    source.end();
    await soon();
    expect([one.taken, one.body.paused, one.notes]).toEqual(['ab', false, ['over whole', 'end']]);
  });

  it.each([
    ['breaks', (source: PassThrough) => source.destroy(new Error('aborted'))],
    ['is just closed', (source: PassThrough) => source.destroy()],
  ])('that %s is truncated, whether somebody takes it then or later', async (_how, end) => {
    for (const early of [true, false]) {
      const source = new PassThrough();
      const one = carriedBody(source);
      if (early) take(one);
      source.write('he');
      await soon();
      end(source);
      await soon();
      if (!early) take(one);
      expect(one.notes).toEqual(['over GW_UPSTREAM_TRUNCATED', 'fail GW_UPSTREAM_TRUNCATED']);
    }
  });

  it('that was over or broken before it was looked at says so', async () => {
    const whole = Readable.from([]).resume();
    await soon();
    const one = carriedBody(whole);
    take(one);
    expect(one.notes).toEqual(['over whole', 'end']);
    const cut = carriedBody(new PassThrough().destroy());
    take(cut);
    expect(cut.notes).toEqual(['over GW_UPSTREAM_TRUNCATED', 'fail GW_UPSTREAM_TRUNCATED']);
  });

  it('that is given up closes its source, and hands on nothing more', async () => {
    const source = new PassThrough();
    const one = carriedBody(source);
    take(one);
    source.write('he');
    await soon();
    one.body.abort(gatewayError('GW_CLOSING'));
    source.emit('data', Buffer.from('late'));
    await soon();
    expect([one.taken, one.notes, source.destroyed]).toEqual(['he', ['over GW_CLOSING', 'fail GW_CLOSING'], true]);
  });

  it('has its bytes nowhere', () => {
    const { body } = carriedBody(new PassThrough());
    expect(() => body.bytes()).toThrow(/carried unread/);
    expect(body).toMatchObject({ kind: 'opaque', contentType: 'image/png', byteLength: 5 });
  });
});
