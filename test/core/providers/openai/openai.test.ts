import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../../core/src/errors.ts';
import { openai, openaiPaths } from '../../../../core/src/providers/openai/openai.ts';
import { running, type Upstream, upstream } from '../../harness/loopback.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { credentials, pairs } from '../sent.ts';

leavesNothing();

describe('openai()', () => {
  it('is OpenAI’s API with this key', async () => {
    const provider = openai({ apiKey: 'sk-1' });
    expect(provider).toMatchObject({
      name: 'openai',
      origin: 'https://api.openai.com',
      paths: {
        'openai-chat': '/v1/chat/completions',
        'openai-responses': '/v1/responses',
        'openai-input-tokens': '/v1/responses/input_tokens',
        'openai-embeddings': '/v1/embeddings',
        'openai-moderations': '/v1/moderations',
        'openai-completions': '/v1/completions',
      },
      models: undefined,
      quirks: { streamUsage: true },
    });
    expect(await credentials(provider)).toEqual({ 'key-1': [['authorization', 'Bearer sk-1']] });
    expect(provider.headers).toEqual([]);
  });

  it('uses several keys in turn', async () => {
    expect(await credentials(openai({ apiKey: ['sk-1', 'sk-2'] }))).toEqual({
      'key-1': [['authorization', 'Bearer sk-1']],
      'key-2': [['authorization', 'Bearer sk-2']],
    });
  });

  it('prefers Responses for calls of other formats: reasoning goes on between turns there', () => {
    expect(Object.keys(openai({ apiKey: 'sk-1' }).paths)[0]).toBe('openai-responses');
  });

  it('names organisation and project where they are given', () => {
    expect(pairs(openai({ apiKey: 'sk-1', organization: 'org-1', project: 'proj_1' }).headers)).toEqual([
      ['openai-organization', 'org-1'],
      ['openai-project', 'proj_1'],
    ]);
  });

  it('can be there twice, under two names', () => {
    expect(openai({ apiKey: 'sk-1', name: 'openai-eu', baseUrl: 'https://eu.api.openai.com/v1' })).toMatchObject({
      name: 'openai-eu',
      origin: 'https://eu.api.openai.com',
    });
  });

  it.each([undefined, '', ' '])('asks for a key that is %j, and names the provider', (apiKey) => {
    expect(() => openai({ apiKey, name: 'openai-eu' })).toThrow(GatewayConfigError);
    expect(() => openai({ apiKey, name: 'openai-eu' })).toThrow(/provider "openai-eu"[\s\S]*apiKey/);
  });

  it.each([
    [
      { baseURL: 'http://proxy.internal/v1' },
      /baseURL: expected no such key \(did you mean baseUrl\?\), received a string of 24 characters/,
    ],
    [{ models: 'gpt-5-mini' }, /models: expected an array, received "gpt-5-mini"/],
    [{ organisation: 'org-1' }, /organisation: expected no such key \(did you mean organization\?\), received a string of 5 characters/],
    [{ project: 7 }, /project: expected a string, received 7/],
    [{ headers: {} }, /headers: expected no such key \(there are: name, apiKey, baseUrl, models, organization, project\)/],
    [{ apikey: 'sk-2' }, /apikey: expected no such key \(did you mean apiKey\?\), received a string of 4 characters/],
  ])('refuses %j: key and calls would go where nobody meant them to', (wrong, message) => {
    expect(() => openai({ apiKey: 'sk-1', ...wrong } as never)).toThrow(message);
    expect(() => openai({ apiKey: 'sk-1', ...wrong } as never)).toThrow(GatewayConfigError);
    expect(() => openai({ apiKey: 'sk-1', ...wrong } as never)).not.toThrow(/sk-[12]/);
  });

  it.each([undefined, null, 'sk-1'])('refuses %j in the place of options, and does not repeat it', (options) => {
    expect(() => openai(options as never)).toThrow(
      /^The provider "openai" is not usable:\n {2}\(the whole value\): expected an object of options/,
    );
    expect(() => openai(options as never)).not.toThrow(/sk-1/);
  });

  it('has paths that nobody can bend', () => {
    expect(Object.isFrozen(openaiPaths)).toBe(true);
  });

  it('sends its key and account to its provider, and nothing of the client’s', async () => {
    const seen: unknown[] = [];
    const answer: Upstream = (req, res) => {
      const { authorization, 'openai-organization': organization, 'openai-project': project } = req.headers;
      seen.push({ url: req.url, authorization, organization, project });
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
    const up = await upstream(answer);
    const provider = openai({ apiKey: 'sk-1', baseUrl: `${up.url}/v1`, organization: 'org-1', project: 'proj_1' });
    const { chat } = await running(up.url, { providers: [provider], models: { chat: 'openai/gpt' } });
    const headers = { authorization: 'Bearer of-the-client', 'openai-organization': 'org-client', 'openai-project': 'proj_client' };
    expect((await chat({}, { headers })).status).toBe(200);
    expect(seen).toEqual([{ url: '/v1/chat/completions', authorization: 'Bearer sk-1', organization: 'org-1', project: 'proj_1' }]);
  });

  it('restricts what can be addressed to the models it names', async () => {
    const up = await upstream((_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    const provider = openai({ apiKey: 'sk-1', baseUrl: `${up.url}/v1`, models: ['gpt-small'] });
    const { chat } = await running(up.url, { providers: [provider], models: {} });
    expect((await chat({ model: 'openai/gpt-small' })).status).toBe(200);
    expect(await chat({ model: 'openai/gpt-large' })).toMatchObject({ status: 404, json: { error: { code: 'GW_UNKNOWN_MODEL' } } });
    expect(up.bodies).toHaveLength(1);
  });
});
