import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../../bench/load/answer-reader.ts';

const events = 'data: {"a":1}\n\n: a comment\n\ndata: {"b":"é"}\n\nevent: x\ndata: 1\n\ndata: [DONE]\n\n';
/** Those that begin with `data:`; the comment does not, nor does the one with a name. */
const counted = 3;

function chunked(body: Buffer, size: number): string {
  let text = '';
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    text += `${part.length.toString(16)}\r\n${part.toString('latin1')}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

function stream(size: number): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(Buffer.from(events), size)}`, 'latin1');
}

function read(...parts: readonly Buffer[]): AnswerReader {
  const reader = new AnswerReader();
  for (const part of parts) reader.push(part);
  return reader;
}

describe('a stream', () => {
  it.each([1, 7, 16, 1_000])('in chunks of %d bytes, cut at any byte, has the same events', (size) => {
    const bytes = stream(size);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = read(bytes.subarray(0, cut), bytes.subarray(cut));
      expect([reader.status, reader.complete, reader.events, reader.done]).toEqual([200, true, counted, true]);
    }
  });

  it('byte by byte has the same events', () => {
    const reader = read(...Array.from(stream(5), (byte) => Buffer.from([byte])));
    expect([reader.complete, reader.events, reader.done]).toEqual([true, counted, true]);
  });

  it('without its last chunk is not complete', () => {
    const reader = read(stream(16).subarray(0, -5));
    expect([reader.complete, reader.events]).toEqual([false, counted]);
  });

  it('an event without its blank line does not count', () => {
    const body = Buffer.from('data: 1\n\ndata: 2\n');
    const reader = read(Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(body, 4)}`));
    expect([reader.complete, reader.events, reader.done]).toEqual([true, 1, false]);
  });

  it('that only mentions [DONE] is not done', () => {
    const body = Buffer.from('data: {"text":"data: [DONE]"}\n\n');
    expect(read(Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(body, 100)}`)).done).toBe(false);
  });
});

describe('a stream whose events have names', () => {
  const named = 'event: a\ndata: 1\n\n: a comment\n\ndata: 2\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

  function readNamed(text: string): AnswerReader {
    const reader = new AnswerReader();
    reader.reset('named');
    for (const byte of Buffer.from(head + chunked(Buffer.from(text), 5))) reader.push(Buffer.from([byte]));
    return reader;
  }

  it('has those events, and ends with its own', () => {
    const reader = readNamed(named);
    expect([reader.complete, reader.events, reader.done]).toEqual([true, 2, true]);
    expect(readNamed(`${named}data: [DONE]\n\n`).done).toBe(false);
  });

  it('is one again without names after the next reset', () => {
    const reader = readNamed(named);
    reader.reset();
    reader.push(stream(16));
    expect([reader.events, reader.done]).toEqual([counted, true]);
  });
});

describe('a whole answer', () => {
  const whole = Buffer.from('HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello');

  it('cut at any byte is complete with its last one, and not before', () => {
    for (let cut = 1; cut < whole.length; cut += 1) {
      const reader = read(whole.subarray(0, cut));
      expect(reader.complete).toBe(false);
      reader.push(whole.subarray(cut));
      expect([reader.status, reader.complete, reader.tail]).toEqual([201, true, 'hello']);
    }
  });

  it('without a body is complete with its head', () => {
    expect(read(Buffer.from('HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n')).complete).toBe(true);
  });

  it('without a length ends when the connection closes', () => {
    const reader = read(Buffer.from('HTTP/1.1 200 OK\r\n\r\nhello'));
    expect(reader.complete).toBe(false);
    reader.closed();
    expect(reader.complete).toBe(true);
  });

  it('with a length does not end when the connection closes', () => {
    const reader = read(whole.subarray(0, -1));
    reader.closed();
    expect(reader.complete).toBe(false);
  });

  it('followed by more is an error: nobody asked for it', () => {
    expect(() => read(Buffer.concat([whole, Buffer.from('x')]))).toThrow(/after the end/);
  });

  it('can be followed by the next after a reset', () => {
    const reader = read(stream(16));
    reader.reset();
    reader.push(whole);
    expect([reader.status, reader.events, reader.done, reader.complete]).toEqual([201, 0, false, true]);
  });
});

it.each(['SSH-2.0-x\r\n\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'])('%j cannot be read', (text) => {
  expect(() => read(Buffer.from(text))).toThrow();
});
