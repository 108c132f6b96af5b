import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { defineProvider, type ProviderSpec } from '../../../core/src/providers/define-provider.ts';

const spec: ProviderSpec = { name: 'acme', baseUrl: 'https://api.acme.example/v1', paths: { 'openai-chat': '/chat/completions' } };

/** The one problem that a provider is refused for. */
function problem(change: Readonly<Record<string, unknown>>): { path: string; expected: string; received: string; text: string } {
  try {
    defineProvider({ ...spec, ...change } as ProviderSpec);
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    expect(error.problems).toHaveLength(1);
    return { ...(error.problems[0] as { path: string; expected: string; received: string }), text: `${error.message}\n${error.stack}` };
  }
  throw new Error('it was accepted');
}

describe('a provider', () => {
  it('is data: destination, paths, headers, models, deviations', () => {
    const provider = defineProvider({ ...spec, headers: { 'X-Team': 'blue' }, models: ['small'] });
    expect(provider).toMatchObject({
      kind: 'provider',
      name: 'acme',
      origin: 'https://api.acme.example',
      paths: { 'openai-chat': '/v1/chat/completions' },
      models: ['small'],
      quirks: { streamUsage: true },
    });
    expect(provider.headers.map(({ name, value }) => [name, value.reveal()])).toEqual([['x-team', 'blue']]);
  });

  it.each([
    ['https://api.acme.example', 'https://api.acme.example', '/chat/completions'],
    ['https://api.acme.example/', 'https://api.acme.example', '/chat/completions'],
    ['https://api.acme.example/openai/v1///', 'https://api.acme.example', '/openai/v1/chat/completions'],
    ['HTTP://Acme.Example:8080/V1', 'http://acme.example:8080', '/V1/chat/completions'],
    ['https://acme.example:443/v1', 'https://acme.example', '/v1/chat/completions'],
    ['http://[::1]:11434/v1', 'http://[::1]:11434', '/v1/chat/completions'],
  ])('at %s is reached at %s%s', (baseUrl, origin, path) => {
    expect(defineProvider({ ...spec, baseUrl })).toMatchObject({ origin, paths: { 'openai-chat': path } });
  });

  it('cannot be changed afterwards, not by what it was made from either', () => {
    const models = ['small'];
    const provider = defineProvider({ ...spec, models, headers: { a: 'b' } });
    models.push('large');
    expect(provider.models).toEqual(['small']);
    for (const part of [provider, provider.paths, provider.headers, provider.headers[0], provider.models, provider.quirks])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('prints no header’s value', () => {
    const provider = defineProvider({ ...spec, headers: { authorization: 'Bearer sk-secret-1' } });
    for (const printed of [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true }), String(provider.headers[0]?.value)])
      expect(printed).not.toContain('sk-secret-1');
    expect(JSON.stringify(provider)).toContain('[redacted]');
  });

  it('has deviations where they are named, and no others', () => {
    expect(defineProvider({ ...spec, quirks: { streamUsage: false } }).quirks).toEqual({ streamUsage: false });
    expect(defineProvider({ ...spec, quirks: {} }).quirks).toEqual({ streamUsage: true });
  });
});

describe('a provider is refused', () => {
  it.each(['', 'Acme', 'a/b', 'a b', '-a', 'ä', 'a'.repeat(65), undefined, 7])('with the name %j', (name) => {
    expect(problem({ name })).toMatchObject({ path: 'name', expected: 'lower-case letters, digits, dots, dashes (64 at most)' });
  });

  it.each(['api.acme.example/v1', 'ftp://acme.example', 'file:///etc/passwd', '//acme.example', '', undefined, 7])(
    'with the base URL %j',
    (baseUrl) => {
      expect(problem({ baseUrl })).toMatchObject({ path: 'baseUrl', expected: 'an http(s) URL such as https://api.example.com/v1' });
    },
  );

  it('with a credential in its URL, which the message does not repeat', () => {
    const { path, text } = problem({ baseUrl: 'https://user:sk-secret-1@acme.example/v1' });
    expect(path).toBe('baseUrl');
    expect(text).toContain('use apiKey');
    expect(text).not.toContain('sk-secret-1');
    expect(problem({ baseUrl: 'sk-secret-1' }).text).not.toContain('sk-secret-1');
  });

  it.each(['https://acme.example/v1?key=1', 'https://acme.example/v1#x'])('with more than a path: %s', (baseUrl) => {
    expect(problem({ baseUrl })).toMatchObject({ path: 'baseUrl', expected: 'a URL without query and fragment' });
  });

  it.each([
    ['a value that breaks the line', { 'x-team': 'blue\r\nx-evil: 1' }],
    ['a value that is no text', { 'x-team': 7 }],
    ['a value beyond ASCII', { 'x-team': 'blåu' }],
    ['a name that is none', { 'x team': 'blue' }],
    ['an empty name', { '': 'blue' }],
  ])('with %s in its headers, which the message does not repeat', (_what, headers) => {
    const { path, text } = problem({ headers });
    expect(path).toMatch(/^headers\./);
    expect(text).not.toMatch(/evil|blåu/);
  });

  it.each(['Content-Length', 'transfer-encoding', 'HOST', 'connection', 'content-type', 'user-agent', 'accept-encoding'])(
    'with a header of its own that the gateway writes: %s',
    (name) => {
      expect(problem({ headers: { [name]: '1' } })).toMatchObject({ path: `headers.${name.toLowerCase()}` });
    },
  );

  it('with the same header twice in two spellings: one of them could be the other’s credential', () => {
    expect(problem({ headers: { Authorization: 'Bearer a', authorization: 'Bearer b' } })).toMatchObject({
      path: 'headers.authorization',
      expected: 'each header once',
    });
  });
});

describe('options that a provider does not know', () => {
  it.each([
    [{ baseURL: 'https://other.example' }, 'baseURL', 'no such key (did you mean baseUrl?)', 'a string of 21 characters'],
    [{ path: {} }, 'path', 'no such key (did you mean paths?)', 'an object'],
    [{ quirks: { streamUsge: false } }, 'quirks.streamUsge', 'no such key (did you mean streamUsage?)', 'false'],
    [
      { apiKey: 'sk-secret-1' },
      'apiKey',
      'no such key (there are: name, baseUrl, headers, models, quirks, paths, sockets, dialectHeaders, headerValues, credentials, dialects, prepare, framing)',
      'a string of 11 characters',
    ],
    [{ quirks: { streamUsage: 'no' } }, 'quirks.streamUsage', 'a boolean', '"no"'],
    [{ quirks: false }, 'quirks', 'an object', 'false'],
    [{ models: 'small' }, 'models', 'an array', '"small"'],
    [{ models: ['small', 7] }, 'models[1]', 'a string', '7'],
    [{ models: ['small', 'two\nlines'] }, 'models[1]', 'a model name of printable ASCII, 256 at most', '"two\\nlines"'],
    [{ models: [''] }, 'models[0]', 'a model name of printable ASCII, 256 at most', '""'],
    [{ paths: ['/chat'] }, 'paths', 'an object of paths', 'an array of 1'],
    [{ paths: { 'openai-chat': 'chat' } }, 'paths.openai-chat', 'a path that begins with a slash', '"chat"'],
    [{ headers: 'authorization: sk-1' }, 'headers', 'an object of names and values', 'a string of 19 characters'],
    [{ headers: [['a', 'b']] }, 'headers', 'an object of names and values', 'an array of 1'],
  ])('or of the wrong kind are refused: %j', (change, path, expected, received) => {
    const { text, ...told } = problem(change);
    expect(told).toEqual({ path, expected, received });
    expect(text).toContain('The provider "acme" is not usable:');
    expect(text).not.toContain('sk-secret-1');
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['sk-secret-1', 'a value of type string'],
  ])('may be no options at all: %j is refused without repeating it', (given, received) => {
    expect(() => defineProvider(given as never)).toThrow(
      new GatewayConfigError('The provider is not usable:', [{ path: '(the whole value)', expected: 'an object of options', received }]),
    );
  });
});

describe('a provider’s path', () => {
  it.each([
    ['no slash at its beginning', 'chat', 'a path that begins with a slash'],
    ['a fragment', '/chat#x', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['a blank', '/chat completions', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['a line break', '/chat\r\nhost: evil', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['a backslash, which URLs read as a slash', '/..\\chat', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['another name in braces', '/{deployment}/chat', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['two models', '/{model}/{model}', 'a path of printable ASCII without fragment, with {model} once at most'],
    ['dotted segments', '/a/../chat', 'a path without dotted segments'],
    ['a dotted segment at its end', '/a/.', 'a path without dotted segments'],
    ['dotted segments that are encoded, which URLs read as dots', '/a/%2E./b', 'a path without dotted segments'],
    ['dotted segments before its query', '/..?a=b', 'a path without dotted segments'],
  ])('is refused with %s', (_what, path, expected) => {
    expect(problem({ paths: { 'openai-chat': path } })).toMatchObject({ path: 'paths.openai-chat', expected });
    expect(problem({ paths: { 'openai-chat': { whole: '/ok', stream: path } } })).toMatchObject({
      path: 'paths.openai-chat.stream',
      expected,
    });
  });

  it('may be one each for whole and streamed answers, with a query', () => {
    const { paths } = defineProvider({ ...spec, paths: { 'openai-chat': { whole: '/m/{model}:go', stream: '/m/{model}:flow?alt=sse' } } });
    const path = paths['openai-chat'];
    expect(path).toEqual({ whole: '/v1/m/{model}:go', stream: '/v1/m/{model}:flow?alt=sse' });
    expect(Object.isFrozen(path)).toBe(true);
  });
});

describe('a provider’s credentials', () => {
  it('are numbered unless they have names', () => {
    const given = [{ headers: { 'X-Key': 'a' } }, { name: 'spare', headers: { 'x-key': 'b' } }, {}];
    const { credentials } = defineProvider({ ...spec, credentials: given });
    expect(credentials.map(({ name, headers }) => [name, headers.map((header) => [header.name, header.value.reveal()])])).toEqual([
      ['key-1', [['x-key', 'a']]],
      ['spare', [['x-key', 'b']]],
      ['key-3', []],
    ]);
    for (const part of [credentials, credentials[0], credentials[0]?.headers]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('are one that shows nothing by default', () => {
    expect(defineProvider(spec).credentials).toEqual([{ name: 'key-1', headers: [] }]);
  });

  it.each([
    [[], 'credentials', 'at least one credential', 'an array of 0'],
    [[{ name: 'a' }, { name: 'a' }], 'credentials[1].name', 'a name of its own', 'one twice'],
    [[{}, { name: 'key-1' }], 'credentials[1].name', 'a name of its own', 'one twice'],
    [[{ name: 'two words' }], 'credentials[0].name', 'letters, digits, dots, dashes (64 at most)', 'a string of 9 characters'],
    [
      [{ headers: { authorization: 'Bearer sk-secret-1\n' } }],
      'credentials[0].headers.authorization',
      'printable ASCII',
      'other characters',
    ],
    [[{ headers: { host: 'evil' } }], 'credentials[0].headers.host', 'a header that the gateway does not write itself', 'one that it does'],
    [[{ authorize: 'sk-secret-1' }], 'credentials[0].authorize', 'a function', 'a string of 11 characters'],
    [
      [{ apiKey: 'sk-secret-1' }],
      'credentials[0].apiKey',
      'no such key (there are: name, headers, authorize)',
      'a string of 11 characters',
    ],
  ])('are refused as %j', (credentials, path, expected, received) => {
    const { text, ...told } = problem({ credentials });
    expect(told).toEqual({ path, expected, received });
    expect(text).not.toContain('sk-secret-1');
  });

  it('stand beside no header of the same name: one of them would be the wrong one', () => {
    const credentials = [{ headers: { authorization: 'Bearer a' } }];
    expect(problem({ credentials, headers: { Authorization: 'Basic b' } })).toMatchObject({ path: 'headers.authorization' });
  });
});

describe('what else a provider says', () => {
  it('has its dialects’ headers by lower-case name, frozen', () => {
    const { dialectHeaders } = defineProvider({ ...spec, dialectHeaders: { 'openai-chat': { 'X-Version': '1' } } });
    expect(dialectHeaders).toEqual({ 'openai-chat': { 'x-version': '1' } });
    for (const part of [dialectHeaders, dialectHeaders['openai-chat']]) expect(Object.isFrozen(part)).toBe(true);
    expect(problem({ dialectHeaders: { 'openai-chat': { 'x-version': 'a\nb' } } })).toMatchObject({
      path: 'dialectHeaders.openai-chat.x-version',
      expected: 'printable ASCII',
    });
  });

  it('has the values of clients’ headers that it takes, frozen', () => {
    const given = { 'openai-chat': { 'openai-beta': ['a'] } };
    const { headerValues } = defineProvider({ ...spec, headerValues: given });
    given['openai-chat']['openai-beta'].push('b');
    expect(headerValues).toEqual({ 'openai-chat': { 'openai-beta': ['a'] } });
    expect(Object.isFrozen(headerValues['openai-chat']?.['openai-beta'])).toBe(true);
    expect(problem({ headerValues: { 'openai-chat': { 'OpenAI-Beta': ['a'] } } }).path).toBe('headerValues.openai-chat.OpenAI-Beta');
  });

  it.each([
    [{ prepare: true }, 'prepare', 'a function', 'true'],
    [{ framing: { contentType: 'application/x' } }, 'framing.decoder', 'a function', 'nothing'],
    [{ paths: { 'openai-chat': { whole: '/a', stream: '/b', modelName: 'x' } } }, 'paths.openai-chat.modelName', 'a function', '"x"'],
  ])('is refused as %j', (change, path, expected, received) => {
    expect(problem(change)).toMatchObject({ path, expected, received });
  });

  it('has a framing of its own, and leaves the one that was given as it was', () => {
    const framing = { contentType: 'Application/X', decoder: () => ({ push: () => Buffer.alloc(0), incomplete: false }) };
    const provider = defineProvider({ ...spec, framing });
    expect(provider.framing?.contentType).toBe('application/x');
    expect(provider.framing?.decoder('openai-chat').incomplete).toBe(false);
    expect([Object.isFrozen(provider.framing), Object.isFrozen(framing)]).toEqual([true, false]);
  });
});
