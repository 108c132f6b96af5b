import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AccessToken, accessToken } from '../../../core/src/providers/access-token.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { credentials, problems } from './sent.ts';

const provider = (token: AccessToken) =>
  defineProvider({
    name: 'acme',
    baseUrl: 'https://acme.example',
    paths: { 'openai-chat': '/chat' },
    credentials: [accessToken('acme', 'accessToken', token)],
  });

describe('an access token', () => {
  it.each([
    [undefined, 'nothing'],
    ['', 'an empty string'],
    ['two\r\nlines', 'a value of type string'],
    [7, 'a value of type number'],
    [Promise.resolve('sk-secret-1'), 'a value of type object'],
  ])('that is %j is refused', (token, received) => {
    expect(problems(() => accessToken('acme', 'vertex.accessToken', token as never), ['two'])).toEqual([
      `vertex.accessToken: expected an access token, or a function that gives one, received ${received}`,
    ]);
  });

  it('is sent as a bearer token', async () => {
    expect(await credentials(provider('ya29.1'))).toEqual({ 'access-token': [['authorization', 'Bearer ya29.1']] });
  });

  it('is asked for anew for each request: the function knows how long it holds', async () => {
    let count = 0;
    const made = provider(() => `token-${++count}`);
    expect(await credentials(made)).toEqual({ 'access-token': [['authorization', 'Bearer token-1']] });
    expect(await credentials(made)).toEqual({ 'access-token': [['authorization', 'Bearer token-2']] });
  });

  it('may come later', async () => {
    expect(await credentials(provider(async () => 'later'))).toEqual({ 'access-token': [['authorization', 'Bearer later']] });
  });

  it.each([
    ['', 'an empty string'],
    [null, 'null'],
    [undefined, 'nothing'],
    ['sk-secret-1\r\nx-evil: 1', 'a value of type string'],
    [{ token: 'sk-secret-1' }, 'a value of type object'],
  ])('that the function gives as %j is none; what it was is not said', async (given, kind) => {
    await expect(credentials(provider((() => given) as never))).rejects.toThrow(
      new TypeError(`The function for the access token gave ${kind}, expected a token.`),
    );
  });

  it('fails as the function does', async () => {
    const broken = provider(async () => {
      throw new Error('metadata server is away');
    });
    await expect(credentials(broken)).rejects.toThrow('metadata server is away');
  });

  it('does not print', () => {
    const made = provider('sk-secret-1');
    for (const printed of [JSON.stringify(made), inspect(made, { depth: 9, showHidden: true })])
      expect(printed).not.toContain('sk-secret-1');
  });
});
