import { describe, expect, it } from 'vitest';
import type { RequestHeaders } from '../../../core/src/model/headers.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { clientHeaders, requestHeaders, responseHeaders } from '../../../core/src/upstream/headers.ts';

const provider = openai({ apiKey: 'sk-operators-own', organization: 'org-own', project: 'proj-own' });

/** The head as an object; fails when a name is there twice. */
function sent(client: RequestHeaders, accept = 'application/json'): Record<string, string> {
  const list = requestHeaders(provider, 'openai-chat', clientHeaders(['openai-beta'], client), accept);
  const names = list.filter((_, index) => index % 2 === 0);
  expect(new Set(names).size).toBe(names.length);
  return Object.fromEntries(names.map((name, index) => [name, list[index * 2 + 1] as string]));
}

const own = {
  'content-type': 'application/json',
  accept: 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'express-ai-gateway',
  'openai-organization': 'org-own',
  'openai-project': 'proj-own',
};

describe('requestHeaders', () => {
  it("are the provider's and the gateway's own, and ask for an answer that is not encoded", () => {
    expect(sent({})).toEqual(own);
    expect(sent({}, 'text/event-stream')).toEqual({ ...own, accept: 'text/event-stream' });
  });

  it('take nothing from a client but what is on the list', () => {
    const client = {
      authorization: 'Bearer gw_client',
      'x-api-key': 'gw_client',
      cookie: 'session=1',
      host: 'evil.example',
      'content-length': '1',
      'content-type': 'text/plain',
      'content-encoding': 'gzip',
      'accept-encoding': 'gzip',
      accept: '*/*',
      'user-agent': 'client',
      'transfer-encoding': 'chunked',
      te: 'trailers',
      trailer: 'x',
      upgrade: 'h2c',
      expect: '100-continue',
      'openai-organization': 'org-client',
      'openai-project': 'proj-client',
      'x-forwarded-for': '10.0.0.1',
      'x-stainless-lang': 'js',
      'x-request-id': 'mine',
      'idempotency-key': 'mine',
      'openai-beta': 'assistants=v2',
    };
    expect(sent(client)).toEqual({ ...own, 'openai-beta': 'assistants=v2' });
  });

  it.each(['openai-beta', 'OpenAI-Beta', 'close, OpenAI-Beta ', 'keep-alive,\topenai-beta,x'])(
    'keep back what the client says is for this hop only: connection: %s',
    (connection) => {
      expect(sent({ 'openai-beta': 'assistants=v2', connection })).toEqual(own);
    },
  );

  it('are not kept back by what a client names in its connection header', () => {
    const connection = Object.keys(own).join(', ');
    expect(sent({ connection, 'openai-beta': 'a' })).toEqual({ ...own, 'openai-beta': 'a' });
  });

  it('take no header that came as a list', () => {
    expect(sent({ 'openai-beta': ['a', 'b'] })).toEqual(own);
  });

  it('have no credential: that is added for each attempt', () => {
    const local = openaiCompatible({ name: 'ollama', baseUrl: 'http://localhost:11434/v1' });
    expect(requestHeaders(local, 'openai-chat', clientHeaders([], { authorization: 'Bearer gw_client' }), '*/*')).not.toContain(
      'authorization',
    );
  });
});

describe('responseHeaders', () => {
  it('pass on what is on the list, and the request id under a name of its own', () => {
    const upstream = {
      'openai-processing-ms': '12',
      'openai-version': '2020-10-01',
      'retry-after': '3',
      'retry-after-ms': '3000',
      'x-request-id': 'req_123',
      'content-type': 'application/json',
      'content-length': '5',
      'set-cookie': ['a=1'],
      'openai-organization': 'org-own',
      'x-ratelimit-remaining-requests': '9',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=1',
      server: 'cloudflare',
    };
    expect(responseHeaders(upstream)).toEqual({
      'openai-processing-ms': '12',
      'openai-version': '2020-10-01',
      'retry-after': '3',
      'retry-after-ms': '3000',
      'x-upstream-request-id': 'req_123',
    });
  });

  it.each([
    ['a line break', 'a\r\nset-cookie: x=1'],
    ['a letter that Node would not write', 'caf\u0119'],
    ['a control character', 'a\u0000b'],
  ])('leave out a value with %s', (_what, value) => {
    expect(responseHeaders({ 'openai-version': value, 'x-request-id': value })).toEqual({});
  });

  it.each(['', 'x'.repeat(129), 'req 1', '<script>', 'req_é'])('leave out the request id %j', (id) => {
    expect(responseHeaders({ 'x-request-id': id })).toEqual({});
  });

  it('leave out what came twice: nobody can say which was meant', () => {
    expect(responseHeaders({ 'retry-after': ['1', '2'], 'x-request-id': ['a', 'b'] })).toEqual({});
  });
});
