import { describe, expect, it } from 'vitest';
import { requestHeaders, responseHeaders, textOf } from '../../../plugins/service-proxy/src/headers.ts';
import { type Service, serviceProxyOptions } from '../../../plugins/service-proxy/src/options.ts';

function service(own: object = {}): Service {
  return serviceProxyOptions.parse({ services: [{ path: '/x', target: 'http://x', ...own }] }).services[0] as Service;
}

describe('requestHeaders', () => {
  it('are the gateway’s, the options’ and a few of the client’s; the options’ count first', () => {
    const client = { accept: 'text/plain', cookie: 'a', authorization: 'b', 'x-locale': 'de', 'x-mode': 'theirs' };
    const own = service({ clientHeaders: ['x-locale', 'x-mode'], headers: { 'x-mode': 'ours', authorization: 'Bearer s' } });
    expect(requestHeaders(client, own, 'exchange-1', undefined)).toEqual({
      accept: 'text/plain',
      'accept-encoding': 'identity',
      'user-agent': 'express-ai-gateway',
      'x-request-id': 'exchange-1',
      'x-locale': 'de',
      'x-mode': 'ours',
      authorization: 'Bearer s',
    });
  });

  it('tell of the caller what is known and asked for, in characters that a header may have', () => {
    const own = service({ forward: ['id', 'tenant', 'user'] });
    const caller = { id: 'a\ud800b', kind: 'user', user: 'å\n', plan: 'pro' } as const;
    expect(requestHeaders({}, own, '1', caller)).toMatchObject({ 'x-gateway-principal': 'a%EF%BF%BDb', 'x-gateway-user': '%C3%A5%0A' });
    expect(requestHeaders({}, own, '1', caller)).not.toHaveProperty('x-gateway-tenant');
    expect(requestHeaders({}, own, '1', caller)).not.toHaveProperty('x-gateway-plan');
  });

  it('have none that Connection names', () => {
    expect(requestHeaders({ accept: 'a', connection: 'Accept' }, service(), '1', undefined)).not.toHaveProperty('accept');
  });
});

describe('responseHeaders', () => {
  it('are those of content, and those of the options', () => {
    expect(
      responseHeaders({ etag: '"1"', 'x-score': '1', server: 'x', 'set-cookie': ['a'] }, service({ answerHeaders: ['x-score'] })),
    ).toEqual({ etag: '"1"', 'x-score': '1' });
  });
});

describe('textOf', () => {
  it('is what can be sent on', () => {
    expect([textOf('a'), textOf('a\u0007'), textOf(['a'])]).toEqual(['a', undefined, undefined]);
  });
});
