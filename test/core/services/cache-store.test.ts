import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { manualClock } from '../harness/manual-clock.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const minute = 60_000;

describe('memoryCacheStore', () => {
  it('gives back what was set, byte for byte; anything else is a miss', async () => {
    const store = memoryCacheStore();
    const every = Uint8Array.from({ length: 256 }, (_, value) => value);
    await store.set('key', every, minute);
    expect(await store.get('key')).toEqual(every);
    expect(await store.get('Key')).toBeUndefined();
    expect(await store.get('')).toBeUndefined();
  });

  it('holds an empty value: it is no miss', async () => {
    const store = memoryCacheStore();
    await store.set('', bytes(), minute);
    expect(await store.get('')).toEqual(bytes());
  });

  it('a later value replaces the earlier', async () => {
    const store = memoryCacheStore();
    await store.set('key', bytes(1), minute);
    await store.set('key', bytes(2, 3), minute);
    expect(await store.get('key')).toEqual(bytes(2, 3));
  });

  it('forgets what is deleted; deleting nothing is no error', async () => {
    const store = memoryCacheStore();
    await store.set('key', bytes(1), minute);
    await store.delete('key');
    await store.delete('key');
    expect(await store.get('key')).toBeUndefined();
  });

  it('a caller that goes on to use its buffer does not change the stored bytes', async () => {
    const store = memoryCacheStore();
    const mine = Buffer.from('answer of tenant a');
    await store.set('key', mine, minute);
    mine.fill(0x78);
    expect(Buffer.from((await store.get('key')) as Uint8Array).toString()).toBe('answer of tenant a');
  });

  it('keeps a slice as that slice, not the memory around it', async () => {
    const store = memoryCacheStore();
    const pool = Buffer.from('secret|mine|secret');
    await store.set('key', pool.subarray(7, 11), minute);
    const stored = (await store.get('key')) as Uint8Array;
    expect(Buffer.from(stored.buffer).toString()).toBe('mine');
  });

  it('two stores share nothing', async () => {
    const [one, other] = [memoryCacheStore(), memoryCacheStore()];
    await one.set('key', bytes(1), minute);
    expect(await other.get('key')).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'a\u0000b', '🙂'])('%j is a key like others', async (key) => {
    const store = memoryCacheStore();
    expect(await store.get(key)).toBeUndefined();
    await store.set(key, bytes(7), minute);
    expect(await store.get(key)).toEqual(bytes(7));
  });
});

describe('age', () => {
  it('a value is gone once its time is over, and not before', async () => {
    const clock = manualClock();
    const store = memoryCacheStore(undefined, clock);
    await store.set('key', bytes(1), 1_000);
    clock.advance(999);
    expect(await store.get('key')).toEqual(bytes(1));
    clock.advance(2);
    expect(await store.get('key')).toBeUndefined();
  });

  it('a new value has its own time; a read gives none', async () => {
    const clock = manualClock();
    const store = memoryCacheStore(undefined, clock);
    await store.set('key', bytes(1), 1_000);
    clock.advance(900);
    await store.set('key', bytes(2), 1_000);
    clock.advance(900);
    expect(await store.get('key')).toEqual(bytes(2));
    clock.advance(200);
    expect(await store.get('key')).toBeUndefined();
  });

  it('arms no timer', async () => {
    const clock = manualClock();
    const store = memoryCacheStore(undefined, clock);
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await store.set('key', bytes(1), 1_000);
    await store.get('key');
    expect(clock.armed).toBe(0);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBe(before);
  });

  it.each([0, -1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])(
    'a time to live of %d keeps nothing, not even the value before',
    async (ttl) => {
      const store = memoryCacheStore();
      await store.set('key', bytes(1), minute);
      await store.set('key', bytes(2), ttl);
      expect(await store.get('key')).toBeUndefined();
    },
  );
});

describe('the bound', () => {
  const kilobyte = new Uint8Array(1_024);

  async function held(store: ReturnType<typeof memoryCacheStore>, keys: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const key of keys) if ((await store.get(key)) !== undefined) found.push(key);
    return found;
  }

  it('what was used least recently goes first; a read is a use', async () => {
    const store = memoryCacheStore(4 * 1_500);
    for (const key of ['a', 'b', 'c']) await store.set(key, kilobyte, minute);
    await store.get('a');
    for (const key of ['d', 'e']) await store.set(key, kilobyte, minute);
    expect(await held(store, ['a', 'b', 'c', 'd', 'e'])).toEqual(expect.arrayContaining(['a', 'd', 'e']));
    expect(await store.get('b')).toBeUndefined();
  });

  it('a value larger than the whole store is not kept, pushes nothing out, and is not mistaken for the one before', async () => {
    const store = memoryCacheStore(10_000);
    await store.set('other', bytes(1), minute);
    await store.set('key', bytes(2), minute);
    await store.set('key', new Uint8Array(10_001), minute);
    expect(await store.get('key')).toBeUndefined();
    expect(await store.get('other')).toEqual(bytes(1));
  });

  it('long keys count as well', async () => {
    const store = memoryCacheStore(10_000);
    for (let index = 0; index < 100; index += 1) await store.set(String(index).padStart(1_000, 'k'), bytes(), minute);
    const keys = Array.from({ length: 100 }, (_, index) => String(index).padStart(1_000, 'k'));
    expect((await held(store, keys)).length).toBeLessThanOrEqual(10);
  });

  it('tiny entries count for what they take, not for their bytes alone', async () => {
    const store = memoryCacheStore(1_000_000);
    const keys = Array.from({ length: 100_000 }, (_, index) => String(index));
    for (const key of keys) await store.set(key, bytes(1), minute);
    const { length } = await held(store, keys);
    expect(length).toBeGreaterThan(1_000);
    expect(length).toBeLessThan(10_000);
  });

  it('is kept whatever is set and deleted', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'dd', 'eeeeeeee');
    const change = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, size: fc.nat(3_000) }),
      fc.record({ kind: fc.constant('delete' as const), key, size: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
        const store = memoryCacheStore(4_000);
        const last = new Map<string, number>();
        for (const { kind, key, size } of changes) {
          if (kind === 'set') await store.set(key, new Uint8Array(size), minute);
          else await store.delete(key);
          last.set(key, kind === 'set' ? size : -1);
          let total = 0;
          for (const [name, written] of last) {
            const found = await store.get(name);
            // What is there is the value set last: never an older one, never one that was deleted.
            if (found !== undefined) expect(found.byteLength).toBe(written);
            total += found === undefined ? 0 : found.byteLength + name.length;
          }
          expect(total).toBeLessThanOrEqual(4_000);
        }
      }),
    );
  });
});
