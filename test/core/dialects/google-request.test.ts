import { describe, expect, it } from 'vitest';
import {
  cachedContents,
  candidateCount,
  requestAttachments,
  requestFacts,
  requestTexts,
} from '../../../core/src/dialects/google-request.ts';
import { textReferences } from '../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../core/src/model/json.ts';

// Canaries: every text that must be reached begins with `T:` and the scope it must be reported with; what must not be
// touched does not. Then nothing has to be listed twice. The request is written once, in camelCase, and turned.

const request = {
  model: 'models/gemini',
  systemInstruction: { role: 'user', parts: [{ text: 'T:system' }, { text: 'T:system' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'T:user' },
        { inlineData: { mimeType: 'image/png', data: 'AAAA', displayName: 'T:other' }, mediaResolution: { level: 'LOW' } },
        { fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/o', displayName: 'T:other' }, videoMetadata: { startOffset: '1s' } },
        { text: 'T:user', partMetadata: { note: 'T:other' } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'T:assistant', thought: true },
        { text: 'signed', thought: true, thoughtSignature: 'b3BhcXVl' },
        { text: 'T:assistant', thoughtSignature: 'b3BhcXVl' },
        {
          functionCall: { id: 'c1', name: 'look', args: { city: 'T:toolInput', n: 1.5, list: ['T:toolInput'] } },
          thoughtSignature: 'b3BhcXVl',
        },
        { executableCode: { language: 'PYTHON', code: 'T:toolInput' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'T:toolOutput' } },
        { toolCall: { id: 't', toolType: 'GOOGLE_SEARCH', args: { queries: ['T:toolInput'] } } },
        { toolResponse: { id: 't', toolType: 'GOOGLE_SEARCH', response: { results: ['T:toolOutput'] } } },
        { audioTranscription: { text: 'T:assistant' } },
      ],
    },
    {
      role: 'user',
      parts: [
        {
          functionResponse: {
            id: 'c1',
            name: 'look',
            response: { result: 'T:toolOutput', deep: { rows: [{ a: 'T:toolOutput' }] } },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA', displayName: 'T:other' } }],
          },
        },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'look',
          description: 'T:toolDefinition',
          parametersJsonSchema: {
            type: 'object',
            properties: { city: { type: 'string', description: 'T:toolDefinition', enum: ['T:toolDefinition'] } },
          },
          responseJsonSchema: { title: 'T:toolDefinition' },
        },
        {
          name: 'old',
          parameters: { type: 'OBJECT', properties: { n: { type: 'STRING', default: 'T:toolDefinition' } }, required: ['n'] },
          response: { type: 'STRING', description: 'T:toolDefinition' },
        },
      ],
    },
    { googleSearch: {} },
    { mcpServers: [{ name: 'mcp', streamableHttpTransport: { url: 'https://mcp.example.test', headers: { authorization: 'Bearer x' } } }] },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  generationConfig: {
    stopSequences: ['T:other', 'T:other'],
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', title: 'T:toolDefinition' },
    responseJsonSchema: { anyOf: [{ description: 'T:toolDefinition' }] },
    maxOutputTokens: 100,
    thinkingConfig: { thinkingLevel: 'LOW' },
    speechConfig: { languageCode: 'en-US' },
  },
  labels: { team: 'T:other' },
  cachedContent: 'cachedContents/abc',
};

/** Google's own keys, that is all but the caller's. */
const own =
  /"(?:systemInstruction|inlineData|mimeType|displayName|fileData|fileUri|partMetadata|thoughtSignature|functionCall|functionResponse|executableCode|codeExecutionResult|toolCall|toolResponse|audioTranscription|functionDeclarations|parametersJsonSchema|responseJsonSchema|generationConfig|stopSequences|responseSchema)":/g;

const asCamel = JSON.stringify(request, null, 1);
const asSnake = asCamel.replace(own, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const asSingles = JSON.stringify(request, (_key, value: unknown) =>
  Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value,
);

const canaries = (text: string): number => text.split('T:').length - 1;

describe('requestTexts', () => {
  it.each([
    ['in camelCase', asCamel],
    ['in snake_case', asSnake],
    ['with lists of one left out', asSingles],
  ])('reaches every text of a request %s, with its scope, and its edits change nothing else', (_, text) => {
    expect(canaries(text)).toBe(canaries(asCamel));
    const document = new JsonDocument(text);
    const references = textReferences(document, requestTexts(document.value as JsonObject));
    for (const { scope, text: found, path } of references) expect([path.join('.'), found]).toEqual([path.join('.'), `T:${scope}`]);
    expect(references).toHaveLength(canaries(text));
    for (const reference of references) reference.replace(reference.text.replace('T:', 'E:'));
    expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
  });

  it('an instruction may be a text alone', () => {
    expect([...requestTexts({ systemInstruction: 'be brief' })]).toMatchObject([
      { scope: 'system', path: ['systemInstruction'], text: 'be brief' },
    ]);
  });

  it('places are those of the whole body', () => {
    const places = [...requestTexts({ contents: 'a', labels: { b: 'c' } }, ['generateContentRequest'])].map(({ path }) => path.join('.'));
    expect(places).toEqual(['generateContentRequest.contents', 'generateContentRequest.labels.b']);
  });

  it('shapes that nobody promised never throw', () => {
    for (const junk of [null, 7, 'text', [], [null, 1, 'x', [[]]], {}, { text: { text: 1 } }, true] as JsonValue[])
      for (const path of paths(request as JsonValue, [])) {
        const document = new JsonDocument(asCamel);
        document.replaceValue(path, JSON.stringify(junk));
        const body = document.currentValue([]) as JsonObject;
        if (typeof body !== 'object' || body === null || Array.isArray(body)) continue;
        for (const place of requestTexts(body)) expect(valueAt(body, place.path)).toBe(place.text);
        expect([...requestAttachments(body)].length).toBeLessThan(10);
        expect(candidateCount(body)).toBe(1);
        cachedContents(body);
      }
  });
});

function* paths(value: JsonValue, path: JsonPath): Generator<JsonPath> {
  yield path;
  if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value))
      yield* paths(member as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]);
}

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('requestAttachments', () => {
  it('are those of every turn', () => {
    expect([...requestAttachments(request)].map(({ kind, ref }) => `${kind} ${ref}`)).toEqual(['image inline', 'file url', 'image inline']);
    expect([...requestAttachments({ system_instruction: { parts: { inline_data: {} } } })]).toHaveLength(1);
  });
});

describe('requestFacts', () => {
  const facts = (rest: object): unknown => requestFacts({ contents: [{ parts: [{ text: 'hi' }] }], ...rest } as JsonObject, 'm');

  it('reads what the gateway decides by, in either spelling', () => {
    expect(facts({})).toEqual({ maxOutputTokens: undefined, tools: [] });
    expect(facts({ generationConfig: { maxOutputTokens: 7 }, tools: [{ googleSearch: {} }] })).toEqual({
      maxOutputTokens: 7,
      tools: ['googleSearch'],
    });
    expect(facts({ generation_config: { max_output_tokens: 7 }, tools: { google_search: {} } })).toEqual({
      maxOutputTokens: 7,
      tools: ['googleSearch'],
    });
    expect(facts({ generationConfig: null, tools: null })).toEqual({ maxOutputTokens: undefined, tools: [] });
    expect(facts({ generationConfig: { maxOutputTokens: null }, contents: { parts: { text: 'hi' } } })).toMatchObject({
      maxOutputTokens: undefined,
    });
  });

  it.each([
    ['contents', { contents: undefined }],
    ['contents', { contents: [] }],
    ['contents', { contents: 'hi' }],
    ['contents[1]', { contents: [{}, 'hi'] }],
    ['contents[0]', { contents: [null] }],
    ['model', { model: 'models/other' }],
    ['generationConfig', { generationConfig: [] }],
    ['generation_config', { generation_config: 'x' }],
    ['generationConfig.maxOutputTokens', { generationConfig: { maxOutputTokens: '100' } }],
    ['generation_config.max_output_tokens', { generation_config: { max_output_tokens: 1.5 } }],
    ['generationConfig.candidateCount', { generationConfig: { candidateCount: -1 } }],
    ['temperature', { generationConfig: { temperature: Number.POSITIVE_INFINITY } }],
    ['tools[1]', { tools: [{}, 'look'] }],
    ['tools', { tools: 'look' }],
    ['tools[0].functionDeclarations', { tools: [{ functionDeclarations: ['look'] }] }],
  ])('names %s when it is wrong: %j', (param, rest) => {
    expect(() => facts(rest)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param, status: 400 }));
  });

  it('names where the request stands', () => {
    expect(() => requestFacts({}, 'm', 'generateContentRequest.')).toThrow(
      expect.objectContaining({ param: 'generateContentRequest.contents' }),
    );
  });
});

describe('candidateCount, cachedContent', () => {
  it('count is 1 unless asked otherwise', () => {
    expect(candidateCount({ generationConfig: { candidateCount: 3 } })).toBe(3);
    expect(candidateCount({ generation_config: { candidate_count: 2 } })).toBe(2);
    for (const count of [0, null, '2', undefined])
      expect(candidateCount({ generationConfig: { candidateCount: count as JsonValue } })).toBe(1);
  });

  it('cached content belongs to one account', () => {
    expect(cachedContents({ cachedContent: 'cachedContents/a' })).toEqual(['cachedContents/a']);
    expect(cachedContents({ cached_content: 'cachedContents/a' })).toEqual(['cachedContents/a']);
    for (const body of [{}, { cachedContent: '' }, { cachedContent: null }, { cachedContent: 5 }]) expect(cachedContents(body)).toEqual([]);
  });
});
