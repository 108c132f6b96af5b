import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageSplitter, type StreamMessage } from '../../../providers/bedrock/src/event-stream.ts';
import { checksum, framed, streamMessage } from './event-stream-writer.ts';

/** The example that AWS's own library writes (`@smithy/eventstream-codec`): a `messageStart` of Converse. */
const recorded = Buffer.from(
  '00000076000000' +
    '5296d5fade0b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e' +
    '0d3a6d6573736167652d747970650700056576656e747b22726f6c65223a22617373697374616e74227d6fa8c599',
  'hex',
);

function pushed(...chunks: Buffer[]): StreamMessage[] {
  const splitter = new MessageSplitter();
  const messages = chunks.flatMap((chunk) => splitter.push(chunk));
  expect(splitter.incomplete).toBe(false);
  return messages;
}

function shown(messages: readonly StreamMessage[]): [Record<string, string>, string][] {
  return messages.map(({ headers, payload }) => [Object.fromEntries(headers), payload.toString('utf8')]);
}

describe('bytes that cannot be a message', () => {
  const good = streamMessage({ ':event-type': 'x' }, '{"a":1}');

  it('are refused wherever one of them is wrong', () => {
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
      expect(() => pushed(bad), `byte ${at}`).toThrow(/checksum/);
    }
  });

  it('are refused as soon as the prelude is there, however much it announces', () => {
    const prelude = Buffer.alloc(8);
    prelude.writeUInt32BE(0x7fffffff, 0);
    expect(() => new MessageSplitter().push(Buffer.concat([prelude, checksum(prelude)]))).toThrow(/larger than 16777216 bytes/);
  });

  it('are refused when their headers do not fit in', () => {
    const prelude = Buffer.alloc(8);
    prelude.writeUInt32BE(16, 0);
    prelude.writeUInt32BE(1, 4);
    expect(() => new MessageSplitter().push(Buffer.concat([prelude, checksum(prelude)]))).toThrow(/shorter than its headers/);
  });

  it.each([
    ['a type that nobody knows', Buffer.from([1, 0x61, 10, 0]), /type that nobody knows/],
    ['a text longer than the headers', Buffer.from([1, 0x61, 7, 0, 9, 0x62]), /longer than all of them/],
    ['a number longer than the headers', Buffer.from([1, 0x61, 4, 0]), /longer than all of them/],
    ['a name without an end', Buffer.from([9, 0x61]), RangeError],
    ['half a length', Buffer.from([1, 0x61, 7, 0]), RangeError],
  ])('are refused when a header has %s', (_what, headers, problem) => {
    expect(() => pushed(framed(headers, Buffer.alloc(0)))).toThrow(problem);
  });
});

describe('a stream of messages', () => {
  it('is read as AWS writes it', () => {
    expect(shown(pushed(recorded))).toEqual([
      [{ ':event-type': 'messageStart', ':content-type': 'application/json', ':message-type': 'event' }, '{"role":"assistant"}'],
    ]);
  });

  it('may have headers of every type, of which the texts are kept', () => {
    const headers = Buffer.concat([
      Buffer.from([1, 0x61, 0, 1, 0x62, 1]),
      Buffer.from([1, 0x63, 2, 9]),
      Buffer.from([1, 0x64, 3, 9, 9]),
      Buffer.from([1, 0x65, 4, 9, 9, 9, 9]),
      Buffer.from([1, 0x66, 5, ...Buffer.alloc(8)]),
      Buffer.from([1, 0x67, 6, 0, 2, 9, 9]),
      Buffer.from([1, 0x68, 8, ...Buffer.alloc(8)]),
      Buffer.from([1, 0x69, 9, ...Buffer.alloc(16)]),
      Buffer.from([1, 0x6a, 7, 0, 2, 0xc3, 0xa9]),
    ]);
    expect(shown(pushed(framed(headers, Buffer.from('p'))))).toEqual([[{ j: 'é' }, 'p']]);
  });

  it('is the same cut at every byte', () => {
    const stream = Buffer.concat([recorded, streamMessage({ a: 'b' }, ''), streamMessage({}, 'x'.repeat(200)), recorded]);
    const whole = shown(pushed(stream));
    expect(whole).toHaveLength(4);
    for (let at = 0; at <= stream.length; at += 1) expect(shown(pushed(stream.subarray(0, at), stream.subarray(at)))).toEqual(whole);
  });

  it('is the same in any pieces, whatever it holds', () => {
    const texts = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 40 }), {
      maxKeys: 4,
      noNullPrototype: true,
    });
    const streams = fc.array(fc.tuple(texts, fc.string({ unit: 'grapheme' })), { maxLength: 6 });
    fc.assert(
      fc.property(streams, fc.array(fc.nat({ max: 60 })), (messages, sizes) => {
        const stream = Buffer.concat(messages.map(([headers, payload]) => streamMessage(headers, payload)));
        const pieces: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(shown(pushed(...pieces, stream.subarray(at)))).toEqual(messages);
      }),
    );
  });

  it('is incomplete while a message is, and not between two', () => {
    const splitter = new MessageSplitter();
    expect(splitter.incomplete).toBe(false);
    for (const byte of recorded.subarray(0, -1)) {
      expect(splitter.push(Buffer.of(byte))).toEqual([]);
      expect(splitter.incomplete).toBe(true);
    }
    expect(splitter.push(recorded.subarray(-1))).toHaveLength(1);
    expect(splitter.incomplete).toBe(false);
  });

  it('costs no more memory than came, whatever was announced, and no time to speak of byte by byte', () => {
    const prelude = Buffer.alloc(8);
    prelude.writeUInt32BE(16 * 1024 * 1024, 0);
    const splitters = Array.from({ length: 200 }, () => new MessageSplitter());
    const before = process.memoryUsage().arrayBuffers;
    for (const splitter of splitters) splitter.push(Buffer.concat([prelude, checksum(prelude), Buffer.alloc(100)]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024);

    const large = streamMessage({}, Buffer.alloc(300_000));
    const splitter = new MessageSplitter();
    const started = performance.now();
    let count = 0;
    for (let at = 0; at < large.length; at += 1) count += splitter.push(large.subarray(at, at + 1)).length;
    expect(count).toBe(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('holds what it was given although the chunk is used again', () => {
    const splitter = new MessageSplitter();
    const chunk = Buffer.from(recorded.subarray(0, 50));
    splitter.push(chunk);
    chunk.fill(0);
    expect(shown(splitter.push(recorded.subarray(50)))).toEqual(shown(pushed(recorded)));
  });
});
