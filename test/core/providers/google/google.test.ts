import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type GoogleOptions, google } from '../../../../core/src/providers/google/google.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { addresses, credentials, problems, throughGateway } from '../sent.ts';

leavesNothing();

const vertex = { project: 'p-1', location: 'europe-west1', accessToken: () => 'ya29.1' };
const generate = (options: GoogleOptions, model: string) => addresses(google(options), 'google-generate-content', model);

describe('google()', () => {
  const base = 'https://generativelanguage.googleapis.com/v1beta';

  it('is the Gemini API with this key', async () => {
    const provider = google({ apiKey: 'AIza-1' });
    expect(provider).toMatchObject({ name: 'google', origin: 'https://generativelanguage.googleapis.com' });
    expect(Object.keys(provider.paths)).toEqual([
      'google-generate-content',
      'google-count-tokens',
      'google-embed-content',
      'google-batch-embed-contents',
    ]);
    expect(await credentials(provider)).toEqual({ 'key-1': [['x-goog-api-key', 'AIza-1']] });
  });

  it('has model and verb in the path, and streams events, not an array', () => {
    expect(generate({ apiKey: 'k' }, 'gemini-3-flash')).toEqual({
      whole: `${base}/models/gemini-3-flash:generateContent`,
      stream: `${base}/models/gemini-3-flash:streamGenerateContent?alt=sse`,
    });
    const at = (dialect: string) => addresses(google({ apiKey: 'k' }), dialect, 'm')?.whole;
    expect(at('google-count-tokens')).toBe(`${base}/models/m:countTokens`);
    expect(at('google-embed-content')).toBe(`${base}/models/m:embedContent`);
    expect(at('google-batch-embed-contents')).toBe(`${base}/models/m:batchEmbedContents`);
  });

  it.each([
    ['tunedModels/mine', '/tunedModels/mine:generateContent'],
    ['models/gemini-x', '/models/gemini-x:generateContent'],
    ['openai/gpt-x', '/models/openai/gpt-x:generateContent'],
  ])('claude-code-router#645: finds the model %s at %s', (model, path) => {
    expect(generate({ apiKey: 'k' }, model)?.whole).toBe(base + path);
  });

  it.each(['tunedModels/../x', 'models/', '../x', 'models//x'])('has no address for %s', (model) => {
    expect(() => generate({ apiKey: 'k' }, model)).toThrow(/^model: expected a name without empty or dotted segments/);
  });

  it('may be of another version, and elsewhere', () => {
    expect(generate({ apiKey: 'k', baseUrl: 'http://127.0.0.1:1/v1' }, 'm')?.whole).toBe('http://127.0.0.1:1/v1/models/m:generateContent');
  });
});

describe('google() on Vertex', () => {
  const base = 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1';

  it.each([
    ['gemini-3-flash', '/publishers/google/models/gemini-3-flash'],
    ['models/gemini-3-flash', '/publishers/google/models/gemini-3-flash'],
    ['meta/llama-4', '/publishers/meta/models/llama-4'],
    ['publishers/meta/models/llama-4', '/publishers/meta/models/llama-4'],
    ['endpoints/123', '/endpoints/123'],
  ])('finds the model %s at %s', (model, path) => {
    expect(generate({ vertex }, model)).toEqual({
      whole: `${base}${path}:generateContent`,
      stream: `${base}${path}:streamGenerateContent?alt=sse`,
    });
  });

  it.each(['meta/../../x', '../x', 'publishers/../x', 'projects/other/../x'])(
    'has no address for %s: it would leave the project',
    (model) => {
      expect(() => generate({ vertex }, model)).toThrow(/^model: /);
    },
  );

  it('stays in its project, whatever the model is called', () => {
    expect(generate({ vertex }, 'projects/other')?.whole).toBe(`${base}/publishers/projects/models/other:generateContent`);
  });

  it('counts and embeds, one text each: there is no batch', async () => {
    expect(Object.keys(google({ vertex }).paths)).toEqual(['google-generate-content', 'google-count-tokens', 'google-embed-content']);
    expect(await credentials(google({ vertex }))).toEqual({ 'access-token': [['authorization', 'Bearer ya29.1']] });
  });

  it('is at the host of its location', () => {
    expect(google({ vertex: { ...vertex, location: 'global' } }).origin).toBe('https://aiplatform.googleapis.com');
    expect(google({ vertex: { ...vertex, location: 'eu' } }).origin).toBe('https://aiplatform.eu.rep.googleapis.com');
  });
});

describe('google() on Vertex express', () => {
  it('Portkey#1441: has a key and no project', async () => {
    const provider = google({ vertex: { apiKey: ['a', 'b'] } });
    expect(Object.values(await credentials(provider))).toEqual([[['x-goog-api-key', 'a']], [['x-goog-api-key', 'b']]]);
    expect(addresses(provider, 'google-generate-content', 'gemini-x')).toEqual({
      whole: 'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-x:generateContent',
      stream: 'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-x:streamGenerateContent?alt=sse',
    });
  });
});

describe('google() refuses', () => {
  it.each([
    [{}, 'apiKey: expected the API key (is the environment variable set?), received nothing'],
    [{ apiKey: 'sk-secret-1', vertex }, 'vertex: expected nothing beside apiKey, received both'],
    [{ vertex: {} }, 'vertex.project: expected the id or number of a Google Cloud project, received nothing'],
    [{ vertex: { apiKey: undefined } }, 'vertex.apiKey: expected the API key (is the environment variable set?), received nothing'],
    [{ vertex: { apiKey: 'sk-secret-1', accessToken: 't' } }, 'vertex.apiKey: expected nothing beside vertex.accessToken, received both'],
    [{ vertex: { apiKey: 'k', project: 'p' } }, 'vertex.project: expected nothing beside vertex.apiKey, received both'],
    [
      { vertex: { ...vertex, location: undefined } },
      'vertex.location: expected a location such as europe-west1, eu or global, received nothing',
    ],
    [{ vertex: { ...vertex, location: 'a/b' } }, 'vertex.location: expected a location such as europe-west1, eu or global, received "a/b"'],
    [
      { vertex: { ...vertex, accessToken: '' } },
      'vertex.accessToken: expected an access token, or a function that gives one, received an empty string',
    ],
    [
      { vertex: { ...vertex, region: 'x' } },
      'vertex.region: expected no such key (there are: project, location, accessToken, apiKey), received a string of 1 characters',
    ],
  ])('%j', (options, message) => {
    expect(problems(() => google(options as never))).toEqual([message]);
  });

  it('to print its key', () => {
    for (const provider of [google({ apiKey: 'sk-secret-1' }), google({ vertex: { ...vertex, accessToken: 'sk-secret-1' } })])
      for (const printed of [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true })])
        expect(printed).not.toContain('sk-secret-1');
  });
});

describe('a call of a Google client', () => {
  const contents = '{"contents":[{"parts":[{"text":"Hi"}]}]}';

  it.each([
    ['gemini-x', '/v1beta/models/gemini-x:generateContent'],
    ['tunedModels/mine', '/v1beta/tunedModels/mine:generateContent'],
  ])('reaches the model %s, with its body as it was and the operator’s key', async (model, path) => {
    const sent = await throughGateway(google({ apiKey: 'AIza-1' }), `/v1beta/models/google/${model}:generateContent`, contents, {
      'x-goog-api-key': 'of-the-client',
    });
    expect(sent).toMatchObject({ url: path, body: contents, status: 200 });
    expect(sent.headers['x-goog-api-key']).toBe('AIza-1');
  });

  it('reaches Vertex', async () => {
    const { url, headers } = await throughGateway(google({ vertex }), '/v1beta/models/google/gemini-x:countTokens', contents);
    expect(url).toBe('/v1/projects/p-1/locations/europe-west1/publishers/google/models/gemini-x:countTokens');
    expect(headers.authorization).toBe('Bearer ya29.1');
  });
});
