import { describe, expect, it } from 'vitest';
import { encodeSettings } from '../../../../../core/src/dialects/google-generate-content/translate/encode-settings.ts';
import { modelTraits } from '../../../../../core/src/dialects/google-generate-content/translate/gemini-models.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetTraits } from '../../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralRequest } from '../../../../../core/src/model/neutral.ts';

const encode = (request: Partial<NeutralRequest>, model = 'gemini-3-flash-preview', target: Partial<TargetTraits> = {}) => {
  const losses = new Losses<NeutralField>();
  const whole = { stop: [], tools: [], ...request } as unknown as NeutralRequest;
  const config = encodeSettings(whole, { model, maxOutputTokens: undefined, quirks: {}, ...target }, modelTraits(model), losses);
  return { config, losses: losses.list().map(({ field, level }) => `${level} ${field}`) };
};
const schema = { type: 'object', properties: { a: { const: 1 } } };
const format = { kind: 'schema', name: 'n', description: undefined, schema, strict: true } as const;
const tools = [{ name: 'f', description: undefined, parameters: undefined, strict: undefined }];

describe('encodeSettings', () => {
  it('is nothing where nothing is asked', () => {
    expect(encode({})).toEqual({ config: undefined, losses: [] });
  });

  it('bifrost#6457, #6132: what is asked is said', () => {
    const request = { maxOutputTokens: 9, temperature: 0, topP: 0.5, topK: 3, seed: -1, frequencyPenalty: 0.1, presencePenalty: 0.2 };
    expect(encode({ ...request, stop: ['a'] })).toEqual({ config: { ...request, stopSequences: ['a'] }, losses: [] });
  });

  it('more than the model can give is clamped, and said', () => {
    expect(encode({ maxOutputTokens: 100_000 }, undefined, { maxOutputTokens: 65_536 })).toEqual({
      config: { maxOutputTokens: 65_536 },
      losses: ['drop maxOutputTokens'],
    });
  });

  it('Claude Code’s 128,000 are more than any Gemini gives; of other models nothing is known', () => {
    expect(encode({ maxOutputTokens: 128_000 })).toEqual({ config: { maxOutputTokens: 65_536 }, losses: ['drop maxOutputTokens'] });
    expect(encode({ maxOutputTokens: 65_536 })).toEqual({ config: { maxOutputTokens: 65_536 }, losses: [] });
    expect(encode({ maxOutputTokens: 128_000 }, 'gemini-x', { maxOutputTokens: 200_000 })).toMatchObject({ losses: [] });
    expect(encode({ maxOutputTokens: 128_000 }, 'mine')).toEqual({ config: { maxOutputTokens: 128_000 }, losses: [] });
  });

  it('more than five stop sequences are refused, as elsewhere; seeds have 32 bits', () => {
    expect(encode({ stop: ['1', '2', '3', '4', '5', '6'], seed: 2 ** 31 })).toEqual({
      config: { stopSequences: ['1', '2', '3', '4', '5'] },
      losses: ['refuse stop', 'drop seed'],
    });
  });

  it.each([0, 8, -8, 2 ** 31 - 1, -(2 ** 31)])('seed %s is one', (seed) => {
    expect(encode({ seed })).toEqual({ config: { seed }, losses: [] });
  });

  it('Gemini 2.5 takes no penalties', () => {
    expect(encode({ frequencyPenalty: 0.5, presencePenalty: 0 }, 'gemini-2.5-flash')).toEqual({
      config: undefined,
      losses: ['drop frequencyPenalty'],
    });
  });

  it('Portkey#1546, #644: a schema is neither wrapped nor left out', () => {
    expect(encode({ format })).toEqual({
      config: { responseMimeType: 'application/json', responseJsonSchema: { type: 'object', properties: { a: { enum: [1] } } } },
      losses: [],
    });
    expect(encode({ format: { kind: 'json' } }).config).toEqual({ responseMimeType: 'application/json' });
  });

  it('a format that would not hold is refused', () => {
    expect(encode({ format }, undefined, { quirks: { jsonSchema: false } }).losses).toEqual(['refuse format']);
    expect(encode({ format, tools }, 'gemini-2.5-flash').losses).toEqual(['refuse format']);
    expect(encode({ format, tools }, 'gemini-3-flash-preview').losses).toEqual([]);
  });

  it('thinking has room beside what is asked for', () => {
    const reasoning = { effort: 'high', budget: undefined, show: true } as const;
    expect(encode({ reasoning, maxOutputTokens: 1000 }, 'gemini-2.5-flash').config).toEqual({
      maxOutputTokens: 1000,
      thinkingConfig: { thinkingBudget: 600, includeThoughts: true },
    });
  });
});
