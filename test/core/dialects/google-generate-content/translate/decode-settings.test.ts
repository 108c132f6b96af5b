import { describe, expect, it } from 'vitest';
import { decodeSettings } from '../../../../../core/src/dialects/google-generate-content/translate/decode-settings.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';

const decode = (config: JsonValue) => {
  const losses = new RequestLosses();
  return { settings: decodeSettings({ generationConfig: config }, losses), losses: losses.list() };
};
const lost = (config: JsonObject) => decode(config).losses.map(({ field, level }) => `${level} ${field.replace('generationConfig.', '')}`);

describe('decodeSettings', () => {
  it.each<[JsonValue, string]>([
    [[], 'generationConfig'],
    [{ temperature: 'hot' }, 'generationConfig.temperature'],
    [{ topP: true }, 'generationConfig.topP'],
    [{ stopSequences: [1] }, 'generationConfig.stopSequences'],
    [{ maxOutputTokens: -1 }, 'generationConfig.maxOutputTokens'],
    [{ responseMimeType: 'application/json', responseSchema: 'x' }, 'generationConfig.responseSchema'],
    [{ responseMimeType: 'application/json', responseJsonSchema: true }, 'generationConfig.responseJsonSchema'],
    [{ responseModalities: [{ toString: 1 }] }, 'generationConfig.responseModalities'],
    [{ candidateCount: { valueOf: 1, toString: 1 } }, 'generationConfig.candidateCount'],
    [{ candidateCount: [2] }, 'generationConfig.candidateCount'],
    [{ responseLogprobs: 'true' }, 'generationConfig.responseLogprobs'],
    [{ responseLogprobs: [true] }, 'generationConfig.responseLogprobs'],
  ])('refuses %j at %s', (config, param) => {
    expect(() => decode(config)).toThrow(expect.objectContaining({ param }));
  });

  it.each<[JsonObject, string]>([
    [{ candidateCount: 2 }, 'refuse candidateCount'],
    [{ response_logprobs: true }, 'refuse responseLogprobs'],
    [{ responseModalities: ['TEXT', 'IMAGE'] }, 'refuse responseModalities'],
    [{ responseMimeType: 'text/x.enum', responseSchema: { enum: ['a'] } }, 'refuse responseMimeType'],
    [{ responseFormat: [{ text: {} }] }, 'refuse responseFormat'],
    [{ logprobs: 3 }, 'drop logprobs'],
    [{ media_resolution: 'HIGH' }, 'drop media_resolution'],
  ])('%j: %s', (config, expected) => {
    expect(lost(config)).toEqual([expected]);
  });

  it('what asks for nothing special is no loss', () => {
    expect(
      lost({ candidateCount: 1, responseLogprobs: false, responseModalities: ['TEXT'], responseMimeType: 'text/plain', seed: null }),
    ).toEqual([]);
  });

  it('finds every setting, in both spellings', () => {
    const { settings, losses } = decode({
      max_output_tokens: 100,
      temperature: '0.5',
      top_p: 0.9,
      topK: 40,
      seed: 7,
      frequency_penalty: 0.1,
      presencePenalty: -0.1,
      stop_sequences: ['a', 'b'],
      thinking_config: { include_thoughts: true },
    });
    expect(settings).toEqual({
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      stop: ['a', 'b'],
      format: undefined,
      reasoning: { effort: undefined, budget: undefined, show: true },
    });
    expect(losses).toEqual([]);
  });

  it('Portkey#644: a schema is the format, whichever kind it is', () => {
    const standard = { type: 'object', properties: { a: { type: ['string', 'null'] } } };
    const own = { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } };
    const format = { kind: 'schema', name: undefined, description: undefined, schema: standard, strict: undefined };
    expect(decode({ responseMimeType: 'application/json', responseJsonSchema: standard })).toMatchObject({
      settings: { format },
      losses: [],
    });
    expect(decode({ response_mime_type: 'application/json', response_schema: own }).settings.format).toEqual(format);
    expect(decode({ responseJsonSchema: standard }).settings.format).toEqual(format);
    expect(decode({ responseMimeType: 'application/json' }).settings.format).toEqual({ kind: 'json' });
  });
});
