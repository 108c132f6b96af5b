import { METHODS } from 'node:http';
import fc from 'fast-check';
import { type Body, type BodyRoute, bodies } from './bodies.ts';

/** A generated request, up to its bytes. */
export interface GeneratedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Body | undefined;
  readonly framing: Framing;
  /** Whose answer it is: the gateway's by its path, the host's, or either's. */
  readonly path: 'ours' | 'host' | 'either';
  /** Whether the head says that the body is JSON and nothing else about it. */
  readonly head: 'sound' | 'refused' | 'either';
  /** HTTP's own rules are broken: Node may answer before the app is asked, or close. */
  readonly malformed: boolean;
}

/** How the body is put on the wire. */
export type Framing =
  | { readonly kind: 'sized' }
  | { readonly kind: 'pieces'; readonly sizes: readonly number[] }
  | { readonly kind: 'chunked'; readonly sizes: readonly number[]; readonly extension: string; readonly trailer: string }
  | { readonly kind: 'broken'; readonly how: BrokenFraming };

export type BrokenFraming =
  | 'short'
  | 'long'
  | 'both'
  | 'twice'
  | 'negative'
  | 'no-length'
  | 'bad-chunk'
  | 'no-last-chunk'
  | 'coded'
  | 'line-feeds'
  | 'length-in-trailer';

/** The header that reaches the upstream, by which the request is known there; the campaign puts its number in. */
export const numberHeader = 'openai-beta';

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

const sound: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Framing>({ kind: 'sized' }) },
  { weight: 1, arbitrary: sizes.map((list): Framing => ({ kind: 'pieces', sizes: list })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(sizes, fc.constantFrom('', ';a', ';a=b', ';a="b;c"'), fc.constantFrom('', 'x-trailer: 1\r\n', 'authorization: x\r\n'))
      .map(([list, extension, trailer]): Framing => ({ kind: 'chunked', sizes: list, extension, trailer })),
  },
);

const broken: fc.Arbitrary<Framing> = fc
  .constantFrom<BrokenFraming>(
    'short',
    'long',
    'both',
    'twice',
    'negative',
    'no-length',
    'bad-chunk',
    'no-last-chunk',
    'coded',
    'line-feeds',
  )
  .map((how) => ({ kind: 'broken', how }));

interface Head {
  readonly headers: readonly (readonly [string, string])[];
  readonly head: GeneratedRequest['head'];
  readonly malformed?: boolean;
}

const json: readonly [string, string] = ['content-type', 'application/json'];

/** Spellings of the content type: the first are JSON in UTF-8 for everybody, the others for nobody or for some. */
const contentTypes: fc.Arbitrary<Head> = fc.oneof(
  fc
    .constantFrom('application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"')
    .map((type): Head => ({ headers: [['content-type', type]], head: 'sound' })),
  fc
    .constantFrom(
      ...[
        'text/plain',
        'text/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
        'xapplication/json',
      ],
      ...[
        'application/json\tx',
        'application/json, text/plain',
        'application/json; charset=utf-16',
        'application/json; charset=latin1',
        'application/ld+json',
      ],
      ...['application /json', 'application/json;charset=utf-8;charset=utf-16', '*/*', '', ';', 'application/json\u00a0'],
    )
    .map((type): Head => ({ headers: [['content-type', type]], head: 'refused' })),
  fc.constant<Head>({ headers: [], head: 'refused' }),
  fc.string({ maxLength: 20 }).map((type): Head => ({ headers: [['content-type', printable(type)]], head: 'either' })),
);

const encodings: fc.Arbitrary<Head> = fc
  .constantFrom('gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'x-gzip', 'identity, gzip', 'utf-8')
  .map((encoding): Head => ({ headers: [json, ['content-encoding', encoding]], head: 'refused' }));

/** A second copy of what must be single. */
const doubled: fc.Arbitrary<Head> = fc
  .tuple(
    fc.constantFrom(
      'authorization',
      'Authorization',
      'x-api-key',
      'X-API-Key',
      'host',
      'Host',
      'content-type',
      'Content-Type',
      'api-key',
      'x-goog-api-key',
    ),
    fc.constantFrom('Bearer a', 'application/json', 'evil.example', ''),
  )
  .map(([name, value]): Head => ({ headers: [json, [name, value], [name.toLowerCase(), 'Bearer b']], head: 'refused' }));

/** Headers that the gateway must not trip over, trust or pass on. */
const strange: fc.Arbitrary<Head> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...[
          '__proto__',
          'constructor',
          'prototype',
          'toString',
          'hasOwnProperty',
          'x-forwarded-for',
          'x-forwarded-host',
          'forwarded',
          'cookie',
        ],
        ...[
          'idempotency-key',
          'x-request-id',
          'traceparent',
          'accept',
          'accept-encoding',
          'user-agent',
          'referer',
          'origin',
          'range',
          'if-none-match',
        ],
        ...[
          'x-portkey-custom-host',
          'x-base-url',
          'openai-organization',
          'x-stainless-retry-count',
          'te',
          'trailer',
          'via',
          'max-forwards',
          'x-edit',
        ],
      ),
      fc.oneof(
        fc.string({ maxLength: 30 }).map(printable),
        fc.constantFrom('', '\u00ff\u0080', ',,,', '"', '%0d%0aset-cookie: a=b', 'x'.repeat(300), 'http://127.0.0.1:1/'),
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((list): Head => ({ headers: [json, ...list], head: 'either' }));

/** Hop-by-hop headers, and an `Expect` and `Upgrade` that are none of ours. */
const hops: fc.Arbitrary<Head> = fc
  .constantFrom<readonly (readonly [string, string])[]>(
    [['connection', 'content-type, authorization, x-request-id']],
    [['connection', 'close, host']],
    [['connection', '__proto__']],
    [['keep-alive', 'timeout=1']],
    [['upgrade', 'h2c']],
    [
      ['connection', 'Upgrade, HTTP2-Settings'],
      ['upgrade', 'websocket'],
      ['sec-websocket-version', '13'],
    ],
    [['proxy-authorization', 'Basic eA==']],
    [['expect', '100-continue']],
  )
  .map((list): Head => ({ headers: [json, ...list], head: 'either' }));

/** Heads that HTTP forbids, or that are larger than Node takes. */
const forbidden: fc.Arbitrary<Head> = fc
  .constantFrom<readonly (readonly [string, string])[]>(
    [['x-zero', 'a\u0000b']],
    [['x-return', 'a\rb']],
    [['x-feed', 'a\nx-injected: 1']],
    [['bad name', '1']],
    [['', '1']],
    [['x-brackets[]', '1']],
    [['x-delete', '\u007f']],
    [['x-large', 'x'.repeat(20_000)]],
    Array.from({ length: 150 }, (_, index): [string, string] => [`x-many-${index}`, '1']),
    Array.from({ length: 2_500 }, (_, index): [string, string] => [`x-${index}`, '1']),
    [['expect', 'the-impossible']],
    [['content-length', 'x']],
    [['transfer-encoding', 'gzip']],
    [['transfer-encoding', 'chunked, identity']],
    [['transfer-encoding ', 'chunked']],
  )
  .map((list): Head => ({ headers: [json, ...list], head: 'either', malformed: true }));

const heads: fc.Arbitrary<Head> = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Head>({ headers: [json], head: 'sound' }) },
  { weight: 4, arbitrary: contentTypes },
  { weight: 1, arbitrary: encodings },
  { weight: 2, arbitrary: doubled },
  { weight: 4, arbitrary: strange },
  { weight: 2, arbitrary: hops },
  { weight: 1, arbitrary: forbidden },
);

/** Header text that HTTP allows. */
function printable(value: string): string {
  return value.replace(/[^\u0020-\u007e]/g, '?').trim();
}

const routes: Readonly<Record<BodyRoute, string>> = { chat: '/ai/v1/chat/completions', embeddings: '/ai/v1/embeddings' };

/** Requests of the routes that take a body: `POST`, as they are meant to be sent. */
function calls(route: BodyRoute): fc.Arbitrary<GeneratedRequest> {
  const target = fc.constantFrom('', '', '', '?', '?tenant=1', '?a[]=1&a[]=2&__proto__[x]=1', '?%', '?model=up/other');
  return fc
    .tuple(bodies(route), heads, fc.oneof({ weight: 30, arbitrary: sound }, { weight: 1, arbitrary: broken }), target)
    .map(([body, { headers, head, malformed = false }, framing, query]) => ({
      method: 'POST',
      target: routes[route] + query,
      headers,
      body,
      framing,
      path: 'ours',
      head,
      malformed: malformed || framing.kind === 'broken',
    }));
}

/** A sound body that is one byte larger than the limit, declared or not. */
export function tooLarge(limit: number): fc.Arbitrary<GeneratedRequest> {
  const padding = 'x'.repeat(limit + 1);
  const bytes = Buffer.from(`{"model":"chat","messages":[{"role":"user","content":"${padding}"}]}`);
  return fc.constantFrom<Framing>({ kind: 'sized' }, { kind: 'chunked', sizes: [100_000], extension: '', trailer: '' }).map((framing) => ({
    ...{ method: 'POST', target: routes.chat, headers: [json], framing, path: 'ours', head: 'refused' },
    body: { bytes, sound: false },
    malformed: true, // the connection's end may overtake the answer
  }));
}

const shortBody = bodies('chat').filter(({ bytes }) => bytes.length < 2_000);

/** Every method on every path of ours. CONNECT is never handed to an app. */
const methods: fc.Arbitrary<GeneratedRequest> = fc
  .tuple(
    fc.constantFrom(...METHODS.filter((method) => method !== 'CONNECT'), 'post', 'GeT', 'BREW', ''),
    fc.constantFrom(...Object.values(routes), '/ai/v1/models', '/ai/v1/models/chat', '/ai/health/live', '/ai/health/ready'),
    fc.option(shortBody),
  )
  .map(([method, target, body]) => ({
    ...{ method, target, headers: [json], framing: { kind: 'sized' } },
    body: body ?? undefined,
    path: target.includes('/health/') ? 'either' : 'ours', // health checks answer GET alone
    head: 'sound',
    malformed: !METHODS.includes(method),
  }));

/** Ours, nearly ours, and nobody's. */
const paths: fc.Arbitrary<GeneratedRequest> = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS'),
    fc.oneof(
      fc.constantFrom<readonly [string, GeneratedRequest['path']]>(
        ['/ai/v1/chat/completions/', 'host'],
        ['/ai/v1/Chat/Completions', 'host'],
        ['/ai//v1/chat/completions', 'host'],
        ['/ai/v1/chat/completions/extra', 'host'],
        ['/ai/v1/chat%2Fcompletions', 'host'],
        ['/ai/v1/%63hat/completions', 'host'],
        ['/ai/v1/chat/completions;x=1', 'host'],
        ['/ai/../ai/v1/models', 'host'],
        ['/ai/v1/models/', 'host'],
        ['/', 'host'],
        ['/ai', 'host'],
        ['/aiv1/models', 'host'],
        ['/ai/v1/chat/completions\\', 'host'],
        ['/AI/v1/models', 'either'],
        ['//ai/v1/models', 'either'],
        ['http://evil.example/ai/v1/models', 'either'],
        ['http://evil.example/ai/v1/chat/completions', 'either'],
        ['*', 'either'],
        [`/ai/v1/models/${'x'.repeat(9_000)}`, 'ours'],
        [`/ai/v1/${'../'.repeat(2_000)}`, 'host'],
        ['/ai/v1/models/%', 'ours'],
        ['/ai/v1/models/%00', 'ours'],
        ['/ai/v1/models/%e2%80%ae', 'ours'],
        ['/ai/v1/models/%c0%80', 'ours'],
        ['/ai/v1/models/..%2f..%2fetc', 'ours'],
        ['/ai/v1/models/__proto__', 'ours'],
        ['/ai/v1/models/up%2fm?x', 'ours'],
      ),
      fc
        .webPath()
        .map((path): readonly [string, GeneratedRequest['path']] => [`/ai/v1/models/x${path.replace(/[^\u0021-\u007e]|#/g, '')}`, 'ours']),
      fc.webPath().map((path): readonly [string, GeneratedRequest['path']] => [`/ai/v2${path.replace(/[^\u0021-\u007e]|#/g, '')}`, 'host']),
    ),
    fc.constantFrom<Head>({ headers: [json], head: 'sound' }, { headers: [], head: 'either' }),
  )
  .map(([method, [target, path], { headers, head }]) => ({
    ...{ method, target, headers, path, head, malformed: false, body: undefined },
    framing: { kind: 'sized' },
  }));

/** Targets that are no targets. */
const noTargets: fc.Arbitrary<GeneratedRequest> = fc
  .constantFrom(
    '',
    'ai/v1/models',
    '/ai/v1/models x',
    '/ai/\u0000',
    '/ai/v1/models/\u00e9',
    'evil:80',
    `/${'x'.repeat(20_000)}`,
    '/ai\t/v1',
    '\\ai',
  )
  .map((target) => ({
    ...{ method: 'GET', target, headers: [], path: 'either', head: 'either', malformed: true, body: undefined },
    framing: { kind: 'sized' },
  }));

/** All of it, in the shares in which it is worth trying. */
export function requests(bodyLimit: number): fc.Arbitrary<GeneratedRequest> {
  return fc.oneof(
    { weight: 640, arbitrary: calls('chat') },
    { weight: 200, arbitrary: calls('embeddings') },
    { weight: 60, arbitrary: methods },
    { weight: 90, arbitrary: paths },
    { weight: 8, arbitrary: noTargets },
    { weight: 2, arbitrary: tooLarge(bodyLimit) },
  );
}
