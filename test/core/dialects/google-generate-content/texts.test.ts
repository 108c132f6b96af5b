import { describe, expect, it } from 'vitest';
import {
  candidates,
  candidateTexts,
  channelName,
  eventTexts,
  responseTexts,
} from '../../../../core/src/dialects/google-generate-content/texts.ts';
import { textReferences } from '../../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../../core/src/model/json.ts';

// Canaries: every text that must be reached begins with `T:` and the scope it must be reported with.

const answer = {
  candidates: [
    {
      index: 0,
      finishReason: 'STOP',
      finishMessage: 'T:assistant',
      safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'LOW' }],
      content: {
        role: 'model',
        parts: [
          { text: 'T:assistant', thought: true },
          { text: 'signed', thought: true, thoughtSignature: 'b3BhcXVl' },
          { text: 'T:assistant', thoughtSignature: 'b3BhcXVl' },
          { functionCall: { name: 'look', args: { a: { b: ['T:toolInput'] } } }, thoughtSignature: 'b3BhcXVl' },
          { functionCall: { name: 'look', partialArgs: [{ jsonPath: '$.a', stringValue: 'T:toolInput' }] } },
          { executableCode: { language: 'PYTHON', code: 'T:toolInput' } },
          { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'T:toolOutput' } },
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
        ],
      },
      groundingMetadata: {
        webSearchQueries: ['T:toolInput'],
        groundingChunks: [
          { web: { uri: 'https://example.test', title: 'T:toolOutput' } },
          { retrievedContext: { uri: 'gs://b', title: 'T:toolOutput', text: 'T:toolOutput' } },
        ],
        groundingSupports: [{ segment: { startIndex: 0, endIndex: 4, text: 'T:assistant' }, groundingChunkIndices: [0] }],
        searchEntryPoint: { renderedContent: '<b>x</b>' },
      },
    },
    { index: 1, content: { parts: [{ text: 'T:assistant' }] } },
    { finishReason: 'SAFETY' },
  ],
  promptFeedback: { safetyRatings: [], blockReasonMessage: 'T:other' },
  usageMetadata: { promptTokenCount: 1 },
  modelVersion: 'gemini',
  responseId: 'r',
};

const canaries = (text: string): number => text.split('T:').length - 1;

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('responseTexts', () => {
  it('reaches every text of every candidate, with its scope, and its edits change nothing else', () => {
    const text = JSON.stringify(answer, null, 1);
    const document = new JsonDocument(text);
    const references = textReferences(document, responseTexts(document.value));
    for (const { scope, text: found, path } of references) expect([path.join('.'), found]).toEqual([path.join('.'), `T:${scope}`]);
    expect(references).toHaveLength(canaries(text));
    for (const reference of references) reference.replace(reference.text.replace('T:', 'E:'));
    expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
  });

  it('shapes that nobody promised never throw', () => {
    const walk = function* (value: JsonValue, path: JsonPath): Generator<JsonPath> {
      yield path;
      if (typeof value === 'object' && value !== null)
        for (const [key, member] of Object.entries(value))
          yield* walk(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    for (const junk of [null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: { text: 1 } }, true] as JsonValue[])
      for (const path of walk(answer as JsonValue, [])) {
        const document = new JsonDocument(JSON.stringify(answer));
        document.replaceValue(path, JSON.stringify(junk));
        const body = JSON.parse(document.toText()) as JsonValue;
        for (const place of responseTexts(body)) expect(valueAt(body, place.path)).toBe(place.text);
        for (const piece of eventTexts(body)) expect(valueAt(body, piece.path)).toBe(piece.text);
      }
  });
});

describe('candidateTexts', () => {
  it('are the candidate’s alone', () => {
    expect([...candidateTexts({ content: { parts: { text: 'a' } } }, ['c'])]).toMatchObject([
      { path: ['c', 'content', 'parts', 'text'], text: 'a' },
    ]);
    expect([...candidateTexts({}, [])]).toEqual([]);
  });
});

describe('eventTexts', () => {
  const channels = (...parts: JsonObject[]): string[] =>
    eventTexts({ candidates: [{ index: 2, content: { role: 'model', parts } }] }).map(({ channel, text }) => `${channel} ${text}`);

  it('text and thoughts are two texts that go on, one of each per candidate', () => {
    expect(channels({ text: 'a', thought: true }, { text: 'b' }, { text: 'c' })).toEqual(['2:thought a', '2:text b', '2:text c']);
  });

  it('bifrost#974: thoughts are not lost', () => {
    expect(channels({ text: 'hm', thought: true })).toEqual(['2:thought hm']);
  });

  it('what comes whole is a text of its own each', () => {
    expect(channels({ functionCall: { name: 'f', args: { q: 'a', r: 'b' } } })).toEqual([
      '2:whole:candidates.0.content.parts.0.functionCall.args.q a',
      '2:whole:candidates.0.content.parts.0.functionCall.args.r b',
    ]);
  });

  it('arguments in pieces go on by their path', () => {
    expect(channels({ functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'Par' }] } })).toEqual(['2:argument:$.city: Par']);
  });

  it('none is JSON in a string', () => {
    expect(eventTexts(answer as JsonValue).some(({ json }) => json)).toBe(false);
    expect(eventTexts(answer as JsonValue)).toHaveLength(canaries(JSON.stringify(answer.candidates)));
  });

  it.each([null, [], 'x', {}, { candidates: null }, { candidates: [null, {}, { content: null }] }, { error: { message: 'x' } }])(
    '%j has none',
    (json) => {
      expect(eventTexts(json as JsonValue)).toEqual([]);
    },
  );
});

describe('candidates', () => {
  it('have an index of their own, or stand where they stand', () => {
    const indexes = (list: JsonValue): number[] => [...candidates({ candidates: list })].map(([, index]) => index);
    expect(indexes([{ index: 3 }, {}, { index: 'x' }])).toEqual([3, 1, 2]);
    expect(indexes({})).toEqual([0]);
    expect(indexes([])).toEqual([]);
    expect(channelName(1, 'text')).toBe('1:text');
  });
});
