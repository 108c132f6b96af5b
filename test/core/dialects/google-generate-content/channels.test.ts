import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ends, saidOnce } from '../../../../core/src/dialects/google-generate-content/channels.ts';
import { generateContentStream } from '../../../../core/src/dialects/google-generate-content/stream.ts';
import { eventTexts } from '../../../../core/src/dialects/google-generate-content/texts.ts';
import { SseEvent } from '../../../../core/src/dialects/sse-event.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { type MakeEditor, mapTexts } from '../../../../core/src/map-texts.ts';
import type { StreamEvent } from '../../../../core/src/model/events.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../../core/src/model/json.ts';
import type { StreamBody } from '../../../../core/src/model/response.ts';

const event = (parts: readonly object[], more: object = {}): JsonObject =>
  ({ candidates: [{ content: { parts, role: 'model' }, ...more }] }) as unknown as JsonObject;
const thought = (text: string): object => ({ text, thought: true });
const piece = (jsonPath: string, stringValue: string, willContinue?: boolean): object => ({
  jsonPath,
  stringValue,
  ...(willContinue !== undefined && { willContinue }),
});
const streamed = (...partialArgs: object[]): object => ({ functionCall: { partialArgs, willContinue: true } });

describe('ends', () => {
  it.each([
    ['a text', event([{ text: 'a' }]), ['0:thought', '0:argument:']],
    ['a thought', event([thought('a')]), ['0:text', '0:argument:']],
    ['a signed thought', event([{ ...thought('a'), thoughtSignature: 'c2ln' }]), ['0:text', '0:argument:']],
    ['a text after a thought', event([thought('a'), { text: 'b' }]), ['0:thought', '0:argument:']],
    ['a signature in the middle of a text', event([{ text: 'a' }, { thoughtSignature: 'c2ln' }]), ['0:thought', '0:argument:']],
    ['a finish reason', event([{ text: 'a' }], { index: 2, finishReason: 'STOP' }), ['2:']],
    ['a finish reason alone', { candidates: [{ finishReason: 'STOP' }] }, ['0:']],
    ['a call without texts', event([{ functionCall: { name: 'f', args: { n: 1 } } }]), ['0:']],
    ['an image', event([{ inlineData: { mimeType: 'image/png', data: 'AA' } }]), ['0:']],
    ['a call with texts, which must not be repeated', event([{ text: 'a' }, { functionCall: { name: 'f', args: { q: 'x' } } }]), ['']],
    ['grounding, which comes whole', event([{ text: 'a' }], { groundingMetadata: { webSearchQueries: ['q'] } }), ['']],
    ['a blocked prompt', { promptFeedback: { blockReason: 'SAFETY' } }, ['']],
    ['a piece of an argument', event([streamed(piece('$.a', 'x', true))]), ['0:text', '0:thought']],
    ['the last piece of one', event([streamed(piece('$.b', 'x', true), piece('$.a', 'x'))]), ['0:text', '0:thought', '0:argument:$.a:']],
    ['usage alone', { usageMetadata: {} }, []],
    ['no part', event([]), []],
  ])('%s ends what it ends', (_, json, ended) => {
    expect(ends(json as JsonValue)).toEqual(ended);
  });

  it.each([undefined, null, [], 'x', {}, { candidates: [null, {}, { content: 'x' }, { content: { parts: 5 } }] }])(
    '%j ends nothing',
    (json) => {
      expect(ends(json as JsonValue | undefined)).toEqual([]);
    },
  );
});

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('saidOnce', () => {
  const full = {
    candidates: [
      {
        index: 0,
        content: {
          role: 'model',
          parts: [
            { text: 'a', thoughtSignature: 'c2ln' },
            { ...thought('signed'), thoughtSignature: 'c2ln' },
            { functionCall: { name: 'f', args: { n: 1 } } },
            { inlineData: { mimeType: 'image/png', data: 'AA' } },
            {
              functionCall: {
                id: 'c',
                name: 'g',
                partialArgs: [{ jsonPath: '$.n', numberValue: 1 }, piece('$.a', 'b', true)],
                willContinue: true,
              },
            },
          ],
        },
        finishReason: 'STOP',
        finishMessage: 'c',
        safetyRatings: [],
        citationMetadata: {},
        groundingMetadata: { searchEntryPoint: {} },
        avgLogprobs: -1,
      },
    ],
    promptFeedback: {},
    usageMetadata: { promptTokenCount: 1 },
    modelVersion: 'm',
    responseId: 'r',
  };

  it('is what an event says besides its texts', () => {
    const document = new JsonDocument(JSON.stringify(full));
    for (const path of saidOnce(full as JsonValue)) document.removeKey(path);
    expect(document.currentValue([])).toEqual({
      candidates: [
        {
          index: 0,
          content: {
            role: 'model',
            parts: [{ text: 'a' }, { functionCall: { partialArgs: [piece('$.a', 'b', true)], willContinue: true } }],
          },
          finishMessage: 'c',
        },
      ],
      modelVersion: 'm',
      responseId: 'r',
    });
  });

  it('holds no text: an event can go on with any of its texts, whatever it looks like', () => {
    const walk = function* (value: JsonValue, path: JsonPath): Generator<JsonPath> {
      yield path;
      if (typeof value === 'object' && value !== null)
        for (const [key, member] of Object.entries(value))
          yield* walk(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    for (const junk of [null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: 'x' }, true] as JsonValue[])
      for (const path of walk(full as JsonValue, [])) {
        const document = new JsonDocument(JSON.stringify(full));
        document.replaceValue(path, JSON.stringify(junk));
        const raw = `data: ${document.toText()}\n\n`;
        const json = JSON.parse(document.toText()) as JsonValue;
        for (const place of saidOnce(json)) expect(valueAt(json, place)).toBeDefined();
        const [first] = eventTexts(json);
        if (first === undefined) continue;
        const continued = new SseEvent(raw, generateContentStream).continued(first.channel, 'rest');
        expect(continued.texts().find(({ channel }) => channel === first.channel)?.text).toBe('rest');
        expect(continued.texts().filter(({ text }) => text !== '')).toHaveLength(1);
      }
  });
});

/** Holds everything back until the text is over. */
const holding: MakeEditor = () => {
  let held = '';
  return {
    push(text) {
      held += text;
      return '';
    },
    end: () => `<${held}>`,
  };
};

/** Holds the last character back, as whatever looks for words must. */
const lagging: MakeEditor = () => {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      held = all.slice(-1);
      return all.slice(0, -1);
    },
    end: () => held,
  };
};

async function edited(events: readonly JsonObject[], editor: MakeEditor): Promise<JsonObject[]> {
  const source = (async function* (): AsyncGenerator<StreamEvent> {
    for (const json of events) yield new SseEvent(`data: ${JSON.stringify(json)}\n\n`, generateContentStream);
  })();
  const response = mapTexts(
    { status: 200, headers: {}, source: 'upstream', body: { kind: 'stream', events: source } },
    generateContentStream,
    editor,
  );
  const out: JsonObject[] = [];
  for await (const { json } of (response.body as StreamBody).events) out.push(json as JsonObject);
  return out;
}

/** Everything a client sees, in order. */
const seen = (events: readonly JsonObject[]): string[] =>
  events
    .flatMap((json) => [
      ...eventTexts(json).map(({ channel, text }) => (channel.includes('whole') ? `whole ${text}` : `${channel} ${text}`)),
      ...(JSON.stringify(json).match(/"(?:name|finishReason|thoughtSignature|promptTokenCount)":[^,}]+/g) ?? []),
    ])
    .filter((line) => !/^\S+ $/.test(line));

describe('texts of a stream under edit', () => {
  it('a held text comes out where the candidate goes on with something else', async () => {
    const events = [
      event([thought('think')]),
      event([thought('ing')]),
      event([{ text: 'answ', thoughtSignature: 'c2ln' }]),
      event([{ text: 'er' }]),
      event([{ functionCall: { name: 'f', args: { q: 'query' } } }]),
      event([{ text: 'more' }]),
      { ...event([{ text: '' }], { finishReason: 'STOP' }), usageMetadata: { promptTokenCount: 1 } },
    ];
    expect(seen(await edited(events, holding))).toEqual([
      ...['0:thought <thinking>', '"thoughtSignature":"c2ln"', '0:text <answer>', 'whole <query>', '"name":"f"', '0:text <more>'],
      ...['"finishReason":"STOP"', '"promptTokenCount":1'],
    ]);
  });

  it('an event that is repeated to carry a rest says nothing else twice', async () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'AA' } };
    const call = { functionCall: { name: 'f', args: { n: 1 } } };
    const events = [{ ...event([image, call, { text: 'ab', thoughtSignature: 'c2ln' }]), usageMetadata: { promptTokenCount: 1 } }];
    const out = await edited(events, lagging);
    expect(out).toHaveLength(2);
    expect(out[1]).toEqual(event([{ text: 'b' }]));
  });

  it('arguments in pieces are edited across events, each to its own end', async () => {
    const events = [
      event([{ functionCall: { name: 'f', willContinue: true } }]),
      event([streamed(piece('$.city', 'Par', true))]),
      event([streamed(piece('$.city', 'is'))]),
      event([streamed(piece('$.note', 'x'))]),
      event([{ functionCall: {} }]),
      { candidates: [{ finishReason: 'STOP' }] },
    ];
    expect(seen(await edited(events, holding))).toEqual([
      ...['"name":"f"', '0:argument:$.city: <Paris>', '0:argument:$.note: <x>', '"finishReason":"STOP"'],
    ]);
  });

  it('whatever comes, no text is lost, none said twice, and calls come once', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => ({ text })),
      fc.string({ maxLength: 4 }).map((text) => thought(text)),
      fc.string({ maxLength: 4 }).map((text) => ({ functionCall: { name: 'f', args: { q: text, n: 1 } } })),
      fc.constant({ inlineData: { mimeType: 'image/png', data: 'AA' } }),
      fc.constant({ text: '', thoughtSignature: 'c2ln' }),
    );
    const events = fc.array(fc.tuple(fc.array(part, { maxLength: 3 }), fc.nat(1)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const given = list.map(([parts, index]) => event(parts, { index }));
        const out = await edited(given, lagging);
        const joined = (all: readonly JsonObject[], channel: string): string =>
          all.flatMap((json) => eventTexts(json)).reduce((text, one) => (one.channel === channel ? text + one.text : text), '');
        for (const channel of ['0:text', '0:thought', '1:text', '1:thought']) expect(joined(out, channel)).toBe(joined(given, channel));
        const times = (all: readonly JsonObject[], what: string): number => JSON.stringify(all).split(what).length;
        for (const what of ['"functionCall"', '"inlineData"', '"thoughtSignature"']) expect(times(out, what)).toBe(times(given, what));
      }),
      { numRuns: 500 },
    );
  });
});
