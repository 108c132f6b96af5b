import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GatewayError, gatewayError } from '../../../core/src/errors.ts';
import type { FrameDecoder } from '../../../core/src/providers/provider.ts';
import { FramedReply } from '../../../core/src/upstream/framed-reply.ts';
import type { ByteSink, ByteSource } from '../../../core/src/upstream/reply.ts';

/** Frames of a length byte and that many bytes; a length of 255 cannot be. */
function lengthDecoder(): FrameDecoder {
  let held = Buffer.alloc(0);
  return {
    get incomplete() {
      return held.length > 0;
    },
    push(chunk) {
      held = Buffer.concat([held, chunk]);
      let text = '';
      while (held.length > 0 && held.length > (held[0] as number)) {
        const length = held[0] as number;
        if (length === 255) throw new RangeError('no such frame');
        text += `data: ${held.toString('latin1', 1, 1 + length)}\n\n`;
        held = held.subarray(1 + length);
      }
      if (held[0] === 255) throw new RangeError('no such frame');
      return Buffer.from(text, 'latin1');
    },
  };
}

/** A source driven by the test, and what came out of it. */
function framed() {
  const calls: string[] = [];
  const out: string[] = [];
  let sink: ByteSink | undefined;
  const source: ByteSource = {
    over: false,
    attach(one) {
      sink = one;
    },
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    abort: (error) => void calls.push(`abort ${error.code}`),
  };
  const reply = new FramedReply(source, lengthDecoder());
  reply.attach({
    data: (chunk) => void out.push(chunk.toString()),
    end: () => void out.push('end'),
    fail: (error) => void out.push(`fail ${error.code}`),
  });
  return { reply, calls, out, sink: sink as unknown as ByteSink };
}

const frame = (text: string): Buffer => Buffer.from([text.length, ...Buffer.from(text, 'latin1')]);

describe('FramedReply', () => {
  it('gives whole frames as events, wherever they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{0,20}$/), { maxLength: 6 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        (texts, cuts) => {
          const { out, sink } = framed();
          const bytes = Buffer.concat(texts.map(frame));
          const ends = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length))), bytes.length].sort((one, other) => one - other);
          let start = 0;
          for (const end of ends) {
            sink.data(bytes.subarray(start, end));
            start = end;
          }
          sink.end();
          expect(out.join('')).toBe(`${texts.map((text) => `data: ${text}\n\n`).join('')}end`);
        },
      ),
    );
  });

  it('says nothing for half a frame, and calls a stream that stops there cut', () => {
    const { out, sink } = framed();
    sink.data(frame('abc').subarray(0, 2));
    expect(out).toEqual([]);
    sink.end();
    expect(out).toEqual(['fail GW_UPSTREAM_TRUNCATED']);
  });

  it('closes the socket on bytes that cannot be a frame', () => {
    const { calls, sink } = framed();
    sink.data(Buffer.from([255]));
    expect(calls).toEqual(['abort GW_UPSTREAM_BAD_RESPONSE']);
  });

  it('hands on what goes wrong, and who is slow', () => {
    const { reply, calls, out, sink } = framed();
    const error: GatewayError = gatewayError('GW_UPSTREAM_TIMEOUT', { details: { what: 'speak', limit: 1 } });
    reply.pause();
    reply.resume();
    reply.abort(error);
    sink.fail(error);
    expect(calls).toEqual(['pause', 'resume', 'abort GW_UPSTREAM_TIMEOUT']);
    expect(out).toEqual(['fail GW_UPSTREAM_TIMEOUT']);
    expect(reply.over).toBe(false);
  });
});
