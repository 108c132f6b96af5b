import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { type CounterStore, memoryCounterLimit, memoryCounterStore } from '../../../core/src/services/counter-store.ts';
import { type RateLimitOptions, rateLimitOptions } from '../../../plugins/rate-limit/src/options.ts';
import { type Limit, rulesOf } from '../../../plugins/rate-limit/src/rules.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';

function built(options: RateLimitOptions) {
  const clock = manualClock();
  const memory = memoryCounterStore(clock);
  const keys: string[] = [];
  const counters: CounterStore = {
    add(key, amount, ttlMs) {
      keys.push(key);
      return memory.add(key, amount, ttlMs);
    },
    lease(key, limit, ttlMs) {
      keys.push(key);
      return memory.lease(key, limit, ttlMs);
    },
  };
  return { keys, rules: rulesOf(rateLimitOptions.parse(options), { counters, clock, failed: () => {} }) };
}

const shown = (limits: readonly Limit[]): string[] => limits.map(({ name, meter }) => `${name} ${meter.what} ${meter.limit}`);

describe('rulesOf', () => {
  it('refuses two rules that would count in one counter, and says which', () => {
    const twins = () => built({ rules: [{ requests: 1 }, { requests: 5, tokens: 1 }] });
    expect(twins).toThrow(GatewayConfigError);
    expect(twins).toThrow('expected a name of its own for each rule, received two rules key 1m (requests)');
    expect(() => built({ rules: [{ name: 'free: key 1m', tokens: 1 }], plans: { free: [{ tokens: 2 }] } })).toThrow('two rules');
    expect(() => built({ rules: [{ requests: 1 }, { tokens: 1 }, { requests: 2, window: '1h' }] })).not.toThrow();
  });

  it('counts early what the head tells, and late what needs the call', () => {
    const { rules } = built({
      rules: [
        { name: 'a', requests: 1, tokens: 2, concurrent: 3 },
        { name: 'b', per: ['key', 'model'], requests: 4, concurrent: 5 },
      ],
    });
    const { early, late } = rules.of(undefined);
    expect([shown(early), shown(late)]).toEqual([
      ['a requests 1', 'a concurrent 3'],
      ['a tokens 2', 'b requests 4', 'b concurrent 5'],
    ]);
  });

  it('holds a caller to the rules of its plan, others to the usual one, and everybody to those for all', () => {
    const options: RateLimitOptions = {
      rules: [{ name: 'all', requests: 9 }],
      plans: { free: [{ requests: 1 }], pro: [{ requests: 2 }] },
    };
    const of = (plan: string | undefined, more: Partial<RateLimitOptions> = {}) =>
      shown(built({ ...options, ...more }).rules.of(plan).early);
    expect(of('pro')).toEqual(['all requests 9', 'pro: key 1m requests 2']);
    for (const plan of [undefined, 'free', 'other', '', 'constructor', '__proto__'])
      expect(of(plan)).toEqual(['all requests 9', 'free: key 1m requests 1']);
    expect(of('other', { defaultPlan: 'pro' })).toEqual(of('pro'));
    expect(of(undefined, { plans: {} })).toEqual(['all requests 9']);
  });

  it('enforces or shadows as the rule says, else as the plugin does', () => {
    const { rules } = built({ mode: 'shadow', rules: [{ requests: 1 }, { requests: 1, per: ['ip'], mode: 'enforce' }] });
    expect(rules.all.map(({ enforced }) => enforced)).toEqual([false, true]);
  });

  it('gives every limit counters of its own, whatever rules are called', async () => {
    const names = ['a', 'a:requests', 'a:requests:', 'a:tokens', 'a:concurrent:key', 'a requests', 'limit:a', ' a', 'a '];
    const { rules, keys } = built({ rules: names.map((name) => ({ name, requests: 1, burst: 1, tokens: 1, concurrent: 1 })) });
    for (const { meter } of rules.all) for (const subject of ['', 'key']) for (let at = 0; at < 2; at += 1) await meter.take(subject, 1);
    expect(new Set(keys).size).toBe(names.length * 2 * 4);
  });

  it('has one memory for all limits while the store is away, so that its bound holds for all', async () => {
    const clock = manualClock();
    const away: CounterStore = { add: () => Promise.reject(new Error('away')), lease: () => Promise.reject(new Error('away')) };
    const options = rateLimitOptions.parse({
      rules: [
        { name: 'a', requests: 1 },
        { name: 'b', requests: 1 },
      ],
    });
    const { all } = rulesOf(options, { counters: away, clock, failed: () => {} });
    const [a, b] = all.map(({ meter }) => meter);
    for (let at = 0; at < memoryCounterLimit; at += 1) await a?.take(`key=${at}`, 1);
    await expect(b?.take('key=new', 1)).rejects.toThrow(`holds ${memoryCounterLimit} keys`);
    clock.advance(60_000);
    expect((await b?.take('key=new', 1))?.kind).toBe('taken');
  });

  /** Whether a refused caller of the first limit is refused without asking the store. */
  async function blocks(options: RateLimitOptions): Promise<boolean> {
    const { rules, keys } = built(options);
    const { meter } = rules.all[0] as Limit;
    for (let at = 0; at < 5; at += 1) await meter.take('x', 1);
    return keys.length === 2;
  }

  it('spares the store a flood only where no other limit may give back what this one took', async () => {
    expect(await blocks({ rules: [{ requests: 1 }] })).toBe(true);
    expect(await blocks({ rules: [{ requests: 1, tokens: 5 }] })).toBe(true);
    expect(await blocks({ rules: [], plans: { free: [{ requests: 1 }], pro: [{ requests: 2 }] } })).toBe(true);
    expect(await blocks({ rules: [{ requests: 1, concurrent: 5 }] })).toBe(false);
    expect(await blocks({ rules: [{ requests: 1 }], plans: { free: [], pro: [{ requests: 2 }] } })).toBe(false);
    expect(await blocks({ rules: [{ requests: 1, per: ['model'], tokens: 5 }] })).toBe(false);
    expect(await blocks({ rules: [{ requests: 1 }], queue: {} })).toBe(false);
  });
});
