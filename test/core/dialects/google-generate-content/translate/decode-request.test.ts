import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../../core/src/dialects/google-generate-content/translate/decode-request.ts';
import { GatewayError } from '../../../../../core/src/errors.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import { request as least } from '../../translate/neutral.ts';

const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const lost = (more: JsonObject) =>
  decodeRequest({ contents, ...more }, { model: 'm', stream: false }).losses.map(({ field, level }) => `${level} ${field}`);

describe('decodeRequest', () => {
  it('refuses or drops what it has no place for, and names it', () => {
    expect(lost({ cachedContent: 'cachedContents/x' })).toEqual(['refuse cachedContent']);
    expect(lost({ model_armor_config: { promptTemplateName: 'x' } })).toEqual(['refuse modelArmorConfig']);
    expect(lost({ labels: { team: 'a' }, serviceTier: 'flex', store: false })).toEqual(['drop labels', 'drop serviceTier', 'drop store']);
    expect(lost({ cachedContent: '', cached_content: null, model: 'models/m' })).toEqual([]);
  });

  it('bifrost#7348: a filter that must hold is no optimisation', () => {
    const setting = (threshold: string) => ({ category: 'HARM_CATEGORY_HARASSMENT', threshold });
    expect(lost({ safetySettings: [setting('BLOCK_NONE'), setting('BLOCK_LOW_AND_ABOVE')] })).toEqual([
      'drop safetySettings',
      'refuse safetySettings[1]',
    ]);
    expect(lost({ safety_settings: [setting('OFF')] })).toEqual(['drop safetySettings']);
    const numbered = [0, 1, 2, 3, 4, 5].map((threshold) => ({ category: 7, threshold }));
    expect(lost({ safetySettings: numbered })).toEqual([
      'drop safetySettings',
      'refuse safetySettings[1]',
      'refuse safetySettings[2]',
      'refuse safetySettings[3]',
    ]);
    expect(lost({ safetySettings: [{ category: 7 }] })).toEqual(['drop safetySettings']);
  });

  it.each<[JsonValue, string]>([
    ['BLOCK_NONE', 'safetySettings'],
    [3, 'safetySettings'],
    [['BLOCK_LOW_AND_ABOVE'], 'safetySettings[0]'],
    [[{ threshold: 'OFF' }, [{}]], 'safetySettings[1]'],
  ])('safety settings of %j are an error: nobody can say what they ask', (safetySettings, param) => {
    expect(() => lost({ safetySettings })).toThrow(expect.objectContaining({ param }));
  });

  it('is the whole request', () => {
    const body = {
      systemInstruction: { parts: [{ text: 'be kind' }] },
      contents,
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: { maxOutputTokens: 5 },
    };
    expect(decodeRequest(body, { model: 'gpt', stream: true })).toEqual({
      value: {
        ...least,
        model: 'gpt',
        stream: true,
        turns: [
          { role: 'system', parts: [{ kind: 'text', text: 'be kind' }] },
          { role: 'user', parts: [{ kind: 'text', text: 'hi' }] },
        ],
        tools: [{ name: 'f', description: undefined, parameters: undefined, strict: undefined }],
        toolChoice: { mode: 'required', allowed: undefined },
        maxOutputTokens: 5,
      },
      losses: [],
    });
  });

  it('any document is decoded, or refused with the field that is wrong', () => {
    const key = fc.constantFrom('parts', 'text', 'role', 'functionCall', 'function_response', 'inlineData', 'name', 'args', 'mode', 'x');
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('user', 'model', 'AUTO', '', 0, 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const field = fc.constantFrom('contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings');
    fc.assert(
      fc.property(fc.dictionary(field, value), (body) => {
        try {
          decodeRequest(body as JsonObject, { model: 'm', stream: false });
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          expect(error).toMatchObject({ code: 'GW_BAD_REQUEST', param: expect.any(String) });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
