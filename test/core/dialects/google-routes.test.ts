import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../core/src/dialects/dialect.ts';
import { checkBodyModel, googleModel, googleRoutes, resourceName, setBodyModel } from '../../../core/src/dialects/google-routes.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { RouteTable } from '../../../core/src/routes.ts';

const dialect: Dialect = { id: 'google', routes: googleRoutes('generateContent', 'streamGenerateContent'), errorBody: () => '' };
const table = new RouteTable([dialect]);

function modelAt(path: string): string | undefined {
  const found = table.find('POST', path);
  if (found === undefined || 'allow' in found) return undefined;
  return googleModel({ path, parameter: found.parameter, query: '' });
}

describe('googleRoutes, googleModel', () => {
  it.each([
    ['/v1/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1beta/models/gemini-x:streamGenerateContent', 'gemini-x'],
    ['/v1/models/openai/gpt-x:generateContent', 'openai/gpt-x'],
    ['/v1/models/openai%2Fgpt-x:generateContent', 'openai/gpt-x'],
    ['/v1beta/models/ollama/llama3:8b:generateContent', 'ollama/llama3:8b'],
    ['/v1beta/openai/gpt-x:generateContent', 'openai/gpt-x'],
    ['/v1beta/chat:generateContent', 'chat'],
    ['/v1/tunedModels/mine:generateContent', 'tunedModels/mine'],
    ['/v1beta/tunedModels/mine:streamGenerateContent', 'tunedModels/mine'],
    ['/v1beta1/publishers/google/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1/publishers/google/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1beta1/projects/p/locations/global/publishers/google/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1/projects/p/locations/l/publishers/google/models/google/gemini-x:streamGenerateContent', 'google/gemini-x'],
  ])('%s asks %s', (path, model) => {
    expect(modelAt(path)).toBe(model);
  });

  it('a route that ends like another is told apart', () => {
    expect(modelAt('/v1/models/m:streamGenerateContent')).toBe('m');
    expect(modelAt('/v1/models/x:y:generateContent')).toBe('x:y');
  });

  it.each(['/v1/models/m:countTokens', '/v1/models/m', '/v2/models/m:generateContent'])('%s is not ours', (path) => {
    expect(modelAt(path)).toBeUndefined();
  });

  it.each([
    '/v1/projects/p/locations/l/endpoints/7:generateContent',
    '/v1/projects/p:generateContent',
    '/v1/models/:generateContent',
    '/v1beta/projects/p/models/m:generateContent',
    '/v1/publishers/anthropic/models/m:generateContent',
  ])('%s names no model: 400', (path) => {
    expect(() => modelAt(path)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param: 'model', status: 400 }));
  });
});

describe('checkBodyModel', () => {
  it.each([
    [undefined, 'm'],
    [null, 'm'],
    ['m', 'm'],
    ['models/m', 'm'],
    ['models/google/m', 'google/m'],
    ['tunedModels/m', 'tunedModels/m'],
    ['publishers/google/models/m', 'm'],
    ['projects/p/locations/l/publishers/google/models/m', 'm'],
  ])('%s agrees with the path of %s', (value, model) => {
    expect(() => checkBodyModel('model', value, model)).not.toThrow();
  });

  it.each(['models/other', 'models/models/m', 'other', '', 5, {}, 'tunedModels/m'])(
    '%j does not: what is judged is what is sent',
    (value) => {
      expect(() => checkBodyModel('requests[0].model', value as JsonValue, 'm')).toThrow(
        expect.objectContaining({ code: 'GW_BAD_REQUEST', param: 'requests[0].model' }),
      );
    },
  );
});

describe('setBodyModel', () => {
  it('writes over the model where there is one', () => {
    const document = new JsonDocument('{ "model" : "models/a", "n":1.0}');
    setBodyModel(document, ['model'], 'b');
    expect(document.toText()).toBe('{ "model" : "models/b", "n":1.0}');
    const without = new JsonDocument('{"n":1.0}');
    setBodyModel(without, ['model'], 'b');
    expect(without.edited).toBe(false);
  });

  it('a name that says where the model lies is written as it is', () => {
    expect([resourceName('m'), resourceName('google/m')]).toEqual(['models/m', 'models/google/m']);
    for (const name of ['models/m', 'tunedModels/m', 'publishers/meta/models/m', 'projects/p/locations/l/endpoints/7', 'endpoints/7'])
      expect(resourceName(name)).toBe(name);
  });
});
