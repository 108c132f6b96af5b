import { describe, expect, it } from 'vitest';
import { type KeyStore, memoryKeyStore, type StoredKey } from '../../../core/src/services/key-store.ts';
import { type Claim, KeyRing } from '../../../plugins/auth-keys/src/key-ring.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

/** Each key has a digest of its own. */
function digestOf(publicId: string): Buffer {
  return Buffer.alloc(32, publicId);
}

function key(publicId: string): StoredKey {
  return { publicId, revision: 1, digest: digestOf(publicId).toString('base64url'), label: 'x', createdAt: 0 };
}

function claim(publicId: string, digest: Buffer = digestOf(publicId)): Claim {
  return { publicId, digest };
}

/** A ring over a store that counts its looks and can be away. */
async function ring(maxRemembered = 10) {
  const store = memoryKeyStore();
  await store.add(key('a'));
  const looks: string[] = [];
  const state: { find: KeyStore['find'] } = { find: (id) => store.find(id) };
  const watched: KeyStore = {
    ...store,
    find(id) {
      looks.push(id);
      return state.find(id);
    },
  };
  const clock = manualClock();
  const logger = recordingLogger(['info', 'error']);
  const made = new KeyRing({ store: watched, clock, logger, freshMs: 500, staleMs: 30_000, maxRemembered });
  const away = (): void => {
    state.find = () => Promise.reject(new Error('connection refused'));
  };
  const back = (): void => {
    state.find = (id) => store.find(id);
  };
  return { ring: made, store, looks, clock, logger, away, back, state };
}

describe('KeyRing', () => {
  it('knows a key for a moment after it was read, and no longer', async () => {
    const { ring: keys, clock } = await ring();
    expect(keys.fresh(digestOf('a'))).toBeUndefined();
    const read = await keys.read(claim('a'));
    expect(keys.fresh(digestOf('a'))).toBe(read);
    clock.advance(499);
    expect(keys.fresh(digestOf('a'))).toBe(read);
    clock.advance(1);
    expect(keys.fresh(digestOf('a'))).toBeUndefined();
  });

  it('counts the moment from when reading began: a slow store does not lengthen it', async () => {
    const { ring: keys, clock, state, store } = await ring();
    let answer: () => void = () => {};
    state.find = async (id) => {
      const found = await store.find(id);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return found;
    };
    const reading = keys.read(claim('a'));
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(400);
    answer();
    await reading;
    clock.advance(100);
    expect(keys.fresh(digestOf('a'))).toBeUndefined();
  });

  it('reads what the store has now: a revoked key is revoked', async () => {
    const { ring: keys, store } = await ring();
    await keys.read(claim('a'));
    await store.replace({ ...key('a'), revision: 2, revokedAt: 5 });
    expect((await keys.read(claim('a')))?.revoked).toBe(true);
  });

  it('forgets a key that is gone', async () => {
    const { ring: keys, state } = await ring();
    await keys.read(claim('a'));
    state.find = async () => undefined;
    expect(await keys.read(claim('a'))).toBeUndefined();
    expect(keys.fresh(digestOf('a'))).toBeUndefined();
  });

  it('AUTH-11: finds nothing for a digest that is not the key’s, and remembers nothing of it', async () => {
    const { ring: keys, looks } = await ring();
    await keys.read(claim('a'));
    for (const wrong of [claim('a', digestOf('b')), claim('b', digestOf('a')), claim('b'), claim('', Buffer.alloc(32))]) {
      expect(await keys.read(wrong)).toBeUndefined();
      if (!wrong.digest.equals(digestOf('a'))) expect(keys.fresh(wrong.digest)).toBeUndefined();
    }
    expect(looks).toEqual(['a', 'a', 'b', 'b', '']);
  });

  it('looks once for many who ask at once', async () => {
    const { ring: keys, looks } = await ring();
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.read(claim('a'))));
    expect(looks).toEqual(['a']);
    expect(all.every((one) => one?.stored.publicId === 'a')).toBe(true);
  });

  it('is bounded: the one read longest ago goes', async () => {
    const { ring: keys, store } = await ring(2);
    for (const id of ['b', 'c']) await store.add(key(id));
    for (const id of ['a', 'b', 'a', 'c']) await keys.read(claim(id));
    expect(['a', 'b', 'c'].map((id) => keys.fresh(digestOf(id)) !== undefined)).toEqual([true, false, true]);
  });

  it('refuses to keep a thousand looks waiting', async () => {
    const { ring: keys, state } = await ring();
    state.find = () => new Promise(() => {});
    for (let count = 0; count < 1_000; count += 1) void keys.read(claim(`k${count}`)).catch(() => {});
    await expect(keys.read(claim('a'))).rejects.toMatchObject({ status: 503, code: 'KEYS_UNAVAILABLE' });
  });

  describe('while the store is away', () => {
    it('goes on with keys that were read lately, for 30 seconds, then refuses with 503', async () => {
      const { ring: keys, clock, away } = await ring();
      const read = await keys.read(claim('a'));
      away();
      clock.advance(29_999);
      expect(await keys.read(claim('a'))).toBe(read);
      clock.advance(1);
      await expect(keys.read(claim('a'))).rejects.toMatchObject({ status: 503, code: 'KEYS_UNAVAILABLE' });
    });

    it('refuses keys that it does not know', async () => {
      const { ring: keys, away } = await ring();
      away();
      await expect(keys.read(claim('a'))).rejects.toMatchObject({ status: 503 });
    });

    it('does not make every request wait for it', async () => {
      const { ring: keys, clock, away, looks } = await ring();
      await keys.read(claim('a'));
      away();
      clock.advance(600);
      await keys.read(claim('a'));
      clock.advance(499);
      expect(keys.fresh(digestOf('a'))).toBeDefined();
      expect(looks).toHaveLength(2);
      clock.advance(1);
      expect(keys.fresh(digestOf('a'))).toBeUndefined();
    });

    it('says so once, and once when it is back', async () => {
      const { ring: keys, clock, away, back, logger } = await ring();
      await keys.read(claim('a'));
      away();
      for (let count = 0; count < 3; count += 1) {
        clock.advance(600);
        await keys.read(claim('a'));
      }
      expect(logger.texts('error')).toHaveLength(1);
      expect(logger.texts('error')[0]).toContain('connection refused');
      back();
      await keys.read(claim('a'));
      expect(logger.texts('info')).toHaveLength(1);
    });

    it('waits a second at most for one that does not answer', async () => {
      const { ring: keys, clock, state } = await ring();
      state.find = () => new Promise(() => {});
      const reading = keys.read(claim('a'));
      clock.advance(1_000);
      await expect(reading).rejects.toMatchObject({ status: 503 });
    });
  });
});
