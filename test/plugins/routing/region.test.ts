import http from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../../core/src/context.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Models } from '../../../core/src/services/models.ts';
import { passThrough } from '../../../plugins/pass-through/src/plugin.ts';
import { region } from '../../../plugins/routing/src/region.ts';
import { roundRobin } from '../../../plugins/routing/src/round-robin.ts';
import { answerWhole, gate, listening } from '../../core/harness/loopback.ts';
import { contextOf, hooksOf, routed, target, targetsOf } from './context.ts';
import { failing, knowing, several } from './gateway.ts';

const regions = { eu: ['a/*', 'b/m'], us: ['c/*'] };
const european = { id: 'k', kind: 'key', metadata: { region: 'eu' } } as const;

/** A plugin that would send everything to this target. */
function sending(to: string): GatewayPlugin {
  return definePlugin({
    name: 'sending',
    create: () => ({
      beforeRoute(context) {
        context.targets = context.resolveTarget(to);
      },
    }),
  })();
}

describe('region', () => {
  it('refuses whoever has no target in their region, rather than going elsewhere', () => {
    expect(() => routed(region({ regions }), { who: european, targets: targetsOf('c/m', 'c/n') })).toThrow(
      /No target is left for the model "chat": the caller is bound to the region "eu", where it has none/,
    );
  });

  it.each(['mars', 'constructor', '__proto__', ''])('refuses a region that is not listed (%s)', (own) => {
    const who = { id: 'k', kind: 'key', metadata: { region: own } } as const;
    expect(() => routed(region({ regions }), { who })).toThrow(/bound to the region/);
  });

  it('keeps the targets of the region, in their order, and says why the others are out', () => {
    const context = routed(region({ regions }), { who: european });
    expect(context.order).toEqual(['a/m', 'b/m']);
    expect(context.reasons).toMatchObject([{ note: 'region eu', excluded: [{ target: 'c/m', why: 'outside region eu' }] }]);
  });

  it('finds the region by tenant first, then in the principal, then the default', () => {
    const orderOf = (who: Principal | undefined, options = {}): readonly string[] =>
      routed(region({ regions, tenants: { acme: 'us' }, ...options }), { ...(who && { who }) }).order;
    expect(orderOf({ ...european, tenant: 'acme' })).toEqual(['c/m']);
    expect(orderOf({ ...european, tenant: 'other' })).toEqual(['a/m', 'b/m']);
    expect(orderOf({ id: 'k', kind: 'key' })).toEqual(['a/m', 'b/m', 'c/m']);
    expect(orderOf({ id: 'k', kind: 'key' }, { default: 'us' })).toEqual(['c/m']);
    expect(orderOf(undefined, { default: 'us' })).toEqual(['c/m']);
    expect(orderOf({ id: 'k', kind: 'key', metadata: { country: 'us' } }, { metadata: 'country' })).toEqual(['c/m']);
  });

  it('holds for calls that go on from a state and for what is carried unread', () => {
    for (const call of [{ states: ['resp_1'] }, { opaque: true }] as const)
      expect(routed(region({ regions }), { who: european, call }).order).toEqual(['a/m', 'b/m']);
  });

  it('never lets a list or an attempt leave it, whatever the targets, and lets everything in it through', () => {
    const id = fc.constantFrom('a/m', 'a/n', 'b/m', 'b/n', 'c/m', 'd/m');
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1 }), fc.constantFrom('eu', 'us', 'mars'), id, (ids, own, tried) => {
        const who = { id: 'k', kind: 'key', metadata: { region: own } } as const;
        const inside = (one: string): boolean => ({ eu: /^a\/|^b\/m$/, us: /^c\// })[own as 'eu']?.test(one) === true;
        const context = contextOf({ who, targets: targetsOf(...ids) });
        const hooks = hooksOf(region({ regions }));
        const run = (): unknown => hooks.beforeRoute?.(context);
        if (ids.some(inside)) {
          run();
          expect(context.order).toEqual(ids.filter(inside));
        } else expect(run).toThrow(/ROUTING_REGION|bound to the region/);
        const attempt = (): unknown => hooks.attempt?.({ exchange: context, target: target(tried) } as never);
        if (inside(tried)) expect(attempt).not.toThrow();
        else expect(attempt).toThrow(SkipTarget);
      }),
    );
  });

  it.each([
    [{ regions: { eu: [] } }, /options\.regions\.eu/],
    [{ regions: { eu: ['mistral'] } }, /a target such as/],
    [{ regions, default: 'mars' }, /options\.default: expected one of the regions \(eu, us\), received "mars"/],
    [{ regions, tenants: { acme: 'mars' } }, /options\.tenants\.acme: expected one of the regions/],
  ])('refuses %j', (options, why) => expect(() => region(options)).toThrow(why));

  it('leaves no fallback outside: the last failure inside is the answer', async () => {
    const plugins = [knowing(european), region({ regions })];
    const { chat, asked } = await several(['a', 'b', 'c'], { plugins, allowAnonymous: false }, { a: failing, b: failing });
    expect((await chat()).status).toBe(502);
    expect(asked).toEqual(['a', 'b']);
  });

  it('stops a target that a later plugin adds', async () => {
    const plugins = [knowing(european), region({ regions }), sending('c/m')];
    const { chat, asked } = await several(['a', 'b', 'c'], { plugins, allowAnonymous: false });
    const answer = await chat();
    expect([answer.status, answer.json.error?.code]).toEqual([503, 'GW_NO_TARGET']);
    expect(answer.json.error?.message).toContain('outside the region eu');
    expect(asked).toEqual([]);
  });

  it('goes with the calls that plugins make for the same caller', async () => {
    const statuses: number[] = [];
    const asking = definePlugin({
      name: 'asking',
      requires: [Models],
      create: (_options, { models }) => ({
        async beforeRoute(context) {
          for (const model of ['c/m', 'chat']) {
            const { status } = await models.call(context, {
              dialect: 'openai-chat',
              body: { model, messages: [{ role: 'user', content: 'Hi' }] },
            });
            statuses.push(status);
          }
        },
      }),
    })();
    const plugins = [knowing(european), region({ regions }), roundRobin(), asking];
    const { chat, asked } = await several(['a', 'b', 'c'], { plugins, allowAnonymous: false }, { a: answerWhole('a') });
    expect((await chat()).status).toBe(200);
    expect(statuses).toEqual([403, 200]);
    expect(asked).not.toContain('c');
  });

  it.each([
    [{ eu: ['a/*'] }, 403, []],
    [{ eu: ['a/*', 'c/*'] }, 200, ['GET /v1/files']],
  ])('with %j judges what is carried unread: %i', async (own, status, expected) => {
    const asked: string[] = [];
    const raw = await listening((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      res.end('{}');
    });
    const provider = openaiCompatible({ name: 'c', baseUrl: `${raw.url}/v1`, apiKey: 'sk-operators-own' });
    const plugins = [
      knowing(european),
      region({ regions: own }),
      passThrough({ allow: [{ provider, methods: ['GET'], paths: ['/v1/files'] }] }),
    ];
    const { url } = await several(['a'], { plugins, allowAnonymous: false });
    const { open, opened } = gate<number | undefined>();
    http.get(`${url}/c/v1/files`, { agent: false }, (res) => {
      res.resume();
      open(res.statusCode);
    });
    expect(await opened).toBe(status);
    expect(asked).toEqual(expected);
  });
});
