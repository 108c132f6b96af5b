import { describe, expect, it } from 'vitest';
import { when } from '../../../plugins/routing/src/when.ts';
import { type ContextParts, hooksOf, routed, targetsOf } from './context.ts';
import { several } from './gateway.ts';

const who = { id: 'k', kind: 'key', plan: 'free' } as const;

type Rules = Parameters<typeof when>[0];

function order(rules: Rules, parts: ContextParts = {}): readonly string[] {
  return routed(when(rules), { aliases: { big: ['x/m', 'y/m'] }, ...parts }).order;
}

describe('when', () => {
  it('refuses a call for which a rule leaves no target, and says which rule', () => {
    expect(() =>
      order([
        { if: { model: 'x' }, use: 'a/m' },
        { if: {}, only: 'z/*' },
      ]),
    ).toThrow(/No target is left for the model "chat": a rule of this gateway allows none of its targets \(rule 2\)/);
    expect(() => order([{ if: {}, use: 'gone' }], { unknown: ['gone'] })).toThrow(/sends it to gone, which is not there/);
  });

  it('carries out the first rule that holds, and no other', () => {
    const rules: Rules = [
      { if: { stream: true }, use: 'a/m' },
      { if: { tools: false }, prefer: ['c/*', 'b/m'] },
      { if: {}, use: 'z/m' },
    ];
    expect(order(rules)).toEqual(['c/m', 'b/m', 'a/m']);
    expect(order(rules, { call: { stream: true } })).toEqual(['a/m']);
    expect(order(rules, { call: { tools: ['f'] } })).toEqual(['z/m']);
    expect(order([{ if: { stream: true }, use: 'a/m' }])).toEqual(['a/m', 'b/m', 'c/m']);
  });

  it('sends elsewhere by use, keeps by only, sorts by prefer', () => {
    expect(order([{ if: {}, use: ['big', 'a/m'] }])).toEqual(['x/m', 'y/m', 'a/m']);
    const only = routed(when([{ if: {}, only: ['c/*', 'a/m'] }]));
    expect(only.order).toEqual(['a/m', 'c/m']);
    expect(only.reasons).toMatchObject([
      { strategy: 'routing.when', note: 'rule 1: only c/*, a/m', excluded: [{ target: 'b/m', why: 'rule 1' }] },
    ]);
    expect(order([{ if: {}, prefer: 'b/m' }])).toEqual(['b/m', 'a/m', 'c/m']);
  });

  it('moves no call that goes on from a state, yet keeps it from what a rule forbids', () => {
    const call = { states: ['resp_1'] };
    expect(order([{ if: {}, use: 'big' }], { call })).toEqual(['a/m', 'b/m', 'c/m']);
    expect(order([{ if: {}, prefer: 'c/m' }], { call })).toEqual(['a/m', 'b/m', 'c/m']);
    expect(order([{ if: {}, only: 'b/m' }], { call })).toEqual(['b/m']);
  });

  describe('for what is carried unread', () => {
    const call = { opaque: true } as const;

    it('forbids by who calls and where it goes, and moves nothing', () => {
      expect(() => order([{ if: { principal: { plan: 'free' } }, only: 'b/*' }], { call, targets: targetsOf('a/m'), who })).toThrow(
        /rule 1/,
      );
      expect(order([{ if: {}, use: 'big' }], { call })).toEqual(['a/m', 'b/m', 'c/m']);
      expect(order([{ if: {}, prefer: 'c/m' }], { call })).toEqual(['a/m', 'b/m', 'c/m']);
    });

    it('has no rule about what is inside', () => {
      expect(
        order(
          [
            { if: { tools: false }, only: 'b/m' },
            { if: { images: false }, only: 'b/m' },
          ],
          { call },
        ),
      ).toEqual(['a/m', 'b/m', 'c/m']);
    });

    it('says when it cannot forbid what it should: the gateway then refuses such requests', () => {
      expect(when([{ if: { images: true }, only: 'b/m' }]).opaque).toBe(false);
      expect(
        when([
          { if: { images: true }, prefer: 'b/m' },
          { if: { model: 'x' }, only: 'b/m' },
        ]).opaque,
      ).toBe(true);
    });
  });

  it.each([
    [[], /at least 1 elements/],
    [[{ if: {} }], /options\[0\]: expected one of use, only, prefer/],
    [[{ if: {}, use: 'a/m', only: 'b/m' }], /one of use, only, prefer/],
    [[{ use: 'a/m' }], /options\[0\]\.if/],
    [[{ if: { modell: 'x' }, use: 'a/m' }], /did you mean model\?/],
    [
      [{ if: { time: { zone: 'Mars/Olympus' } }, use: 'a/m' }],
      /options\[0\]\.if\.time\.zone: expected an IANA time zone such as "Europe\/Vienna"/,
    ],
    [[{ if: {}, only: 'gpt' }], /options\[0\]\.only: expected a target such as/],
    [[{ if: { headers: { 'a b': true } }, only: '*' }], /as key the name of a header/],
  ])('refuses %j, and says why', (rules, why) => expect(() => when(rules as never)).toThrow(why));

  it('explains its rules', () => {
    const hooks = hooksOf(
      when([
        { if: { stream: true, tools: true }, use: 'big' },
        { if: {}, only: ['a/*'] },
      ]),
    );
    expect(hooks.explain?.({ dialect: 'openai-chat', model: 'chat' })).toBe(
      'the first of 2 rules whose condition holds: tools and stream: use big; always: only a/*',
    );
  });

  it('steers real requests by header, tools and images', async () => {
    const plugins = [
      when([
        { if: { headers: { 'x-kind': 'batch' } }, use: 'c/m' },
        { if: { images: true }, only: 'b/*' },
        { if: { tools: true }, prefer: 'c/*' },
      ]),
    ];
    const { chat, asked } = await several(['a', 'b', 'c'], { plugins });
    await chat();
    await chat({}, { headers: { 'x-kind': 'batch' } });
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    await chat({ messages: [{ role: 'user', content: [image] }] });
    await chat({ tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }] });
    expect(asked).toEqual(['a', 'c', 'b', 'c']);
  });
});
