import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { requestHeaders, responseHeaders, textOf } from '../../../plugins/pass-through/src/headers.ts';

const provider = anthropic({ apiKey: 'sk-operators-own' });
const [credential] = provider.credentials;
if (credential === undefined) throw new Error('a provider has a credential');

describe('requestHeaders', () => {
  it('are the provider’s, the gateway’s and a few of the client’s', () => {
    const headers = requestHeaders(
      { accept: 'image/png', cookie: 'a', authorization: 'b', 'x-api-key': 'c', 'content-type': 'text/plain' },
      provider,
      credential,
    );
    expect(headers).toMatchObject({
      accept: 'image/png',
      'content-type': 'text/plain',
      'x-api-key': 'sk-operators-own',
      'accept-encoding': 'identity',
    });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('authorization');
  });

  it('have the provider’s version of its format, unless the client says which it speaks', () => {
    expect(requestHeaders({}, provider, credential)['anthropic-version']).toBe('2023-06-01');
    expect(requestHeaders({ 'anthropic-version': '2030-01-01' }, provider, credential)['anthropic-version']).toBe('2030-01-01');
  });

  it('have none that came twice, or that Connection names', () => {
    expect(requestHeaders({ accept: ['a', 'b'] }, provider, credential).accept).toBe('*/*');
    expect(requestHeaders({ accept: 'a', connection: 'close, Accept' }, provider, credential).accept).toBe('*/*');
  });
});

describe('responseHeaders', () => {
  it('are those of the list, and the provider’s request id under a name of its own', () => {
    expect(responseHeaders({ 'retry-after': '1', 'set-cookie': ['a'], server: 'x', 'request-id': 'req_1' })).toEqual({
      'retry-after': '1',
      'x-upstream-request-id': 'req_1',
    });
    expect(responseHeaders({ 'x-request-id': 'a\u0001b' })).toEqual({});
  });
});

describe('textOf', () => {
  it('is what can be sent on', () => {
    expect([textOf('a\tb é'), textOf('a\u0007'), textOf('ą'), textOf(['a']), textOf(undefined)]).toEqual([
      'a\tb é',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
