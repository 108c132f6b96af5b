import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScanError, type ScanLimits, scanJson } from '../../../core/src/json/scan.ts';
import { growth, milliseconds } from './growth.ts';
import { documentText, garbage, jsonText, objectText, stringText } from './texts.ts';

/** The refusal of a text; undefined when it is let through. */
function refusal(text: string, limits?: ScanLimits): JsonScanError | undefined {
  try {
    scanJson(text, limits);
    return undefined;
  } catch (error) {
    if (error instanceof JsonScanError) return error;
    throw error;
  }
}

describe('scanJson: duplicate keys', () => {
  it.each([
    ['{"a":1,"a":2}', 'a', 7],
    ['{"a":1,"\\u0061":2}', 'a', 7],
    ['{"x":[0,{"b":{"c":1,"d":2,"c":3}}]}', 'x[1].b.c', 26],
    ['[{"k":1},{"k":1,"k":1}]', '[1].k', 16],
    ['{"a":{"a":{"a":1}},"a":0}', 'a', 19],
    ['{"":1,"":2}', '', 6],
    ['{"__proto__":1,"__proto__":2}', '__proto__', 15],
  ])('%s is refused with the path and the offset of the second', (text, path, offset) => {
    expect(refusal(text)).toMatchObject({ kind: 'duplicate-key', path, offset });
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":["a","a"]}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"A":1,"a":2}',
    '{"é":1,"e\u0301":2}',
  ])('%s has none', (text) => {
    expect(refusal(text)).toBeUndefined();
  });

  it('finds them among many keys, the first key included', () => {
    const keys = Array.from({ length: 50 }, (_, index) => `"k${index}":0`);
    for (const again of [0, 1, 7, 8, 9, 49])
      expect(refusal(`{${[...keys, `"k${again}":1`].join(',')}}`)).toMatchObject({ kind: 'duplicate-key', path: `k${again}` });
    expect(refusal(`{${keys.join(',')}}`)).toBeUndefined();
  });

  it('finds one planted in any object, at any depth, however it is written', () => {
    const planted = fc.tuple(
      objectText,
      fc.array(fc.constantFrom('[0,', '{"deep":', '[', '{"\\"}":1,"x":'), { maxLength: 12 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(planted, ([object, around, escaped]) => {
        const key = escaped ? '"\\u0064up"' : '"dup"';
        const body = object.slice(1, -1).trim() === '' ? '' : `,${object.slice(1, -1)}`;
        const doubled = `{"dup":1${body},${key}:2}`;
        const text =
          around.join('') +
          doubled +
          around
            .map((open) => (open[0] === '[' ? ']' : '}'))
            .reverse()
            .join('');
        JSON.parse(text);
        expect(refusal(text)?.kind).toBe('duplicate-key');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('scanJson: what is let through', () => {
  it('never refuses valid JSON without duplicates', () => {
    fc.assert(
      fc.property(documentText, (text) => {
        expect(refusal(text)).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
  });

  it('notes where each member of the root object stands, exactly', () => {
    fc.assert(
      fc.property(objectText, fc.constantFrom('', ' ', '\n'), (object, before) => {
        const text = before + object;
        const { members, rootEnd } = scanJson(text);
        const value = JSON.parse(text) as Record<string, unknown>;
        expect([...members.keys()].sort()).toEqual(Object.keys(value).sort());
        for (const [key, span] of members) {
          expect(JSON.parse(text.slice(span.valueStart, span.valueEnd))).toEqual(value[key]);
          expect(text.slice(span.valueStart, span.valueEnd)).toBe(text.slice(span.valueStart, span.valueEnd).trim());
          expect(text.slice(span.keyStart).startsWith('"')).toBe(true);
        }
        expect(text.slice(rootEnd)).toBe('}');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":"\\n","b":["\\u0061"]}', false],
    ['{"a\\n":1}', true],
    ['[{"a":{"\\u0061":1}}]', true],
  ])('%s: a key has an escape: %s', (text, expected) => {
    expect(scanJson(text).escapedKeys).toBe(expected);
  });

  it('knows no members of other roots', () => {
    for (const text of ['[{"a":1}]', '"a"', '1', 'null', ''])
      expect(scanJson(text)).toEqual({ members: new Map(), rootEnd: -1, escapedKeys: false });
  });
});

describe('scanJson: limits', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it('lets 64 levels through and refuses the 65th', () => {
    expect(refusal(nested(64))).toBeUndefined();
    expect(refusal(nested(65))).toMatchObject({ kind: 'depth', offset: 64 });
    expect(refusal(nested(3), { depth: 2 })).toMatchObject({ kind: 'depth', offset: 2, path: '[0][0]' });
  });

  it('says where it is too deep', () => {
    expect(refusal('{"a":[1,{"b":[]}]}', { depth: 3 })).toMatchObject({ kind: 'depth', path: 'a[1].b' });
  });

  it('counts members and elements of all levels', () => {
    expect(refusal('[1,2,3]', { values: 3 })).toBeUndefined();
    expect(refusal('[1,2,3,4]', { values: 3 })).toMatchObject({ kind: 'values' });
    expect(refusal('[[1,2],[3,4]]', { values: 4 })).toMatchObject({ kind: 'values' });
  });

  it('counts the keys of each object', () => {
    expect(refusal('{"a":1,"b":2}', { keys: 2 })).toBeUndefined();
    expect(refusal('{"x":{"a":1,"b":2,"c":3}}', { keys: 2 })).toMatchObject({ kind: 'keys', path: 'x.c' });
    expect(refusal('[{"a":1,"b":2},{"a":1,"b":2}]', { keys: 2 })).toBeUndefined();
  });

  it.each(['"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '{"\\uD800":1}', '["ok","\\ud83dx"]', '"\\ud83d\\n\\ude00"'])(
    '%s holds half of a surrogate pair and is refused',
    (text) => {
      expect(refusal(text)?.kind).toBe('lone-surrogate');
    },
  );

  it.each(['"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\\\ud83d"', '"\\\\\\\\ud83d"', '"\\ud7ff\\ue000"', '"\\ud83d\\ude00\\\\ud83d"'])(
    '%s is whole',
    (text) => {
      expect(refusal(text)).toBeUndefined();
    },
  );

  it('lets halves through where the caller says so', () => {
    expect(refusal('"\\ud83d"', { loneSurrogates: true })).toBeUndefined();
  });
});

describe('scanJson: anything else', () => {
  it('throws nothing but its own error, and its spans stay within the text', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          const { members, rootEnd } = scanJson(text, { depth: 8, values: 20, keys: 5 });
          expect(rootEnd).toBeLessThan(text.length);
          for (const span of members.values()) {
            expect(span.keyStart).toBeLessThan(text.length);
            expect(span.valueEnd).toBeLessThanOrEqual(text.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(JsonScanError);
          expect((error as JsonScanError).offset).toBeLessThan(text.length);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('lets the parser speak about what is not JSON, and refuses only what the limits name', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const kind = refusal(text)?.kind;
        if (valid && kind !== undefined) expect(['duplicate-key', 'lone-surrogate']).toContain(kind);
      }),
      { numRuns: 3_000 },
    );
  });

  it.skipIf(!existsSync(join(process.env.GATEWAY_CONFORMANCE_DATA ?? '-', 'jsontestsuite.jsonl')))(
    'scans every text of the JSON test suite (GATEWAY_CONFORMANCE_DATA): all to be accepted pass, nothing foreign is thrown',
    () => {
      const lines = readFileSync(join(process.env.GATEWAY_CONFORMANCE_DATA as string, 'jsontestsuite.jsonl'), 'utf8')
        .trim()
        .split('\n');
      let read = 0;
      for (const line of lines) {
        const row = JSON.parse(line) as { name: string; expect: string; base64?: string };
        if (row.base64 === undefined) continue;
        const error = refusal(Buffer.from(row.base64, 'base64').toString('utf8'));
        read += 1;
        if (row.expect === 'accept' && error !== undefined) expect([row.name, error.kind]).toEqual([row.name, 'duplicate-key']);
      }
      expect(read).toBeGreaterThan(300);
    },
  );
});

// Ratios between two sizes, best of several rounds: a slow machine is slow at both.
describe('scanJson: cost', () => {
  const hostile: readonly (readonly [string, (size: number) => string])[] = [
    ['many escaped quotes', (size) => `"${'\\"'.repeat(size)}"`],
    ['a run of backslashes', (size) => `"${'\\\\'.repeat(size)}"`],
    ['many short strings', (size) => `[${'"",'.repeat(size)}""]`],
    ['many keys', (size) => `{${Array.from({ length: size }, (_, index) => `"k${index}":0`).join(',')}}`],
    ['many escaped keys', (size) => `{${Array.from({ length: size }, (_, index) => `"\\u006b${index}":0`).join(',')}}`],
    ['many small objects', (size) => `[${'{"a":1,"b":2},'.repeat(size)}{}]`],
    ['deep nesting', (size) => `${'{"a":['.repeat(size)}`],
    ['quotes that never close', (size) => `${'"\\"'.repeat(size)}`],
    ['surrogate escapes', (size) => `["${'\\ud83d\\ude00'.repeat(size)}"]`],
    ['many strings with surrogate escapes', (size) => `[${'"\\ud83d\\ude00",'.repeat(size)}1]`],
    ['brackets that were never opened', (size) => ']}'.repeat(size)],
    ['colons', (size) => `{${':'.repeat(size)}`],
  ];
  const unbounded = { depth: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY, keys: Number.POSITIVE_INFINITY };

  it.each(hostile)('is linear in %s', { retry: 3 }, (_, make) => {
    const ratio = growth((size) => {
      const text = make(size);
      return () => scanJson(text, unbounded);
    }, 40_000);
    expect(ratio).toBeLessThan(3.2);
  });

  it('refuses nesting and crowds after what the limit allows, whatever follows', { retry: 3 }, () => {
    const deep = '['.repeat(10_000_000);
    const crowd = `[${'0,'.repeat(5_000_000)}0]`;
    expect(milliseconds(() => expect(refusal(deep)?.kind).toBe('depth'))).toBeLessThan(100);
    expect(milliseconds(() => expect(refusal(crowd)?.kind).toBe('values'))).toBeLessThan(500);
  });

  it('takes a string of 10 MB quickly, and sees at once that one does not end', { retry: 3 }, () => {
    const plain = 'x'.repeat(10_000_000);
    expect(milliseconds(() => scanJson(`{"a":"${plain}"}`))).toBeLessThan(500);
    expect(milliseconds(() => scanJson(`{"a":"${plain}`))).toBeLessThan(500);
  });
});

it('the texts these properties use are JSON', () => {
  fc.assert(fc.property(fc.oneof(jsonText, stringText), (text) => void JSON.parse(text)));
});
