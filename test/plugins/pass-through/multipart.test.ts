import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, FieldInspector } from '../../../plugins/pass-through/src/multipart.ts';

/** What an inspector lets through of a form that comes in these pieces: everything before the piece it refuses. */
function passed(pieces: readonly Buffer[], boundary = 'b'): { readonly sent: Buffer; readonly refused: string | undefined } {
  const sent: Buffer[] = [];
  const inspector = new FieldInspector(boundary, 'purpose', (value) => {
    if (value.startsWith('batch')) throw new Error('refused: a batch');
  });
  try {
    for (const piece of pieces) {
      inspector.push(piece);
      sent.push(piece);
    }
    inspector.end();
    return { sent: Buffer.concat(sent), refused: undefined };
  } catch (error) {
    return { sent: Buffer.concat(sent), refused: (error as Error).message };
  }
}

function part(headers: string, content: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`--b\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
}

const end = Buffer.from('--b--\r\n');
const file = part(
  'Content-Disposition: form-data; name="file"; filename="x.jsonl"\r\nContent-Type: application/jsonl',
  '{"a":1}\n{"b":2}\n',
);
const purpose = (value: string): Buffer => part('content-disposition: form-data; name="purpose"', value);

/** A form cut before each of these bytes. */
function cut(form: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((one) => one % form.length).toSorted((one, other) => one - other), form.length];
  return at.slice(1).map((to, index) => form.subarray(at[index], to));
}

describe('a form', () => {
  it('passes as it is, however it is cut, when the field says nothing that is refused', () => {
    const content = fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => Buffer.from(bytes))
      .filter((bytes) => !bytes.includes('--b'));
    fc.assert(
      fc.property(content, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (bytes, cuts, before) => {
        const other = part('content-disposition: form-data; name="file"; filename="a"', bytes);
        const form = Buffer.concat([...(before ? [purpose('user_data'), other] : [other, purpose('user_data')]), end]);
        const { sent, refused } = passed(cut(form, cuts));
        expect(refused).toBeUndefined();
        expect(sent.equals(form)).toBe(true);
      }),
    );
  });

  it('with the refused value never passes whole, wherever the field stands and the form is cut', () => {
    const parts = fc.shuffledSubarray([file, purpose('assistants'), part('content-disposition: form-data; name="other"', 'batch')]);
    fc.assert(
      fc.property(parts, fc.nat(), fc.array(fc.nat(), { maxLength: 8 }), (others, at, cuts) => {
        const all = [...others];
        all.splice(at % (all.length + 1), 0, purpose('batch'));
        const { sent, refused } = passed(cut(Buffer.concat([...all, end]), cuts));
        expect(refused).toBe('refused: a batch');
        expect(sent.includes('name="purpose"\r\n\r\nbatch\r\n')).toBe(false);
        expect(sent.includes('--b--')).toBe(false);
      }),
    );
  });

  it('is refused at every cut before the value’s last byte has gone on', () => {
    const form = Buffer.concat([file, purpose('batch'), end]);
    const last = form.indexOf('\r\nbatch') + '\r\nbatch'.length;
    for (let at = 1; at < form.length; at += 1) {
      const { sent, refused } = passed([form.subarray(0, at), form.subarray(at)]);
      expect(refused).toBe('refused: a batch');
      expect(sent.length).toBeLessThan(last);
    }
  });

  it('that breaks off within the value is refused by what is there', () => {
    const form = Buffer.concat([file, purpose('batch')]);
    for (const cutOff of [2, 0]) expect(passed([form.subarray(0, form.length - cutOff)]).refused).toBe('refused: a batch');
  });
});

describe('what another reader could read differently', () => {
  const forms: readonly (readonly [what: string, form: string])[] = [
    ['text before the first part', `preamble\r\n${purpose('batch')}${end}`],
    ['an empty line before the first part', `\r\n${purpose('x')}${end}`],
    ['text behind the last part', `${purpose('x')}${end}${purpose('batch')}${end}`],
    [
      'a delimiter behind a bare line feed',
      `--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\n--b\ncontent-disposition: form-data; name="purpose"\n\nbatch\r\n--b--`,
    ],
    [
      'a delimiter behind a bare line feed, and otherwise as it should be',
      `--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\n--b\r\ncontent-disposition: form-data; name="y"\r\n\r\nz\r\n--b--`,
    ],
    [
      'a delimiter right behind the headers',
      `--b\r\ncontent-disposition: form-data; name="file"\r\n\r\n--b\r\ncontent-disposition: form-data; name="y"\r\n\r\nz\r\n--b--`,
    ],
    ['a delimiter in the middle of a line', `--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nx--b\r\n\r\n--b--`],
    ['a delimiter with spaces behind it', `--b \r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--b--`],
    ['lines that end in a line feed', `--b\ncontent-disposition: form-data; name="purpose"\n\nbatch\n--b--\n`],
    [
      'a bare line feed among headers',
      `--b\r\ncontent-disposition: form-data; name="x"\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--`,
    ],
    ['a header that goes on in the next line', `--b\r\ncontent-disposition: form-data;\r\n name="purpose"\r\n\r\nbatch\r\n--b--`],
    ['a name without quotes', `--b\r\ncontent-disposition: form-data; name=purpose\r\n\r\nbatch\r\n--b--`],
    ['a name with an escape', `--b\r\ncontent-disposition: form-data; name="pur\\pose"\r\n\r\nbatch\r\n--b--`],
    ['an encoded name', `--b\r\ncontent-disposition: form-data; name="x"; name*=utf-8''purpose\r\n\r\nbatch\r\n--b--`],
    ['two names', `--b\r\ncontent-disposition: form-data; name="x"; name="purpose"\r\n\r\nbatch\r\n--b--`],
    [
      'two dispositions',
      `--b\r\ncontent-disposition: form-data; name="x"\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--`,
    ],
    ['no disposition', `--b\r\ncontent-type: text/plain\r\n\r\nbatch\r\n--b--`],
    ['no headers', `--b\r\n\r\nbatch\r\n--b--`],
    [
      'an encoded content',
      `--b\r\ncontent-disposition: form-data; name="purpose"\r\ncontent-transfer-encoding: base64\r\n\r\nYmF0Y2g=\r\n--b--`,
    ],
    ['a value with a blank before it', `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n batch\r\n--b--`],
    ['a value in quotes', `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n"batch"\r\n--b--`],
    ['a value in two lines', `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n\r\nbatch\r\n--b--`],
    ['a value in UTF-16', `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nb\u0000a\u0000t\u0000c\u0000h\u0000\r\n--b--`],
    ['an endless value', `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n${'x'.repeat(1000)}\r\n--b--`],
    ['endless headers', `--b\r\nx: ${'y'.repeat(9000)}`],
    ['no end', purpose('assistants').toString()],
    ['nothing', ''],
  ];

  it.each(forms)('is refused: %s', (_what, form) => {
    expect(passed([Buffer.from(form, 'latin1')]).refused).toBeDefined();
    expect(passed([...Buffer.from(form, 'latin1')].map((byte) => Buffer.of(byte))).refused).toBeDefined();
  });

  it.each(['purpose', 'Purpose', 'PURPOSE', 'purpose[]', 'purpose[0]'])('is the field by any spelling: %s', (name) => {
    expect(passed([part(`Content-Disposition: FORM-DATA; name="${name}"`, 'batch'), end]).refused).toBe('refused: a batch');
  });

  it('is not what common clients write', () => {
    const forms = [
      [part('Content-Disposition: form-data; name="purpose"\r\nContent-Type: text/plain; charset=utf-8', 'user_data')],
      [part('Content-Disposition: form-data; name="file"; filename="a b.txt"; filename*=utf-8\'\'a%20b.txt\r\nContent-Length: 1', 'x')],
      [part('Content-Disposition: form-data; name="timestamp_granularities[]"', 'word')],
      [part('content-disposition: form-data; name="file"; filename=x.txt', '')],
    ];
    for (const parts of forms) expect(passed([...parts, end]).refused).toBeUndefined();
    expect(passed([...(forms[0] as Buffer[]), Buffer.from('--b--')]).refused).toBeUndefined();
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; boundary="a b"', undefined],
    ['multipart/form-data; boundary="a:b"', 'a:b'],
    ['Multipart/Form-Data;boundary=----WebKitFormBoundary7MA4', '----WebKitFormBoundary7MA4'],
    ['multipart/form-data; boundary=a; boundary=b', undefined],
    ['multipart/form-data; charset=utf-8; boundary=a', undefined],
    ['multipart/form-data', undefined],
    ['multipart/mixed; boundary=a', undefined],
    ['application/json', undefined],
    ['', undefined],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, undefined],
  ])('of %s is %s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});
