import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { anthropic, anthropicVersion } from '../../../../core/src/providers/anthropic/anthropic.ts';
import { requestHeaders } from '../../../../core/src/upstream/headers.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { addresses, credentials, problems, throughGateway } from '../sent.ts';

leavesNothing();

describe('anthropic()', () => {
  it('is Anthropic’s API with this key, in a header of its own', async () => {
    const provider = anthropic({ apiKey: 'sk-ant-1' });
    expect(provider).toMatchObject({
      name: 'anthropic',
      origin: 'https://api.anthropic.com',
      paths: { 'anthropic-messages': '/v1/messages', 'anthropic-count-tokens': '/v1/messages/count_tokens' },
      models: undefined,
    });
    expect(await credentials(provider)).toEqual({ 'key-1': [['x-api-key', 'sk-ant-1']] });
  });

  it('uses several keys in turn', async () => {
    expect(Object.values(await credentials(anthropic({ apiKey: ['a', 'b'] })))).toEqual([[['x-api-key', 'a']], [['x-api-key', 'b']]]);
  });

  it('shows a token as a bearer, and never a key beside it', async () => {
    expect(await credentials(anthropic({ authToken: 'tok' }))).toEqual({ 'access-token': [['authorization', 'Bearer tok']] });
    expect(await credentials(anthropic({ apiKey: '', authToken: async () => 'tok' }))).toEqual({
      'access-token': [['authorization', 'Bearer tok']],
    });
  });

  it.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1', 'https://api.anthropic.com/v1/messages'], // as the AI SDK takes it
    ['https://api.anthropic.com/v1/', 'https://api.anthropic.com/v1/messages'],
    ['https://res.services.ai.azure.com/anthropic', 'https://res.services.ai.azure.com/anthropic/v1/messages'],
    ['https://proxy.example/v1beta', 'https://proxy.example/v1beta/v1/messages'],
  ])('at %s is asked at %s', (baseUrl, address) => {
    expect(addresses(anthropic({ apiKey: 'k', baseUrl }), 'anthropic-messages', 'm')).toEqual({ whole: address, stream: address });
  });

  it('names a version for clients that do not: those of other formats', () => {
    const sent = (client: Readonly<Record<string, string>>, version?: string) => {
      const provider = anthropic({ apiKey: 'k', ...(version !== undefined && { version }) });
      const headers = requestHeaders(provider, 'anthropic-messages', client, 'application/json');
      return headers.flatMap((name, at) => (at % 2 === 0 && name === 'anthropic-version' ? [headers[at + 1]] : []));
    };
    expect(sent({})).toEqual(['2023-06-01']);
    expect(sent({}, '2026-10-21')).toEqual(['2026-10-21']);
    expect(sent({ 'anthropic-version': '2025-01-01' }, '2026-10-21')).toEqual(['2025-01-01']);
  });

  it('passes every beta on: new ones come without notice', () => {
    expect(anthropic({ apiKey: 'k' }).headerValues).toEqual({});
  });

  it.each([
    [{}, 'apiKey: expected the API key (is the environment variable set?), received nothing'],
    [{ apiKey: '' }, 'apiKey: expected the API key (is the environment variable set?), received an empty string'],
    [{ authToken: undefined }, 'authToken: expected an access token, or a function that gives one, received nothing'],
    [{ apiKey: 'sk-secret-1', authToken: 'sk-secret-1' }, 'authToken: expected nothing beside apiKey, received both'],
    [{ apiKey: 'k', version: 'latest' }, 'version: expected a version such as 2023-06-01, received "latest"'],
    [
      { apiKey: 'k', baseUrl: 'api.anthropic.com' },
      'baseUrl: expected an http(s) URL such as https://api.example.com/v1, received something else',
    ],
    [{ apiKey: 'k', baseUrl: 7 }, 'baseUrl: expected an http(s) URL such as https://api.example.com/v1, received number'],
    [
      { apiKey: 'k', headers: {} },
      'headers: expected no such key (there are: name, apiKey, baseUrl, models, authToken, version), received an object',
    ],
  ])('refuses %j', (options, message) => {
    expect(problems(() => anthropic(options as never))).toEqual([message]);
  });

  it('does not print its key', () => {
    const provider = anthropic({ apiKey: 'sk-secret-1' });
    for (const printed of [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true })])
      expect(printed).not.toContain('sk-secret-1');
  });
});

describe('the version of Anthropic’s formats', () => {
  it('is said in both', () => {
    expect(anthropicVersion()).toEqual({
      'anthropic-messages': { 'anthropic-version': '2023-06-01' },
      'anthropic-count-tokens': { 'anthropic-version': '2023-06-01' },
    });
  });
});

describe('a call of an Anthropic client', () => {
  it('reaches Anthropic with its version and betas, and the operator’s key', async () => {
    const betas = 'claude-code-20250219,whatever-2099-01-01';
    const text = '{"model":"anthropic/claude-x","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}';
    const { url, headers, body } = await throughGateway(anthropic({ apiKey: 'sk-ant-1' }), '/v1/messages?beta=true', text, {
      authorization: 'Bearer of-the-client',
      'anthropic-version': '2026-10-21',
      'anthropic-beta': betas,
    });
    expect(url).toBe('/v1/messages');
    expect(headers).toMatchObject({ 'x-api-key': 'sk-ant-1', 'anthropic-version': '2026-10-21', 'anthropic-beta': betas });
    expect(headers.authorization).toBeUndefined();
    expect(body).toBe(text.replace('anthropic/', ''));
  });

  it('reaches it by a token without any key', async () => {
    const text = '{"model":"anthropic/claude-x","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}';
    const { headers } = await throughGateway(anthropic({ authToken: () => 'tok' }), '/v1/messages', text, { 'x-api-key': 'of-the-client' });
    expect([headers.authorization, headers['x-api-key']]).toEqual(['Bearer tok', undefined]);
  });
});
