import type { Clock, KeyStore, Logger, StoredKey } from '@express-ai-gateway/core/plugin';
import { KnownKey } from './known-key.ts';
import { refusal } from './refusals.ts';

export interface KeyRingOptions {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly freshMs: number;
  readonly staleMs: number;
  readonly maxRemembered: number;
}

/** What a credential asks for: whose key it would be, and what it is worth. */
export interface Claim {
  readonly publicId: string;
  readonly digest: Buffer;
}

/** Of one look into the store, whatever limit of its own it has. Milliseconds. */
const readMs = 1_000;

/** Looks under way at once; what comes on top is refused rather than kept waiting. */
const maxReading = 1_000;

/** Stands in for a key that is not there: refusing it takes the same work as refusing a wrong secret of one that is (AUTH-11). */
const decoy: StoredKey = { publicId: 'a'.repeat(16), revision: 1, digest: Buffer.alloc(32).toString('base64url'), label: '', createdAt: 0 };

/**
 * Keys as they were read from the store: for a moment used as they are, then read again, so that a revoked key ends everywhere
 * within that moment, with no message between processes that could be lost. While the store is away, keys that were let in lately go
 * on, for a while. Keys are remembered by their digests: a wrong one finds nothing, whatever of it is right.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  /** In the order of their last reading: the first goes when there are too many. */
  readonly #known = new Map<string, KnownKey>();
  readonly #reading = new Map<string, Promise<Read>>();
  /** On the monotonic clock: until then a store that was away is not asked about keys that are known. */
  #awayUntil = Number.NEGATIVE_INFINITY;

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** The key of this digest, where it need not be read again now. */
  fresh(digest: Buffer): KnownKey | undefined {
    const known = this.#known.get(nameOf(digest));
    if (known === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    const age = now - known.readAt;
    return age < this.#options.freshMs || (now < this.#awayUntil && age < this.#options.staleMs) ? known : undefined;
  }

  /** The key as the store has it now, `undefined` where the digest is of none. Rejects with a 503 when that cannot be known. */
  async read({ publicId, digest }: Claim): Promise<KnownKey | undefined> {
    const { clock, staleMs } = this.#options;
    const name = nameOf(digest);
    try {
      const { stored, readAt } = await this.#readOnce(publicId);
      const key = new KnownKey(stored ?? decoy, readAt);
      return this.#remember(name, key.isOf(digest, clock.now()) && stored !== undefined ? key : undefined);
    } catch (error) {
      this.#away(error);
      const known = this.#known.get(name);
      if (known !== undefined && clock.monotonic() - known.readAt < staleMs) return known;
      throw refusal('KEYS_UNAVAILABLE', error);
    }
  }

  #remember(name: string, key: KnownKey | undefined): KnownKey | undefined {
    this.#known.delete(name);
    if (key === undefined) return undefined;
    this.#known.set(name, key);
    if (this.#known.size > this.#options.maxRemembered) this.#known.delete(this.#known.keys().next().value as string);
    return key;
  }

  /** Many who ask for the same key at once are answered by one look. */
  #readOnce(publicId: string): Promise<Read> {
    const underWay = this.#reading.get(publicId);
    if (underWay !== undefined) return underWay;
    if (this.#reading.size >= maxReading) return Promise.reject(new Error(`${maxReading} keys are being read already`));
    const reading = this.#look(publicId).finally(() => this.#reading.delete(publicId));
    this.#reading.set(publicId, reading);
    return reading;
  }

  async #look(publicId: string): Promise<Read> {
    const { store, clock } = this.#options;
    const readAt = clock.monotonic();
    const stored = await this.#inTime(store.find(publicId));
    this.#back();
    return { stored, readAt };
  }

  #inTime<T>(looking: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(readMs, () => reject(new Error(`the key store did not answer within ${readMs} ms`)));
      looking.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #away(error: unknown): void {
    const { clock, logger, freshMs, staleMs } = this.#options;
    const begins = this.#awayUntil === Number.NEGATIVE_INFINITY;
    this.#awayUntil = clock.monotonic() + freshMs;
    if (!begins) return;
    const message = `API keys cannot be read; those that were let in less than ${staleMs} ms ago go on meanwhile, others get 503.`;
    logger.log('error', message, { error: error instanceof Error ? error.message : String(error) });
  }

  #back(): void {
    if (this.#awayUntil === Number.NEGATIVE_INFINITY) return;
    this.#awayUntil = Number.NEGATIVE_INFINITY;
    this.#options.logger.log('info', 'API keys can be read again.');
  }
}

interface Read {
  readonly stored: StoredKey | undefined;
  /** On the monotonic clock: when reading began. */
  readonly readAt: number;
}

function nameOf(digest: Buffer): string {
  return digest.toString('latin1');
}
