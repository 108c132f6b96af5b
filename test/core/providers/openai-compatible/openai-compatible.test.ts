import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../../core/src/errors.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { answerStream, running, upstream } from '../../harness/loopback.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';
import { addresses, credentials, pairs, problems } from '../sent.ts';

leavesNothing();

const baseUrl = 'http://localhost:11434/v1';

describe('openaiCompatible() with a preset', () => {
  it('takes name, address, formats and deviations from it, and each of them from the operator first', () => {
    const own = openaiCompatible({
      preset: 'mistral',
      name: 'mistral-eu',
      baseUrl: 'https://eu.mistral.example/v1',
      apiKey: 'k',
      quirks: { toolChoiceByName: true },
    });
    expect(own).toMatchObject({
      name: 'mistral-eu',
      origin: 'https://eu.mistral.example',
      paths: { 'openai-chat': '/v1/chat/completions' },
    });
    expect(own.quirks).toMatchObject({ streamUsage: false, toolChoiceRequired: 'any', toolChoiceByName: true });
  });

  it('takes a key in a header of the operator’s own', async () => {
    const provider = openaiCompatible({ preset: 'groq', headers: { Authorization: 'Bearer mine' } });
    expect(pairs(provider.headers)).toEqual([['authorization', 'Bearer mine']]);
    expect(await credentials(provider)).toEqual({ 'key-1': [] });
  });

  it('is refused where there is none of that name', () => {
    expect(problems(() => openaiCompatible({ preset: 'grok' } as never))[0]).toMatch(
      /^preset: expected "groq" or "mistral" or .*, received "grok"$/,
    );
    expect(problems(() => openaiCompatible({} as never))).toEqual([
      'name: expected lower-case letters, digits, dots, dashes (64 at most), received nothing',
    ]);
    expect(problems(() => openaiCompatible({ name: 'x' } as never))).toEqual([
      'baseUrl: expected an http(s) URL such as https://api.example.com/v1, received nothing',
    ]);
  });
});

describe('openaiCompatible() that serves', () => {
  it('what the operator says, preferred first', () => {
    const provider = openaiCompatible({ name: 'x', baseUrl, serves: ['openai-responses', 'openai-chat', 'anthropic-messages'] });
    expect(Object.entries(provider.paths)).toEqual([
      ['openai-responses', '/v1/responses'],
      ['openai-chat', '/v1/chat/completions'],
      ['anthropic-messages', '/v1/messages'],
    ]);
  });

  it('less than its preset: an older server', () => {
    const provider = openaiCompatible({ preset: 'ollama', serves: ['openai-chat'] });
    expect(addresses(provider, 'openai-responses', 'm')).toBeUndefined();
    expect(addresses(provider, 'openai-chat', 'm')?.whole).toBe('http://localhost:11434/v1/chat/completions');
  });

  it.each([
    [{ name: 'x', baseUrl, serves: [] }, /^serves: expected at least one format, received an array of 0$/],
    [{ name: 'x', baseUrl, serves: ['chat'] }, /^serves\[0\]: expected openai-chat or openai-responses or .*, received "chat"$/],
    [
      { preset: 'deepseek', apiKey: 'k', serves: ['openai-chat', 'openai-responses'] },
      /^serves\[1\]: expected a format that the preset has: openai-chat, anthropic-messages, received another$/,
    ],
  ])('is refused as %j', (options, message) => {
    expect(problems(() => openaiCompatible(options as never))).toEqual([expect.stringMatching(message)]);
  });
});

describe('openaiCompatible()', () => {
  it('is a server that speaks OpenAI’s formats', () => {
    expect(openaiCompatible({ name: 'ollama', baseUrl })).toMatchObject({
      name: 'ollama',
      origin: 'http://localhost:11434',
      paths: { 'openai-chat': '/v1/chat/completions', 'openai-embeddings': '/v1/embeddings' },
      quirks: { streamUsage: true },
    });
  });

  it('sends a key where there is one, several in turn: local servers need none', async () => {
    const shown = (apiKey?: string | string[]) => credentials(openaiCompatible({ name: 'x', baseUrl, apiKey }));
    expect(await shown('k')).toEqual({ 'key-1': [['authorization', 'Bearer k']] });
    expect(await shown(['k', 'l'])).toEqual({ 'key-1': [['authorization', 'Bearer k']], 'key-2': [['authorization', 'Bearer l']] });
    expect(await shown()).toEqual({ 'key-1': [] });
    expect(await shown('')).toEqual({ 'key-1': [] }); // an environment variable that is not set
  });

  it.each([
    [{ base_url: 'x' }, /base_url: expected no such key \(did you mean baseUrl\?\), received a string of 1 characters/],
    [{ quirks: { streamUsge: false } }, /quirks\.streamUsge: expected no such key \(did you mean streamUsage\?\), received false/],
    [{ headers: 'x-key: sk-1' }, /headers: expected an object of names and values, received a string of 11 characters/],
    [{ apiKey: 4711 }, /apiKey: expected the API key \(is the environment variable set\?\), received a value of type number/],
    [{ apiKey: ' ' }, /apiKey: expected the API key \(is the environment variable set\?\), received an empty string/],
    [{ paths: {} }, /paths: expected no such key/],
  ])('refuses %j', (wrong, message) => {
    const make = () => openaiCompatible({ name: 'x', baseUrl, ...wrong } as never);
    expect(make).toThrow(message);
    expect(make).toThrow(GatewayConfigError);
    expect(make).not.toThrow(/sk-1|4711/);
  });

  it('refuses to be made from nothing', () => {
    expect(() => openaiCompatible(undefined as never)).toThrow(/^The provider is not usable:\n {2}\(the whole value\)/);
  });

  it('sends further headers with every request', () => {
    const provider = openaiCompatible({ name: 'x', baseUrl, apiKey: 'k', headers: { 'X-Title': 'My app' } });
    expect(pairs(provider.headers)).toEqual([['x-title', 'My app']]);
  });

  it('takes a credential of another scheme in a header, and no second one beside it', () => {
    const { headers } = openaiCompatible({ name: 'x', baseUrl, headers: { Authorization: 'Basic abc' } });
    expect(headers.map(({ value }) => value.reveal())).toEqual(['Basic abc']);
    expect(() => openaiCompatible({ name: 'x', baseUrl, apiKey: 'k', headers: { Authorization: 'Basic abc' } })).toThrow(
      GatewayConfigError,
    );
  });

  it.each([
    [undefined, true],
    [{ streamUsage: true }, true],
    [{ streamUsage: false }, false],
  ])('with the deviations %j: usage is asked for in streams: %s', async (quirks, asks) => {
    const up = await upstream(answerStream('hello'));
    const provider = openaiCompatible({ name: 'x', baseUrl: `${up.url}/v1`, ...(quirks && { quirks }) });
    const { chat } = await running(up.url, { providers: [provider], models: { chat: 'x/m' } });
    expect((await chat({ stream: true })).text).toContain('[DONE]');
    expect((up.bodies[0] as string).includes('stream_options')).toBe(asks);
  });

  it('that names its models offers them in the list', async () => {
    const up = await upstream();
    const provider = openaiCompatible({ name: 'x', baseUrl: `${up.url}/v1`, models: ['a', 'b/c'] });
    const { gateway, chat } = await running(up.url, { providers: [provider], models: {} });
    expect((await chat({ model: 'x/b/c' })).status).toBe(200);
    expect((await chat({ model: 'x/b' })).json.error?.message).toContain('x/a, x/b/c');
    expect(gateway.explain({ body: { model: 'x/a', messages: [{}] } }).targets).toMatchObject([{ id: 'x/a' }]);
  });
});
