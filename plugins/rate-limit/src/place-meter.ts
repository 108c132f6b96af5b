import type { CounterStore, Lease } from '@express-ai-gateway/core/plugin';
import type { Meter } from './meter.ts';

export interface PlaceMeterOptions {
  readonly name: string;
  readonly limit: number;
  readonly leaseMs: number;
  readonly instances: number;
  readonly counters: CounterStore;
  /** Counts in this process while the store is away. */
  readonly spare: CounterStore;
  /** Told each time the store cannot count. */
  readonly failed: (error: unknown) => void;
}

/** When a place will be free nobody knows: a second is what callers are told. Milliseconds. */
const askAgainMs = 1_000;

/** Counts what is under way: at most `limit` at any time, each for at most `leaseMs`. */
export function placeMeter({ name, limit, leaseMs, instances, counters, spare, failed }: PlaceMeterOptions): Meter {
  const share = Math.max(1, Math.floor(limit / instances));

  /** While the store is away, a share of the places is given by this process. */
  async function leased(key: string): Promise<Lease | undefined> {
    try {
      return await counters.lease(key, limit, leaseMs);
    } catch (error) {
      failed(error);
      return spare.lease(key, share, leaseMs);
    }
  }

  return {
    what: 'concurrent',
    limit,
    async take(subject) {
      const lease = await leased(`limit:${name}:concurrent:${subject}`);
      const reading = { limit, remaining: 0, resetsInMs: askAgainMs };
      if (lease === undefined) return { kind: 'refused', reading };
      // One that cannot be given back is free when its time is over.
      return { kind: 'taken', reading, change: async () => {}, giveBack: () => lease.release().catch(failed) };
    },
  };
}
