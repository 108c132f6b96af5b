import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../../core/src/errors.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { answerStream, running, upstream } from '../../harness/loopback.ts';
import { leavesNothing } from '../../harness/nothing-left.ts';

leavesNothing();

const baseUrl = 'http://localhost:11434/v1';

describe('openaiCompatible()', () => {
  it('is a server that speaks OpenAI’s formats', () => {
    expect(openaiCompatible({ name: 'ollama', baseUrl })).toMatchObject({
      name: 'ollama',
      origin: 'http://localhost:11434',
      paths: { 'openai-chat': '/v1/chat/completions', 'openai-embeddings': '/v1/embeddings' },
      quirks: { streamUsage: true },
    });
  });

  it('sends a key where there is one: local servers need none', () => {
    const headers = (apiKey?: string) =>
      openaiCompatible({ name: 'x', baseUrl, apiKey }).headers.map(({ name, value }) => [name, value.reveal()]);
    expect(headers('k')).toEqual([['authorization', 'Bearer k']]);
    expect(headers()).toEqual([]);
    expect(headers('')).toEqual([]); // an environment variable that is not set
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
    const { headers } = openaiCompatible({ name: 'x', baseUrl, apiKey: 'k', headers: { 'X-Title': 'My app' } });
    expect(headers.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ['x-title', 'My app'],
      ['authorization', 'Bearer k'],
    ]);
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
