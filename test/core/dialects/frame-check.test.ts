import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameCheck, type FrameSoundness } from '../../../core/src/dialects/frame-check.ts';
import { FrameSplitter } from '../../../core/src/dialects/sse.ts';
import { garbage, jsonText, stringText } from '../json/texts.ts';

/** What the check says of each frame. */
function checked(chunk: Buffer | string, check = new FrameCheck({})): FrameSoundness[] {
  const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
  if (!splitter.push(Buffer.from(chunk))) return [];
  check.chunk(splitter.bytes, splitter.text);
  const said: FrameSoundness[] = [];
  for (let start = 0; start < splitter.text.length; ) {
    const end = splitter.frameEnd(start);
    said.push(check.frame(start, end));
    start = end;
  }
  return said;
}

/** Whether a client can read a frame, by the standard, written down once more: the strict decoding is that of clients in Python. */
function readable(frame: Buffer): FrameSoundness {
  const lines = frame
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/);
  const field = (name: string): string[] =>
    lines.filter((line) => line === name || line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  const data = field('data').join('\n');
  const isError = field('event').at(-1) === 'error';
  if (!isUtf8(frame)) return isError ? 'bad-error' : data === '' ? 'empty' : 'bad';
  if (data === '[DONE]') return 'sound';
  if (data === '' && field('data').length + field('event').length === 0) return 'sound';
  try {
    JSON.parse(data);
    return 'sound';
  } catch {
    if (isError) return 'bad-error';
    return data === '' ? 'empty' : 'bad';
  }
}

const json = '{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}';

describe('FrameCheck', () => {
  it.each([
    ['half an object', 'data: {"a":\n\n', 'bad'],
    ['words', 'data: upstream timed out\n\n', 'bad'],
    ['HTML', 'data: <html>\n\n', 'bad'],
    ['a space', 'data:  \n\n', 'bad'],
    ['two empty lines', 'data:\ndata:\n\n', 'bad'],
    ['two objects', 'data: {}\ndata: {}\n\n', 'bad'],
    ['an object whose end is no data', 'data: {"a":\n1}\n\n', 'bad'],
    ['the same with CR', 'data: {"a":\r1}\n\n', 'bad'],
    ['data that hides behind a CR in the line before', 'event: x\rdata: no\ndata: {}\n\n', 'bad'],
    ['something behind the object in a line of CRLF', 'data: {}x\r\n\r\n', 'bad'],
    ['[DONE] and a space, which clients do not know', 'data: [DONE] \n\n', 'bad'],
    ['words of an error', 'event: error\ndata: overloaded\n\n', 'bad-error'],
    ['an error without words', 'event: error\n\n', 'bad-error'],
    ['data without anything', 'data:\n\n', 'empty'],
    ['a name without data', 'event: ping\n\n', 'empty'],
    ['a bare field', 'data\n\n', 'empty'],
    ['a comment', ': ping\n\n', 'sound'],
    ['a comment that speaks of data', ': data: no\n\n', 'sound'],
    ['a blank line', '\n', 'sound'],
    ['an id alone', 'id: 7\n\n', 'sound'],
    ['[DONE]', 'data: [DONE]\n\n', 'sound'],
    ['[DONE] without its space', 'data:[DONE]\r\n\r\n', 'sound'],
    ['an object', `data: ${json}\n\n`, 'sound'],
    ['an object with CRLF', `data: ${json}\r\n\r\n`, 'sound'],
    ['an object with CR', `data: ${json}\r\r`, 'sound'],
    ['an object with a mark before it', `\uFEFFdata: ${json}\n\n`, 'sound'],
    ['an object in three lines', 'data: {\ndata: "a":1\ndata: }\n\n', 'sound'],
    ['an object with a name, an id and a comment', `: x\nid: 1\nevent: message\ndata: ${json}\n\n`, 'sound'],
    ['a number', 'data: 1\n\n', 'sound'],
  ] as const)('%s is %j: %s', (_what, frame, soundness) => {
    const check = new FrameCheck({});
    for (let time = 0; time < 20; time += 1) expect(checked(frame, check).at(0) ?? 'sound').toBe(soundness);
  });

  it('an event that is not UTF-8 is bad, those beside it are not', () => {
    const cut = Buffer.from('data: {"a":"é"}\n\n');
    const broken = Buffer.concat([cut.subarray(0, 12), cut.subarray(13)]);
    for (let time = 0; time < 20; time += 1) {
      expect(checked(Buffer.concat([cut, broken, cut]))).toEqual(['sound', 'bad', 'sound']);
      const named = Buffer.concat([Buffer.from('event: error\n'), broken]);
      expect(checked(named)).toEqual(['bad-error']);
      expect(checked(Buffer.from([0x3a, 0xff, 0x0a, 0x0a]))).toEqual(['empty']); // a comment: left out, and not counted
    }
  });

  it('says what the standard and JSON.parse say, whatever it has learned: frames of all kinds', () => {
    const one = {};
    const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r');
    const payload = fc.oneof(
      jsonText,
      garbage,
      stringText.map((text) => json.replace('"hi"', () => text)),
      fc.constantFrom(json, json, json.slice(0, -1), '[DONE]', '', ' ', '{"a":"\u0000"}'),
    );
    const rarely = fc.nat(15).map((draw) => draw === 0);
    const before = fc.constantFrom('', '', '', 'event: x', 'event: error', 'id: 1', ': c', 'event: x\rdata: no', 'retry: 5', 'data');
    const field = fc.constantFrom('data: ', 'data: ', 'data:', 'data', ' data:', 'event: ', '\uFEFFdata: ');
    const frame = fc.tuple(before, field, payload, lineEnd, fc.boolean(), rarely).map(([first, name, data, end, spread, broken]) => {
      const written = spread ? data.split(/\r\n|\r|\n/).join(`${end}data: `) : data;
      const text = `${first === '' ? '' : first + end}${name}${written}${end}${end}`;
      const bytes = Buffer.from(text);
      return broken ? Buffer.from(bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 0x80 : byte))) : bytes;
    });
    const seen = new Set<FrameSoundness>();
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 6 }).map((frames) => Buffer.concat(frames)),
        fc.nat(10),
        (bytes, times) => {
          for (let time = 0; time <= times; time += 1) {
            const check = new FrameCheck(one);
            const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
            if (!splitter.push(bytes)) return;
            check.chunk(splitter.bytes, splitter.text);
            for (let start = 0; start < splitter.text.length; ) {
              const end = splitter.frameEnd(start);
              const said = check.frame(start, end);
              expect([said, String(splitter.bytes.subarray(start, end))]).toEqual([
                readable(splitter.bytes.subarray(start, end)),
                String(splitter.bytes.subarray(start, end)),
              ]);
              seen.add(said);
              start = end;
            }
          }
        },
      ),
      { numRuns: 3_000 },
    );
    expect(seen).toEqual(new Set(['sound', 'bad', 'bad-error', 'empty']));
  });

  it('sees the one broken event among thousands that are alike', () => {
    const check = new FrameCheck({});
    const event = (index: number): string => `data: ${json.replace('hi', `word ${index}`)}\n\n`;
    for (let index = 0; index < 2_000; index += 1) {
      expect(checked(event(index), check)).toEqual(['sound']);
      expect(checked(event(index).replace('word', 'wo"rd'), check)).toEqual(['bad']);
    }
  });

  it('sees it between others that come in one chunk', () => {
    const check = new FrameCheck({});
    const event = `event: message\ndata: ${json}\n\n`;
    checked(event.repeat(20), check);
    for (const broken of [
      event.replace('hi', 'h\ti'),
      event.replace('}]}', '}]}}'),
      event.replace('\n\n', '\ndata: x\n\n'),
      event.replace('message', 'x\rdata: no'),
    ])
      expect(checked(event.repeat(3) + broken + event.repeat(3), check)).toEqual([
        'sound',
        'sound',
        'sound',
        'bad',
        'sound',
        'sound',
        'sound',
      ]);
  });

  it('parses what it has not seen, and nothing of what comes again in this stream or another of the dialect', () => {
    const parse = JSON.parse;
    let parsed = 0;
    JSON.parse = (...parameters) => {
      parsed += 1;
      return parse(...parameters);
    };
    try {
      const dialect = {};
      const events = Array.from({ length: 100 }, (_, index) => `event: message\r\ndata: ${json.replace('hi', `${index}é`)}\r\n\r\n`).join(
        '',
      );
      checked(events, new FrameCheck(dialect));
      expect(parsed).toBe(8);
      checked(events, new FrameCheck(dialect));
      expect(parsed).toBe(8);
      checked(events, new FrameCheck({}));
      expect(parsed).toBe(16);
    } finally {
      JSON.parse = parse;
    }
  });

  it('learns from 64 frames of a stream and no more', () => {
    const check = new FrameCheck({});
    const odd = Array.from({ length: 64 }, (_, index) => `data: {"k${index}":1}\n\n`).join('');
    expect(checked(odd, check)).toEqual(Array.from({ length: 64 }, () => 'sound'));
    const parse = JSON.parse;
    let parsed = 0;
    JSON.parse = (...parameters) => {
      parsed += 1;
      return parse(...parameters);
    };
    try {
      expect(new Set(checked(`data: ${json}\n\n`.repeat(20), check))).toEqual(new Set(['sound']));
      expect(parsed).toBe(20);
    } finally {
      JSON.parse = parse;
    }
  });
});
