import { describe, expect, it } from 'vitest';
import { memoryKeyStore } from '../../../core/src/services/key-store.ts';
import { Uses } from '../../../plugins/auth-keys/src/uses.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

async function uses(max = 10) {
  const store = memoryKeyStore();
  for (const publicId of ['a', 'b', 'c']) await store.add({ publicId, revision: 1, digest: '', label: 'x', createdAt: 0 });
  const written: number[] = [];
  const counting = {
    ...store,
    used: (times: ReadonlyMap<string, number>) => {
      written.push(times.size);
      return store.used(times);
    },
  };
  const clock = manualClock();
  const logger = recordingLogger();
  return { uses: new Uses({ store: counting, clock, logger, everyMs: 1_000, max }), store, clock, logger, written, counting };
}

describe('Uses', () => {
  it('are written down now and then, many at once, the latest of each key', async () => {
    const { uses: noted, store, clock, written } = await uses();
    noted.note('a', 1);
    noted.note('a', 5);
    noted.note('b', 2);
    clock.advance(999);
    expect(written).toEqual([]);
    clock.advance(1);
    expect(written).toEqual([2]);
    expect(await store.lastUsed(['a', 'b'])).toEqual(
      new Map([
        ['a', 5],
        ['b', 2],
      ]),
    );
    clock.advance(10_000);
    expect(written).toEqual([2]);
  });

  it('are written down at the end, and no timer is left', async () => {
    const { uses: noted, store, clock, written } = await uses();
    noted.note('a', 1);
    await noted.flush();
    await noted.flush();
    clock.advance(10_000);
    expect(written).toEqual([1]);
    expect((await store.lastUsed(['a'])).get('a')).toBe(1);
  });

  it('are bounded', async () => {
    const { uses: noted, written } = await uses(2);
    for (const id of ['a', 'b', 'c', 'a']) noted.note(id, 1);
    await noted.flush();
    expect(written).toEqual([2]);
  });

  it('that cannot be written down are told in the log and hurt nobody', async () => {
    const { uses: noted, counting, logger } = await uses();
    counting.used = () => Promise.reject(new Error('disk full'));
    noted.note('a', 1);
    await noted.flush();
    expect(logger.texts('warn').join()).toContain('disk full');
  });
});
