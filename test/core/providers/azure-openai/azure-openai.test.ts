import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AzureOpenAIOptions, azureOpenAI } from '../../../../core/src/providers/azure-openai/azure-openai.ts';
import { Router } from '../../../../core/src/upstream/router.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { addresses, credentials, prepared, problems, throughGateway } from '../sent.ts';

leavesNothing();

const base = { resource: 'res', apiKey: 'k' };
const at = (options: AzureOpenAIOptions, dialect: string, model = 'gpt-5') => addresses(azureOpenAI(options), dialect, model)?.whole;

describe('azureOpenAI()', () => {
  it('is the v1 API of a resource: OpenAI’s paths, the model in the body', async () => {
    const provider = azureOpenAI(base);
    expect(provider).toMatchObject({
      name: 'azure-openai',
      origin: 'https://res.openai.azure.com',
      paths: {
        'openai-chat': '/openai/v1/chat/completions',
        'openai-responses': '/openai/v1/responses',
        'openai-input-tokens': '/openai/v1/responses/input_tokens',
        'openai-embeddings': '/openai/v1/embeddings',
      },
      models: undefined,
      prepare: undefined,
    });
    expect(await credentials(provider)).toEqual({ 'key-1': [['api-key', 'k']] });
  });

  it('shows a token of Entra in place of a key', async () => {
    expect(await credentials(azureOpenAI({ resource: 'res', accessToken: async () => 'eyJ.a' }))).toEqual({
      'access-token': [['authorization', 'Bearer eyJ.a']],
    });
  });

  it.each([
    'https://res.openai.azure.com',
    'https://res.openai.azure.com/',
    'https://res.openai.azure.com/openai',
    'https://res.openai.azure.com/openai/v1/',
  ])('takes the endpoint as the portal shows it: %s', (endpoint) => {
    expect(at({ endpoint, apiKey: 'k' }, 'openai-chat')).toBe('https://res.openai.azure.com/openai/v1/chat/completions');
    expect(at({ endpoint, apiKey: 'k', apiVersion: '2024-10-21' }, 'openai-responses')).toBe(
      'https://res.openai.azure.com/openai/responses?api-version=2024-10-21',
    );
  });

  it('keeps what an endpoint behind another server has before its path', () => {
    expect(at({ endpoint: 'https://apim.example/ai/openai', apiKey: 'k' }, 'openai-chat')).toBe(
      'https://apim.example/ai/openai/v1/chat/completions',
    );
  });
});

describe('azureOpenAI() with a dated version', () => {
  const dated = { ...base, apiVersion: '2025-04-01-preview' };

  it.each([
    ['openai-chat', '/openai/deployments/gpt-5/chat/completions?api-version=2025-04-01-preview'],
    ['openai-completions', '/openai/deployments/gpt-5/completions?api-version=2025-04-01-preview'],
    ['openai-embeddings', '/openai/deployments/gpt-5/embeddings?api-version=2025-04-01-preview'],
    ['openai-responses', '/openai/responses?api-version=2025-04-01-preview'],
  ])('serves %s at %s', (dialect, path) => {
    const address = `https://res.openai.azure.com${path}`;
    expect(addresses(azureOpenAI(dated), dialect, 'gpt-5')).toEqual({ whole: address, stream: address });
  });

  it('has no deployment that would be another path', () => {
    expect(() => at(dated, 'openai-chat', '../../evil')).toThrow(/^model: /);
    expect(at(dated, 'openai-chat', 'a?b')).toContain('/deployments/a%3Fb/chat');
  });
});

describe('azureOpenAI() with deployments by other names', () => {
  const deployments = { 'gpt-5-mini': 'prod-mini', 'gpt-5': 'prod' };

  it('offers the models, and asks for their deployments in path and body', () => {
    const provider = azureOpenAI({ ...base, apiVersion: '2024-10-21', deployments });
    expect(provider.models).toEqual(['gpt-5-mini', 'gpt-5']);
    expect(addresses(provider, 'openai-chat', 'gpt-5-mini')?.whole).toContain('/deployments/prod-mini/chat/completions');
    expect(prepared(provider, '{"model":"gpt-5-mini", "n":1.0}', { model: 'gpt-5-mini' })).toBe('{"model":"prod-mini", "n":1.0}');
  });

  it('asks in the body alone where paths have no model', () => {
    const provider = azureOpenAI({ ...base, deployments });
    expect(prepared(provider, '{"model":"gpt-5"}', { model: 'gpt-5' })).toBe('{"model":"prod"}');
  });

  it('calls models that are offered besides by their own name', () => {
    const provider = azureOpenAI({ ...base, apiVersion: '2024-10-21', deployments, models: ['gpt-5', 'other', 'constructor'] });
    expect(provider.models).toEqual(['gpt-5', 'other', 'constructor']);
    for (const model of ['other', 'constructor']) {
      expect(addresses(provider, 'openai-chat', model)?.whole).toContain(`/deployments/${model}/`);
      expect(prepared(provider, '{"model":"gpt-5"}', { model })).toBe('{"model":"gpt-5"}');
    }
  });
});

describe('azureOpenAI() refuses', () => {
  const endpointRule = 'a URL such as https://my-resource.openai.azure.com, without user name and query';

  it.each([
    [{ apiKey: 'k' }, `endpoint: expected ${endpointRule}, received nothing`],
    [{ apiKey: 'k', endpoint: 'res.openai.azure.com' }, `endpoint: expected ${endpointRule}, received something else`],
    [
      { apiKey: 'k', endpoint: 'https://u:sk-secret-1@res.openai.azure.com' },
      `endpoint: expected ${endpointRule}, received something else`,
    ],
    [{ apiKey: 'k', endpoint: 'https://x.example/?api-version=1' }, `endpoint: expected ${endpointRule}, received something else`],
    [{ apiKey: 'k', endpoint: 'ftp://x.example' }, `endpoint: expected ${endpointRule}, received something else`],
    [{ ...base, endpoint: 'https://x.example' }, 'resource: expected nothing beside endpoint, received both'],
    [
      { apiKey: 'k', resource: 'evil.example/#' },
      'resource: expected the name of a resource: letters, digits, dashes, received "evil.example/#"',
    ],
    [{ resource: 'res' }, 'apiKey: expected the API key (is the environment variable set?), received nothing'],
    [{ ...base, accessToken: 'sk-secret-1' }, 'accessToken: expected nothing beside apiKey, received both'],
    [{ ...base, apiVersion: 'v1&x=' }, 'apiVersion: expected a version such as 2024-10-21 or 2025-04-01-preview, received "v1&x="'],
    [{ ...base, deployments: { a: 7 } }, 'deployments.a: expected a string, received 7'],
    [
      { ...base, baseUrl: 'https://x.example' },
      'baseUrl: expected no such key (there are: name, apiKey, models, endpoint, resource, accessToken, apiVersion, deployments), received a string of 17 characters',
    ],
  ])('%j', (options, message) => {
    expect(problems(() => azureOpenAI(options as never))).toEqual([message]);
  });

  it('to print its key', () => {
    const provider = azureOpenAI({ resource: 'res', apiKey: 'sk-secret-1' });
    for (const printed of [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true })])
      expect(printed).not.toContain('sk-secret-1');
  });
});

describe('a call of an OpenAI client', () => {
  it('reaches the deployment of its model', async () => {
    const provider = azureOpenAI({ ...base, apiVersion: '2024-10-21', deployments: { 'gpt-5': 'prod' } });
    const text = '{"messages":[{"role":"user","content":"Hi"}],"model":"azure-openai/gpt-5"}';
    const { url, headers, body } = await throughGateway(provider, '/v1/chat/completions', text, { authorization: 'Bearer of-the-client' });
    expect(url).toBe('/openai/deployments/prod/chat/completions?api-version=2024-10-21');
    expect([headers['api-key'], headers.authorization]).toEqual(['k', undefined]);
    expect(body).toBe('{"messages":[{"role":"user","content":"Hi"}],"model":"prod"}');
  });
});

describe('WebSockets', () => {
  const to = (options: AzureOpenAIOptions) =>
    new Router([azureOpenAI(options)], {}).socketTargets('azure-openai/gpt-realtime', 'openai-realtime');

  it('are not taken under a dated version', () => {
    expect(() => to({ ...base, apiVersion: '2025-04-01-preview' })).toThrow(/takes no WebSockets/);
  });

  it('of Realtime name the deployment in the place of the model', () => {
    expect(to({ ...base, deployments: { 'gpt-realtime': 'my voice' } })[0]?.path).toBe('/openai/v1/realtime?model=my%20voice');
    expect(to(base)[0]?.path).toBe('/openai/v1/realtime?model=gpt-realtime');
  });
});
