import type { Clock, KeyStore, Logger } from '@express-ai-gateway/core/plugin';
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

/** Of one look into the store, whatever limit of its own it has. Milliseconds. */
const readMs = 1_000;

/** Looks under way at once; what comes on top is refused rather than kept waiting. */
const maxReading = 1_000;

/**
 * Keys as they were read from the store: for a moment used as they are, then read again, so that a revoked key ends everywhere
 * within that moment, with no message between processes that could be lost. While the store is away, keys that were read lately go
 * on, for a while.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  /** In the order of their last reading: the first goes when there are too many. */
  readonly #known = new Map<string, KnownKey>();
  readonly #reading = new Map<string, Promise<KnownKey | undefined>>();
  /** On the monotonic clock: until then a store that was away is not asked about keys that are known. */
  #awayUntil = Number.NEGATIVE_INFINITY;

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** A key that need not be read again now. */
  fresh(publicId: string): KnownKey | undefined {
    const known = this.#known.get(publicId);
    if (known === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    const age = now - known.readAt;
    return age < this.#options.freshMs || (now < this.#awayUntil && age < this.#options.staleMs) ? known : undefined;
  }

  /** A key as the store has it now. Rejects with a 503 when the store is away and the key was not read lately. */
  async read(publicId: string): Promise<KnownKey | undefined> {
    const { clock, staleMs } = this.#options;
    try {
      return await this.#readOnce(publicId);
    } catch (error) {
      this.#away(error);
      const known = this.#known.get(publicId);
      if (known !== undefined && clock.monotonic() - known.readAt < staleMs) return known;
      throw refusal('KEYS_UNAVAILABLE', error);
    }
  }

  /** Many who ask for the same key at once are answered by one look. */
  #readOnce(publicId: string): Promise<KnownKey | undefined> {
    const underWay = this.#reading.get(publicId);
    if (underWay !== undefined) return underWay;
    if (this.#reading.size >= maxReading) return Promise.reject(new Error(`${maxReading} keys are being read already`));
    const reading = this.#look(publicId).finally(() => this.#reading.delete(publicId));
    this.#reading.set(publicId, reading);
    return reading;
  }

  async #look(publicId: string): Promise<KnownKey | undefined> {
    const { store, clock } = this.#options;
    const readAt = clock.monotonic();
    const stored = await this.#inTime(store.find(publicId));
    this.#back();
    this.#known.delete(publicId);
    if (stored === undefined) return undefined;
    const known = new KnownKey(stored, readAt);
    this.#known.set(publicId, known);
    if (this.#known.size > this.#options.maxRemembered) this.#known.delete(this.#known.keys().next().value as string);
    return known;
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
    const message = `API keys cannot be read; those that were read less than ${staleMs} ms ago go on meanwhile, others get 503.`;
    logger.log('error', message, { error: error instanceof Error ? error.message : String(error) });
  }

  #back(): void {
    if (this.#awayUntil === Number.NEGATIVE_INFINITY) return;
    this.#awayUntil = Number.NEGATIVE_INFINITY;
    this.#options.logger.log('info', 'API keys can be read again.');
  }
}
