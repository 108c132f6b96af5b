import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter, frameData, frameFields, frameWithData, parseFrameData, utf8 } from '../../../core/src/dialects/sse.ts';
import { growth, milliseconds } from '../json/growth.ts';

interface Cut {
  /** Frames as latin1 text, then what was left. */
  readonly frames: string[];
  readonly rest: string;
}

function cut(chunks: readonly Buffer[], max = 1_000_000): Cut {
  const splitter = new FrameSplitter(max);
  const frames: string[] = [];
  for (const chunk of chunks) {
    if (!splitter.push(chunk)) continue;
    expect(splitter.text).toBe(splitter.bytes.toString('latin1'));
    for (let start = 0; start < splitter.text.length; ) {
      const end = splitter.frameEnd(start);
      expect(end).toBeGreaterThan(start);
      frames.push(splitter.text.slice(start, end));
      start = end;
    }
  }
  const incomplete = splitter.incomplete;
  const rest = splitter.rest().toString('latin1');
  expect(incomplete).toBe(rest !== '');
  expect(splitter.incomplete).toBe(false);
  return { frames, rest };
}

/** What a client sees: names and payloads of the events that have one. */
function seen({ frames }: Cut): string[] {
  return frames
    .map((frame) => frameFields(utf8(frame)))
    .filter(({ data, name }) => data !== '' || name !== undefined)
    .map(({ name, data }) => `${name ?? ''}|${data}`);
}

const chat = [
  ': OPENROUTER PROCESSING\n\n',
  'data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{"content":"Grüße 😀"}}]}\n\n',
  'event: ping\ndata: {}\n\n',
  'data: {"multi":\ndata: 1}\nid: 7\nretry: 10\n\n',
  '\n',
  'data:{"choices":[],"usage":{"prompt_tokens":1}}\n\n',
  'data: [DONE]\n\n',
].join('');

const payloads = [
  '|{"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
  '|{"choices":[{"index":0,"delta":{"content":"Grüße 😀"}}]}',
  'ping|{}',
  '|{"multi":\n1}',
  '|{"choices":[],"usage":{"prompt_tokens":1}}',
  '|[DONE]',
];

const streams: readonly (readonly [string, string])[] = [
  ['LF', chat],
  ['CRLF', chat.replaceAll('\n', '\r\n')],
  ['CR', chat.replaceAll('\n', '\r')],
  ['LF after a byte order mark', `\ufeff${chat}`],
  ['LF, then CRLF', chat.slice(0, 150).replace(/\n[^\n]*$/, '\n') + chat.slice(150).replaceAll('\n', '\r\n')],
];

describe('FrameSplitter', () => {
  it.each(streams.slice(0, 4))('%s: finds the same events at every split, and loses no byte', (_, text) => {
    const bytes = Buffer.from(text);
    const whole = cut([bytes]);
    expect(seen(whole)).toEqual(payloads);
    for (let at = 0; at <= bytes.length; at += 1) {
      const parts = cut([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(seen(parts)).toEqual(payloads);
      expect(parts.frames.join('') + parts.rest).toBe(bytes.toString('latin1'));
    }
    const single = cut(Array.from(bytes, (byte) => Buffer.from([byte])));
    expect(seen(single)).toEqual(payloads);
    expect(single.frames.join('') + single.rest).toBe(bytes.toString('latin1'));
  });

  it('finds the same events in any chunks, line ends mixed', () => {
    const lines = fc.array(
      fc.tuple(fc.constantFrom('data: x', 'data:é', 'event: e', ': c', '', '', 'id: 1'), fc.constantFrom('\n', '\r\n', '\r')),
      {
        maxLength: 14,
      },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat(100), { maxLength: 6 }), (parts, cuts) => {
        const bytes = Buffer.from(`${parts.map((part) => part.join('')).join('')}\n\n`);
        const at = cuts.map((value) => value % (bytes.length + 1)).sort((a, b) => a - b);
        const chunks = [...at, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : at[index - 1], end));
        const result = cut(chunks);
        expect(result.frames.join('') + result.rest).toBe(bytes.toString('latin1'));
        expect(seen(result)).toEqual(model(bytes.toString('utf8')));
      }),
      { numRuns: 4_000 },
    );
  });

  it('keeps back an event without its blank line', () => {
    expect(cut([Buffer.from('data: a\n\ndata: b\n')])).toEqual({ frames: ['data: a\n\n'], rest: 'data: b\n' });
    expect(cut([Buffer.from('data: a\r\n\r\ndata: b\r\n')])).toEqual({ frames: ['data: a\r\n\r\n'], rest: 'data: b\r\n' });
  });

  it('refuses a frame over the limit, however it arrives, and no smaller one', () => {
    const frame = Buffer.from(`data: ${'x'.repeat(90)}\n\n`);
    for (const size of [1, 7, 98]) {
      const chunks = Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => frame.subarray(index * size, (index + 1) * size));
      expect(cut(chunks, 98).frames).toHaveLength(1);
      if (size < 98) expect(() => cut(chunks, 50)).toThrow(RangeError);
    }
    expect(() => cut([Buffer.from('x'.repeat(51))], 50)).toThrow(RangeError);
  });

  it.each(['x', '\r', 'data: x\r', '\n data'])('is linear in 4 MiB of %j in small chunks without a blank line', { retry: 3 }, (unit) => {
    const ratio = growth(
      (size) => {
        const chunks = Array.from({ length: size / 1024 }, () => Buffer.alloc(1024, unit));
        return () => {
          const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
          for (const chunk of chunks) splitter.push(chunk);
        };
      },
      2 * 1024 * 1024,
      3,
    );
    expect(ratio).toBeLessThan(3.2);
  });

  it('takes 4 MiB byte by byte without a line end in bounded time', { retry: 2 }, () => {
    const byte = Buffer.from('x');
    const splitter = new FrameSplitter(4 * 1024 * 1024);
    const took = milliseconds(() => {
      for (let index = 0; index < 4 * 1024 * 1024; index += 1) splitter.push(byte);
    });
    expect(took).toBeLessThan(8_000);
    expect(() => splitter.push(byte)).toThrow(RangeError);
  });

  it.skipIf(!existsSync(join(process.env.GATEWAY_CONFORMANCE_DATA ?? '-', 'sse_cases.jsonl')))(
    'reads recorded event streams as their parsers do (GATEWAY_CONFORMANCE_DATA)',
    () => {
      const rows = readFileSync(join(process.env.GATEWAY_CONFORMANCE_DATA as string, 'sse_cases.jsonl'), 'utf8')
        .trim()
        .split('\n');
      expect(rows.length).toBeGreaterThan(10);
      for (const row of rows) {
        const { id, stream_base64, expected } = JSON.parse(row) as {
          id: string;
          stream_base64?: string;
          expected?: { data?: string }[]; // without data: a reconnection time
        };
        if (stream_base64 === undefined || expected === undefined) continue;
        if (/bom/i.test(id)) continue; // we skip a byte order mark before any frame: we may see more than a client, never less
        const bytes = Buffer.from(stream_base64, 'base64');
        const want = expected.map(({ data }) => data ?? '').filter((data) => data !== '');
        for (const chunks of [[bytes], Array.from(bytes, (byte) => Buffer.from([byte]))]) {
          const frames = cut(chunks).frames.map((frame) => frameFields(utf8(frame)).data);
          expect([id, frames.filter((data) => data !== '')]).toEqual([id, want]);
        }
      }
    },
  );
});

/** The specification, word for word: lines, an empty one dispatches. */
function model(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  let name: string | undefined;
  for (const line of text.split(/\r\n|\n|\r/).slice(0, -1)) {
    if (line === '') {
      if (data.length > 0 || name !== undefined)
        if (data.join('\n') !== '' || name !== undefined) events.push(`${name ?? ''}|${data.join('\n')}`);
      data = [];
      name = undefined;
    } else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
    else if (line.startsWith('event:')) name = line.slice(6).replace(/^ /, '');
  }
  return events;
}

describe('frameData', () => {
  const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

  it.each([
    ['data: {"a":"é"}\n\n', '{"a":"é"}'],
    ['data:x\n\n', 'x'],
    ['data:  x\n\n', ' x'],
    ['data: a\ndata: b\n\n', 'a\nb'],
    ['data\ndata\n\n', '\n'],
    ['event: e\r\ndata: 1\r\n\r\n', '1'],
    ['\ufeffdata: 1\n\n', '1'],
    [': comment\n\n', ''],
    ['\ndata: 1\n\n', '1'],
    ['data: 1\n', '1'],
    ['datax: 1\n\n', ''],
  ])('of %j is %j', (frame, data) => {
    expect(frameData(latin1(frame))).toBe(data);
  });

  it('is parsed where it is JSON', () => {
    expect(parseFrameData(latin1('data: {"a":"é"}\n\n'))).toEqual({ a: 'é' });
    expect(parseFrameData('data: [DONE]\n\n')).toBeUndefined();
    expect(parseFrameData(': ping\n\n')).toBeUndefined();
  });
});

describe('frameFields', () => {
  it('takes the last event name and leaves comments out', () => {
    expect(frameFields('event: a\n: data: no\nevent:b\ndata: 1\n\n')).toEqual({ name: 'b', data: '1' });
    expect(frameFields('data: 1\n\n').name).toBeUndefined();
  });
});

describe('frameWithData', () => {
  it.each([
    ['data: old\n\n', 'data: new\n\n'],
    ['data:old\n\n', 'data:new\n\n'],
    ['event: e\r\nid: 7\r\ndata: old\r\n: note\r\n\r\n', 'event: e\r\nid: 7\r\ndata: new\r\n: note\r\n\r\n'],
    ['data: o\ndata: ld\nretry: 5\n\n', 'data: new\nretry: 5\n\n'],
    ['data: old', 'data: new\n'],
    ['datax: 1\ndata: old\r\r', 'datax: 1\ndata: new\r\r'],
  ])('puts another payload into %j', (frame, expected) => {
    expect(frameWithData(frame, 'new')).toBe(expected);
  });

  it('is read back as it was given, on several lines too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('data: x\n\n', 'event: e\r\ndata:x\r\ndata: y\r\n\r\n', 'id: 1\rdata: x\r\r'),
        fc.array(fc.constantFrom('a', ' ', '\n', 'é', ':')),
        (frame, parts) => {
          const data = parts.join('');
          fc.pre(!(frame.includes('data:x') && data.startsWith(' ')));
          const edited = frameFields(frameWithData(frame, data));
          expect(edited).toEqual({ name: frameFields(frame).name, data });
        },
      ),
    );
  });
});
