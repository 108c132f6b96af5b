import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/src/model/principal.ts';
import { type Dimension, dimensions } from '../../../plugins/rate-limit/src/options.ts';
import { type Facts, networkOf, subjectOf } from '../../../plugins/rate-limit/src/subject.ts';

const facts = (who: Partial<Principal> = {}, more: Partial<Facts> = {}): Facts => ({
  principal: { id: 'ann', kind: 'key', ...who },
  endpoint: 'openai-chat',
  model: 'chat',
  ip: '192.0.2.1',
  ipv6Prefix: 56,
  ...more,
});

/** Any text, lone surrogates, separators and lengths that are cut included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', '=', '&', '%', '#', '+', '-', ':', ' ', '/', '\ud800', '\udc00', '\ufffd', '\0'), minLength: 1 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\ufffd', '\ud801'), minLength: 99, maxLength: 103 }),
);

const named = fc.record(
  { tenant: text, user: text, app: text, plan: text, id: text, model: text },
  { requiredKeys: ['id'], noNullPrototype: true },
);

/** What two requests may differ in for subjects that count by these. */
function identity(
  per: readonly Dimension[],
  { id, tenant, user, app, plan, model }: typeof named extends fc.Arbitrary<infer T> ? T : never,
) {
  const own = (value: string | undefined) => (value === undefined ? ['nobody', id] : ['somebody', value]);
  const of: Record<Dimension, unknown> = {
    key: id,
    user: own(user),
    app: own(app),
    tenant: own(tenant),
    plan,
    model,
    endpoint: 'e',
    ip: 'i',
  };
  const within = per.some((one) => ['key', 'user', 'app', 'tenant'].includes(one)) ? (tenant ?? null) : 'any';
  return JSON.stringify([within, per.map((one) => of[one] ?? null)]);
}

describe('subjectOf', () => {
  it('different facts never give the same subject, whatever characters; the same facts always do', () => {
    fc.assert(
      fc.property(fc.subarray([...dimensions], { minLength: 1 }), named, named, (per, one, other) => {
        const subject = ({ model, ...who }: typeof one) => subjectOf(per, facts(who, { model, endpoint: 'e', ip: 'i' }));
        expect(subject(one) === subject(other)).toBe(identity(per, one) === identity(per, other));
        expect(subject(one)).toBe(subject({ ...one }));
      }),
      { numRuns: 3_000 },
    );
  });

  it('tells lone surrogates from each other and from what replaces them', () => {
    const subjects = ['\ud800', '\ud801', '\udfff', '\ufffd', 'a\ud800', 'a\ufffd'].map((id) => subjectOf(['key'], facts({ id })));
    expect(new Set(subjects).size).toBe(6);
    const long = ['\ud800', '\ufffd'].map((end) => subjectOf(['user'], facts({ user: 'x'.repeat(200) + end })));
    expect(long[0]).not.toBe(long[1]);
  });

  it('is of no more than some length and of characters that no key’s parts are told apart by', () => {
    fc.assert(
      fc.property(named, ({ model, ...who }) => {
        const subject = subjectOf(dimensions, facts(who, { model }));
        expect(subject.length).toBeLessThan(1_000);
        expect(subject).toMatch(/^[\w.!~*'()%=&#-]+$/);
      }),
    );
  });

  it('counts one without a user, an app or a tenant by its own id', () => {
    for (const per of ['user', 'app', 'tenant'] as const) {
      const [ann, bob] = [subjectOf([per], facts({ id: 'ann' })), subjectOf([per], facts({ id: 'bob' }))];
      expect(ann).not.toBe(bob);
      expect(ann).not.toBe(subjectOf([per], facts({ id: 'x', [per]: 'ann' })));
      expect(ann).not.toBe(subjectOf([per], facts({ id: 'x', [per]: '-ann' })));
    }
  });

  it('keeps the users of two tenants apart, but not their models or addresses', () => {
    const [one, other] = ['t', 'u'].map((tenant) => facts({ tenant, user: 'ann' }));
    for (const per of ['key', 'user', 'app'] as const) expect(subjectOf([per], one as Facts)).not.toBe(subjectOf([per], other as Facts));
    for (const per of ['model', 'ip', 'endpoint', 'plan'] as const)
      expect(subjectOf([per], one as Facts)).toBe(subjectOf([per], other as Facts));
    expect(subjectOf([], one as Facts)).toBe('');
  });

  it('counts whoever is unknown somewhere', () => {
    const unknown: Facts = { principal: undefined, endpoint: 'e', model: undefined, ip: undefined, ipv6Prefix: 56 };
    for (const per of dimensions) expect(subjectOf([per], unknown)).toMatch(/^\w+=.+$/);
  });
});

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

/** The address in another spelling: long, in capitals, with its zeros left out, with a dotted end, with a zone. */
function spellings(parts: readonly number[]): string[] {
  const hex = (pad: number) => parts.map((part) => part.toString(16).padStart(pad, '0'));
  const [high = 0, low = 0] = parts.slice(6);
  const dotted = `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  return [
    hex(0).join(':'),
    hex(4).join(':').toUpperCase(),
    new URL(`http://[${hex(0).join(':')}]`).hostname.slice(1, -1),
    `${hex(0).slice(0, 6).join(':')}:${dotted}`,
    `${hex(0).join(':')}%eth0`,
  ];
}

describe('networkOf', () => {
  it('gives one network for all spellings of an address, and for all addresses of one prefix alone', () => {
    const prefix = fc.integer({ min: 32, max: 128 });
    fc.assert(
      fc.property(groups, groups, prefix, fc.integer({ min: 0, max: 128 }), (parts, others, bits, shared) => {
        const binary = (one: readonly number[]) => one.map((part) => part.toString(2).padStart(16, '0')).join('');
        const mixed = binary(parts).slice(0, shared) + binary(others).slice(shared);
        const second = Array.from({ length: 8 }, (_, at) => Number.parseInt(mixed.slice(at * 16, at * 16 + 16), 2));
        const networks = new Set(spellings(parts).map((ip) => networkOf(ip, bits)));
        expect(networks.size).toBe(1);
        const same = binary(parts).slice(0, bits) === mixed.slice(0, bits);
        expect(networks.has(networkOf(spellings(second)[0] as string, bits))).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes IPv4 as it is, in every spelling: behind one prefix of IPv6 all of them would be one caller', () => {
    const spelled = ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:c000:0201'];
    expect(spelled.map((ip) => networkOf(ip, 56))).toEqual(spelled.map(() => '192.0.2.1'));
    expect(networkOf('192.0.2.2', 56)).toBe('192.0.2.2');
  });
});
