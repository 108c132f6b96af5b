import { describe, expect, it } from 'vitest';
import { byteTokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { condition, conditionOptions, looksInside } from '../../../plugins/routing/src/condition.ts';
import { type ContextParts, contextOf } from './context.ts';

const now = Date.parse('2026-11-25T10:00:00Z');

function holds(options: object, parts: ContextParts = {}): boolean {
  return condition(conditionOptions.parse(options), { clock: { now: () => now }, tokens: byteTokenEstimator() })(contextOf(parts));
}

const who = { id: 'k-1', kind: 'key', tenant: 'acme', plan: 'pro', scopes: ['chat', 'admin'], metadata: { team: 'blue' } } as const;

describe('condition', () => {
  it.each<[object, ContextParts, boolean]>([
    [{}, {}, true],
    [{ model: 'ch*' }, {}, true],
    [{ model: ['x', 'y'] }, {}, false],
    [{ dialect: 'openai-*' }, {}, true],
    [{ stream: true }, {}, false],
    [{ stream: false }, {}, true],
    [{ principal: { plan: ['pro', 'team'] } }, { who }, true],
    [{ principal: { plan: 'free' } }, { who }, false],
    [{ principal: { plan: '*' } }, {}, false],
    [{ principal: { app: '*' } }, { who }, false],
    [{ principal: { scopes: ['chat'] } }, { who }, true],
    [{ principal: { scopes: ['chat', 'root'] } }, { who }, false],
    [{ principal: { metadata: { team: 'b*' } } }, { who }, true],
    [{ principal: { metadata: { constructor: '*' } } }, { who }, false],
    [{ headers: { 'X-Kind': 'batch' } }, { headers: { 'x-kind': 'batch' } }, true],
    [{ headers: { 'x-kind': 'batch' } }, {}, false],
    [{ headers: { 'x-kind': ['a', 'b*'] } }, { headers: { 'x-kind': ['z', 'bb'] } }, true],
    [{ headers: { 'x-kind': true } }, { headers: { 'x-kind': '' } }, true],
    [{ headers: { 'x-kind': false } }, {}, true],
    [{ headers: { constructor: true } }, {}, false],
    [{ tokens: { min: 3 } }, { call: { texts: ['12345678', 'abcd'] } }, true],
    [{ tokens: { min: 4 } }, { call: { texts: ['12345678', 'abcd'] } }, false],
    [{ tokens: { max: 3 } }, { call: { texts: ['12345678', 'abcd'] } }, true],
    [{ tokens: { min: 1, max: 2 } }, { call: { texts: ['12345678', 'abcd'] } }, false],
    [{ tools: true }, { call: { tools: ['f'] } }, true],
    [{ tools: false }, { call: { tools: ['f'] } }, false],
    [{ images: true }, { call: { attachments: ['audio'] } }, false],
    [{ images: true }, { call: { attachments: ['audio', 'image'] } }, true],
    [{ attachments: true }, { call: { attachments: ['audio'] } }, true],
    [{ attachments: false }, {}, true],
    [{ time: { zone: 'Europe/Vienna', from: '11:00', to: '12:00' } }, {}, true],
    [{ time: { zone: 'UTC', from: '11:00', to: '12:00' } }, {}, false],
    [{ model: 'chat', stream: true }, {}, false],
  ])('%j', (options, parts, expected) => {
    const headers = Object.assign(Object.create(null) as object, parts.headers);
    expect(holds(options, { ...parts, headers })).toBe(expected);
  });

  it('does not look at the texts when something cheaper settles it', () => {
    const context = contextOf();
    Object.assign(context.call, {
      texts: () => {
        throw new Error('not needed');
      },
    });
    const check = condition(conditionOptions.parse({ tokens: { min: 1 }, model: 'other' }), {
      clock: { now: () => now },
      tokens: byteTokenEstimator(),
    });
    expect(check(context)).toBe(false);
  });
});

describe('looksInside', () => {
  it.each([[{ tools: false }], [{ images: true }], [{ attachments: true }], [{ tokens: { min: 1 } }]])(
    '%j does, and never holds unread',
    (options) => {
      expect(looksInside(conditionOptions.parse(options))).toBe(true);
      expect(holds(options, { call: { opaque: true } })).toBe(false);
    },
  );

  it('is false for what stands outside', () => {
    expect(looksInside(conditionOptions.parse({ model: 'x', stream: true, headers: { a: true }, principal: { plan: 'x' } }))).toBe(false);
  });
});

describe('conditionOptions', () => {
  it.each([
    [{ modell: 'x' }],
    [{ tokens: {} }],
    [{ tokens: { min: 5, max: 4 } }],
    [{ headers: { 'bad name': 'x' } }],
    [{ principal: { role: 'x' } }],
    [{ images: 'yes' }],
    [{ model: [] }],
  ])('refuse %j', (options) => expect(conditionOptions.safeParse(options).success).toBe(false));
});
