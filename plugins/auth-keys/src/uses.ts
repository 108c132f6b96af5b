import type { Clock, KeyStore, Logger, Timer } from '@express-ai-gateway/core/plugin';

export interface UsesOptions {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs: number;
  /** Keys between two times; what is more is not remembered. */
  readonly max: number;
}

/** When keys were last used, written down now and then: nobody waits for it, and one that is lost is no harm. */
export class Uses {
  readonly #options: UsesOptions;
  #times = new Map<string, number>();
  #timer: Timer | undefined = undefined;

  constructor(options: UsesOptions) {
    this.#options = options;
  }

  note(publicId: string, now: number): void {
    if (this.#times.size >= this.#options.max && !this.#times.has(publicId)) return;
    this.#times.set(publicId, now);
    this.#timer ??= this.#options.clock.after(this.#options.everyMs, () => void this.flush());
  }

  /** Never rejects. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const times = this.#times;
    if (times.size === 0) return;
    this.#times = new Map();
    try {
      await this.#options.store.used(times);
    } catch (error) {
      this.#options.logger.log('warn', 'The last use of API keys could not be written down.', {
        keys: times.size,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
