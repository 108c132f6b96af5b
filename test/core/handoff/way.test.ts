import http from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptContext, type ResponseContext, type RoutingContext, SkipTarget } from '../../../core/src/context.ts';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { checkHandoffHead } from '../../../core/src/handoff/way.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { principal } from '../../../core/src/slot.ts';
import { hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';
import { carried, carrying } from '../harness/carrying.ts';
import { gate } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

function plugin(name: string, hooks: PluginHooks, opaque = true): GatewayPlugin {
  return definePlugin({ name, opaque, create: () => hooks })();
}

function codeOf({ body }: { readonly body: Buffer }): string {
  return (JSON.parse(body.toString()) as { error: { code: string } }).error.code;
}

const answering = () => hostileUpstream((peer) => void peer.say(wholeAnswer('{"ok":true}')));

/** As an upstream that decodes once more would. */
function decodedOnce(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

describe('the way of what is carried', () => {
  it('is the way of every call: hooks in list order, and out in reverse', async () => {
    const notes: string[] = [];
    const noting = (name: string): GatewayPlugin =>
      plugin(name, {
        onRequest: (context) => {
          notes.push(`${name} onRequest ${context.dialect}`);
          context.onSettled(({ status }) => void notes.push(`${name} settled ${status}`));
        },
        beforeRoute: ({ call, targets }) =>
          void notes.push(`${name} beforeRoute ${call.opaque} ${call.byteLength} ${targets.map(({ id }) => id)}`),
        attempt: ({ target, exchange }) => void notes.push(`${name} attempt ${target.id} ${exchange.call.opaque}`),
        afterResponse: ({ response, call }) =>
          void notes.push(`${name} afterResponse ${response.status} ${response.body.kind} ${response.source} ${call?.opaque}`),
      });
    const up = await answering();
    const { url, gateway } = await carrying(up.url, {}, { plugins: [noting('one'), noting('two')] });
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
    await gateway.close();
    expect(notes).toEqual([
      'one onRequest raw',
      'two onRequest raw',
      'one beforeRoute true 4 raw/*',
      'two beforeRoute true 4 raw/*',
      'one attempt raw/* true',
      'two attempt raw/* true',
      'two afterResponse 200 opaque upstream true',
      'one afterResponse 200 opaque upstream true',
      'one settled 200',
      'two settled 200',
    ]);
  });

  it('lets nobody in whom the authenticator does not know, and reads nothing of the body', async () => {
    const up = await answering();
    const authenticator = definePlugin({
      name: 'authenticator',
      provides: [principal],
      create: () => ({
        onRequest(context) {
          if (context.headers.authorization === 'Bearer alice') context.set(principal, { id: 'alice', kind: 'user' });
        },
      }),
    })();
    const { url } = await carrying(up.url, {}, { plugins: [authenticator], allowAnonymous: false });
    const refused = await carried(`${url}/raw/x`, 'POST', 'body');
    expect([refused.status, codeOf(refused)]).toEqual([401, 'GW_UNAUTHENTICATED']);
    expect(up.peers).toHaveLength(0);
    expect((await carried(`${url}/raw/x`, 'POST', 'body', { authorization: 'Bearer alice' })).status).toBe(200);
    expect(up.peers[0]?.received.toString()).not.toContain('alice');
  });

  it.each([
    ['beforeRoute', { beforeRoute: () => Promise.reject(new GatewayError({ status: 429, code: 'SLOWER', message: 'Slower.' })) }],
    ['attempt', { attempt: () => Promise.reject(new GatewayError({ status: 429, code: 'SLOWER', message: 'Slower.' })) }],
  ] satisfies [string, PluginHooks][])('ends where %s refuses, at no cost to the upstream', async (_hook, hooks) => {
    const up = await answering();
    const { url } = await carrying(up.url, {}, { plugins: [plugin('limit', hooks)] });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect([answer.status, codeOf(answer)]).toEqual([429, 'SLOWER']);
    expect(up.peers).toHaveLength(0);
  });

  it('has one target: one that is skipped or filtered out leaves none', async () => {
    const up = await answering();
    const skipping = plugin('skipping', {
      attempt: () => {
        throw new SkipTarget('is over its budget');
      },
    });
    const filtering = plugin('filtering', {
      beforeRoute: (context: RoutingContext) => {
        context.targets = [];
      },
    });
    for (const one of [skipping, filtering]) {
      const { url } = await carrying(up.url, {}, { plugins: [one] });
      const answer = await carried(`${url}/raw/x`, 'POST', 'body');
      expect([answer.status, codeOf(answer)]).toEqual([503, 'GW_NO_TARGET']);
    }
    const keeping = plugin('keeping', {
      beforeRoute: (context: RoutingContext) => {
        context.targets = context.targets.filter(() => true);
      },
    });
    const { url } = await carrying(up.url, {}, { plugins: [keeping] });
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
  });

  it('settles a skipped attempt as skipped, a refused one as failed, each once', async () => {
    const up = await answering();
    for (const [error, outcome] of [
      [new SkipTarget('is over its budget'), 'skipped'],
      [new GatewayError({ status: 402, code: 'BUDGET', message: 'No.' }), 'failed'],
    ] as const) {
      const over = gate<Settlement>();
      const one = plugin('one', {
        onRequest: (context) => context.onSettled((settlement) => over.open(settlement)),
        attempt: () => {
          throw error;
        },
      });
      const { url } = await carrying(up.url, {}, { plugins: [one] });
      await carried(`${url}/raw/x`, 'POST', 'body');
      expect((await over.opened).attempts).toMatchObject([{ outcome }]);
    }
  });

  it('can be answered by a plugin, with an error or JSON of its own; the body it could have had goes nowhere', async () => {
    const up = await answering();
    const answers = plugin('answers', { beforeRoute: (context: RoutingContext) => context.answer({ json: { from: 'the plugin' } }) });
    const { url } = await carrying(up.url, {}, { plugins: [answers] });
    expect(JSON.parse((await carried(`${url}/raw/x`, 'POST', 'body')).body.toString())).toEqual({ from: 'the plugin' });
    const replaces = plugin('replaces', {
      afterResponse: (context: ResponseContext) =>
        context.answer({ error: new GatewayError({ status: 403, code: 'NOT_YOURS', message: 'No.' }) }),
    });
    const other = await carrying(up.url, {}, { plugins: [replaces] });
    const answer = await carried(`${other.url}/raw/x`, 'POST', 'body');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'NOT_YOURS']);
    await (await up.peer(0)).closed;
  });

  it('shows nothing of what it carries: who looks inside fails, closed', async () => {
    const up = await answering();
    const looks: readonly PluginHooks[] = [
      { beforeRoute: ({ call }: RoutingContext) => void call.texts() },
      { beforeRoute: ({ call }: RoutingContext) => void call.body.model },
      { beforeRoute: ({ call }: RoutingContext) => call.set(['model'], 'other') },
      { attempt: ({ set }: AttemptContext) => set(['max_tokens'], 1) },
      { afterResponse: (context: ResponseContext) => context.mapTexts(() => ({ push: (text) => text, end: () => '' })) },
      { afterResponse: ({ response }: ResponseContext) => void (response.body.kind === 'opaque' && response.body.bytes()) },
    ];
    for (const hooks of looks) {
      const { url, logger } = await carrying(up.url, {}, { plugins: [plugin('curious', hooks)] });
      const answer = await carried(`${url}/raw/x`, 'POST', 'body');
      expect([answer.status, codeOf(answer)]).toEqual([500, 'GW_HOOK_FAILED']);
      expect(logger.texts('error').join()).toMatch(/carried? (?:its requests )?unread|carries its requests unread/);
    }
  });
});

describe('GW_UNPOLICED', () => {
  const reading: readonly (readonly [string, PluginHooks])[] = [
    ['beforeRoute', { beforeRoute: () => {} }],
    ['attempt', { attempt: () => {} }],
    ['afterResponse', { afterResponse: () => {} }],
  ];

  it.each(reading)('refuses what a plugin with %s cannot read, and names it', async (_hook, hooks) => {
    const up = await answering();
    const { url, chat } = await carrying(up.url, {}, { plugins: [plugin('guard', hooks, false), plugin('log', hooks)] });
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'GW_UNPOLICED']);
    expect(answer.body.toString()).toContain('guard');
    expect(answer.body.toString()).not.toContain('log');
    expect(up.peers).toHaveLength(0);
    await chat(); // what can be read is not its matter
    expect(up.requests).toHaveLength(1);
  });

  it('comes after the question of who is calling: it tells strangers nothing of what is listed', async () => {
    const up = await answering();
    const authenticator = definePlugin({ name: 'authenticator', provides: [principal], create: () => ({}) })();
    const { url } = await carrying(
      up.url,
      {},
      { plugins: [authenticator, plugin('guard', { beforeRoute: () => {} }, false)], allowAnonymous: false },
    );
    const answer = await carried(`${url}/raw/x`, 'POST', 'body');
    expect([answer.status, codeOf(answer)]).toEqual([401, 'GW_UNAUTHENTICATED']);
  });

  it('does not concern plugins that only look at heads and ends', async () => {
    const up = await answering();
    const { url } = await carrying(
      up.url,
      {},
      { plugins: [plugin('heads', { onRequest: (context) => context.onSettled(() => {}) }, false)] },
    );
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
  });

  it('lets through what the operator excepts by name; such a plugin is not asked, others are', async () => {
    const up = await answering();
    const asked: string[] = [];
    const hooks = (name: string): PluginHooks => ({
      beforeRoute: () => void asked.push(`${name} beforeRoute`),
      attempt: () => void asked.push(`${name} attempt`),
      afterResponse: () => void asked.push(`${name} afterResponse`),
    });
    const plugins = [plugin('guard', hooks('guard'), false), plugin('log', hooks('log'))];
    const { url, gateway, chat } = await carrying(up.url, {}, { plugins, allowUnpoliced: ['guard'] });
    expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
    expect(asked).toEqual(['log beforeRoute', 'log attempt', 'log afterResponse']);
    await chat();
    expect(asked.filter((note) => note.startsWith('guard'))).toHaveLength(3);
    expect(gateway.explain({ path: '/raw/x' })).toMatchObject({ targets: [{ id: 'raw/*', usable: true }], refusal: undefined });
    await expect(carrying(up.url, {}, { plugins, allowUnpoliced: ['gaurd'] })).rejects.toThrow(
      /allowUnpoliced\[0\]: expected a plugin of the list \(guard, log, carrier\)/,
    );
  });

  it('is what explain() says', async () => {
    const { gateway } = await carrying('http://127.0.0.1:1', {}, { plugins: [plugin('guard', { beforeRoute: () => {} }, false)] });
    expect(gateway.explain({ method: 'GET', path: '/raw/x' })).toMatchObject({
      route: { method: 'GET', path: '/raw/x', dialect: 'raw' },
      targets: [{ id: 'raw/*', provider: 'raw', usable: false, why: 'guard cannot police what is carried unread' }],
      refusal: { status: 403, code: 'GW_UNPOLICED' },
    });
    expect(gateway.explain({ path: '/raw/../x' })).toMatchObject({ refusal: { status: 400, code: 'GW_BAD_PATH' } });
  });
});

describe('a head that two could read differently', () => {
  const paths = [
    '/raw/../secret',
    '/raw/..',
    '/raw/./x',
    '/raw/x/.',
    '/raw/..;/x',
    '/raw//x',
    '/raw/%2e%2e/x',
    '/raw/%2E./x',
    '/raw/%2fetc',
    '/raw/a%5cb',
    '/raw/a\\b',
    '/raw/%00',
    '/raw/%0d%0aX:1',
    '/raw/%252e%252e/x',
    '/raw/%7f',
    '/raw/%zz',
    '/raw/%',
    '/raw/a"b',
    '/raw/a<b',
    '/raw/a{b}',
    '/raw/a|b',
    '/raw/a^b',
    '/raw/é',
    '/raw/a#b',
  ];

  it.each(paths)('is refused: path %s', (path) => {
    expect(() => checkHandoffHead({ path, query: '', headers: {} })).toThrow(/path has/);
  });

  it.each(['a b', 'a#b', 'a\u0000', 'a\nb', 'ä'])('is refused: query %j', (query) => {
    expect(() => checkHandoffHead({ path: '/raw/x', query, headers: {} })).toThrow(/query/);
  });

  it('is refused on the wire as well, before any hook and any upstream', async () => {
    const up = await answering();
    const { url } = await carrying(up.url);
    for (const path of ['/raw/a/../b', '/raw//b', '/raw/%2e%2e/b', '/raw/a%2fb']) {
      const { hostname, port } = new URL(url);
      // As it is: URL would tidy it.
      const status = await new Promise((go, fail) =>
        http.get({ hostname, port, path: `/ai${path}`, agent: false }, (res) => go(res.resume().statusCode)).on('error', fail),
      );
      expect(status, path).toBe(400);
    }
    const encoded = await carried(`${url}/raw/x`, 'POST', 'body', { 'content-encoding': 'gzip' });
    expect([encoded.status, codeOf(encoded)]).toEqual([415, 'GW_UNSUPPORTED_ENCODING']);
    expect(up.peers).toHaveLength(0);
  });

  it('is none where a path and a query are plain', () => {
    for (const path of [
      '/raw/v1/files/file-abc_1.2~x',
      '/raw/v1/models/ft:gpt@1',
      '/raw/a%20b',
      '/raw/x;v=1',
      '/raw/...',
      '/raw/.well-known',
      '/raw/a.b/c..d',
    ])
      expect(() => checkHandoffHead({ path, query: 'a=b&c[]=%20', headers: {} })).not.toThrow();
  });

  it('never leads anywhere else: a path that passes is the same for whoever resolves it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('/', '.', '..', '%2e', '%2E', '%2f', '%5c', '\\', ';', '%25', 'a', '2e', '%', '?'), { maxLength: 12 }),
        (parts) => {
          const path = `/raw/${parts.join('')}`;
          try {
            checkHandoffHead({ path, query: '', headers: {} });
          } catch {
            return;
          }
          let resolved = new URL(`http://host${path}`).pathname;
          expect(resolved.startsWith('/raw/')).toBe(true);
          for (let again = 0; again < 3; again += 1) {
            resolved = decodedOnce(resolved);
            expect(new URL(resolved, 'http://host').pathname.startsWith('/raw/')).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
