import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnthropicVertexOptions, anthropicVertex } from '../../../../core/src/providers/anthropic-vertex/anthropic-vertex.ts';
import { passedHeaders } from '../../../../core/src/providers/passed-headers.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { addresses, credentials, prepared, problems, throughGateway } from '../sent.ts';

leavesNothing();

const place: AnthropicVertexOptions = { project: 'p-1', location: 'europe-west1', accessToken: () => 'ya29.1' };
const models = 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/publishers/anthropic/models';

const body = (text: string, dialect = 'anthropic-messages'): string => prepared(anthropicVertex(place), text, { dialect });
const betas = (value: string, dialect = 'anthropic-messages', more: Partial<AnthropicVertexOptions> = {}) =>
  passedHeaders(anthropicVertex({ ...place, ...more }), dialect, { 'anthropic-beta': value, 'anthropic-version': '2023-06-01' });

describe('anthropicVertex()', () => {
  it('has the model in the path, as clients of Vertex send it, and streams at another', () => {
    expect(addresses(anthropicVertex(place), 'anthropic-messages', 'claude-sonnet-4-5@20250929')).toEqual({
      whole: `${models}/claude-sonnet-4-5@20250929:rawPredict`,
      stream: `${models}/claude-sonnet-4-5@20250929:streamRawPredict`,
    });
    expect(addresses(anthropicVertex(place), 'anthropic-count-tokens', 'claude')?.whole).toBe(`${models}/count-tokens:rawPredict`);
  });

  it('is elsewhere in the global location, and where the operator says', () => {
    const at = (options: Partial<AnthropicVertexOptions>) =>
      addresses(anthropicVertex({ ...place, ...options }), 'anthropic-messages', 'm')?.whole;
    expect(at({ location: 'global' })).toBe(
      'https://aiplatform.googleapis.com/v1/projects/p-1/locations/global/publishers/anthropic/models/m:rawPredict',
    );
    expect(at({ baseUrl: 'http://127.0.0.1:1/v1' })).toMatch(/^http:\/\/127\.0\.0\.1:1\/v1\/projects\/p-1\//);
  });

  it('asks for its token for each request', async () => {
    expect(await credentials(anthropicVertex(place))).toEqual({ 'access-token': [['authorization', 'Bearer ya29.1']] });
  });
});

describe('a body for Anthropic on Vertex', () => {
  it('has no model, and the version in its place; the rest stays byte for byte', () => {
    expect(body('{ "max_tokens" : 1.0, "model":"x" ,"stream": true, "2":9007199254740993,"1":"\\u00e4\\/"}')).toBe(
      '{ "max_tokens" : 1.0 ,"stream": true, "2":9007199254740993,"1":"\\u00e4\\/","anthropic_version":"vertex-2023-10-16"}',
    );
    expect(body('{"model":"x","messages":[]}')).toBe('{"messages":[],"anthropic_version":"vertex-2023-10-16"}');
    expect(body('{"model":"x"}')).toBe('{"anthropic_version":"vertex-2023-10-16"}');
  });

  it('keeps its model where tokens are counted: there it stands in no path', () => {
    expect(body('{"model":"x"}', 'anthropic-count-tokens')).toBe('{"model":"x","anthropic_version":"vertex-2023-10-16"}');
  });

  it.each([
    ['"vertex-2024-01-01"', '"vertex-2024-01-01"'],
    ['"bedrock-2023-05-31"', '"vertex-2023-10-16"'],
    ['null', '"vertex-2023-10-16"'],
  ])('with the version %s has %s', (given, sent) => {
    expect(body(`{"anthropic_version":${given},"messages":[]}`)).toBe(`{"anthropic_version":${sent},"messages":[]}`);
  });

  it('is what it was but for these two, whatever it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (fields, withModel) => {
        const text = JSON.stringify({ ...fields, ...(withModel && { model: 'm' }) });
        const { model: _model, anthropic_version: version, ...rest } = JSON.parse(text) as Record<string, unknown>;
        const sent = JSON.parse(body(text)) as Record<string, unknown>;
        const kept = typeof version === 'string' && version.startsWith('vertex-') ? version : 'vertex-2023-10-16';
        expect(sent).toEqual({ ...rest, anthropic_version: kept });
      }),
    );
  });
});

describe('headers of a client for Anthropic on Vertex', () => {
  it('litellm#15299, #15335, #15700: betas that Vertex knows are passed on', () => {
    expect(betas('context-management-2025-06-27,interleaved-thinking-2025-05-14')).toEqual({
      'anthropic-beta': 'context-management-2025-06-27, interleaved-thinking-2025-05-14',
    });
  });

  it('litellm#19373, claude-code#34802: others are not, for Vertex would refuse the whole request', () => {
    expect(betas('effort-2025-11-24,context-1m-2025-08-07,claude-code-20250219')).toEqual({ 'anthropic-beta': 'context-1m-2025-08-07' });
    expect(betas('effort-2025-11-24')).toEqual({});
  });

  it('claude-code#12429: web search is known where messages are, not where tokens are counted', () => {
    expect(betas('web-search-2025-03-05')).toEqual({ 'anthropic-beta': 'web-search-2025-03-05' });
    expect(betas('web-search-2025-03-05', 'anthropic-count-tokens')).toEqual({});
  });

  it('may have further betas that the operator knows to be taken', () => {
    expect(betas('new-2027-01-01', 'anthropic-messages', { betas: ['new-2027-01-01'] })).toEqual({ 'anthropic-beta': 'new-2027-01-01' });
  });
});

describe('anthropicVertex() refuses', () => {
  it.each([
    [{ project: undefined }, 'project: expected the id or number of a Google Cloud project, received nothing'],
    [{ location: 'evil.example/' }, 'location: expected a location such as europe-west1, eu or global, received "evil.example/"'],
    [{ accessToken: undefined }, 'accessToken: expected an access token, or a function that gives one, received nothing'],
    [{ version: '2023-06-01' }, 'version: expected a version such as vertex-2023-10-16, received "2023-06-01"'],
    [{ betas: ['a,b'] }, 'betas[0]: expected a value such as web-search-2025-03-05, received "a,b"'],
    [
      { apiKey: 'sk-secret-1' },
      'apiKey: expected no such key (there are: name, baseUrl, models, project, location, accessToken, version, betas), received a string of 11 characters',
    ],
  ])('%j', (change, message) => {
    expect(problems(() => anthropicVertex({ ...place, ...change } as never))).toEqual([message]);
  });
});

describe('a call of an Anthropic client', () => {
  it('reaches Vertex with the model in the path, the version in the body and the token of the moment', async () => {
    const text = '{"model":"anthropic-vertex/claude-x@20250929","max_tokens":1.0,"messages":[{"role":"user","content":"caf\\u00e9"}]}';
    const {
      url,
      headers,
      body: sent,
      status,
    } = await throughGateway(anthropicVertex(place), '/v1/messages', text, {
      'x-api-key': 'of-the-client',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'effort-2025-11-24, context-1m-2025-08-07',
    });
    expect(status).toBe(200);
    expect(url).toBe('/v1/projects/p-1/locations/europe-west1/publishers/anthropic/models/claude-x@20250929:rawPredict');
    expect(headers).toMatchObject({ authorization: 'Bearer ya29.1', 'anthropic-beta': 'context-1m-2025-08-07' });
    expect([headers['x-api-key'], headers['anthropic-version']]).toEqual([undefined, undefined]);
    expect(sent).toBe('{"max_tokens":1.0,"messages":[{"role":"user","content":"caf\\u00e9"}],"anthropic_version":"vertex-2023-10-16"}');
  });

  it('is counted at an address of its own, by its model’s own name', async () => {
    const text = '{"model":"anthropic-vertex/claude-x","messages":[{"role":"user","content":"Hi"}]}';
    const { url, body: sent } = await throughGateway(anthropicVertex(place), '/v1/messages/count_tokens', text);
    expect(url).toMatch(/\/publishers\/anthropic\/models\/count-tokens:rawPredict$/);
    expect(sent).toBe('{"model":"claude-x","messages":[{"role":"user","content":"Hi"}],"anthropic_version":"vertex-2023-10-16"}');
  });
});
