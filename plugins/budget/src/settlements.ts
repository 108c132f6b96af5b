import type { BudgetStore, Clock, Logger, SettleOutcome, SpentPart } from '@express-ai-gateway/core/plugin';

/** Between two tries, at most. Milliseconds. */
const maxWaitMs = 5_000;

interface Pending {
  readonly parts: readonly SpentPart[];
  readonly done: (outcome: SettleOutcome | undefined) => void;
}

export interface SettlementsOptions {
  readonly store: BudgetStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Settles holds, and tries again for as long as it takes where the store is away: every try has the hold's id, so whatever became of an
 * earlier one, it is booked once. What is not settled when the process ends stays held, which is as good as spent.
 */
export class Settlements {
  readonly #options: SettlementsOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #running = new Set<Promise<unknown>>();
  #waitMs = 0;
  #closed = false;
  #timer: { cancel(): void } | undefined = undefined;

  constructor(options: SettlementsOptions) {
    this.#options = options;
  }

  /** Settlements that the store has not confirmed. */
  get pending(): number {
    return this.#pending.size;
  }

  /** How the accounts stand then; `undefined` where the process ends first. Never rejects. */
  settle(id: string, parts: readonly SpentPart[]): Promise<SettleOutcome | undefined> {
    const settling = this.#settled(id, parts);
    this.#running.add(settling);
    void settling.then(() => this.#running.delete(settling));
    return settling;
  }

  async #settled(id: string, parts: readonly SpentPart[]): Promise<SettleOutcome | undefined> {
    const outcome = await this.#tried(id, parts);
    if (outcome !== undefined) return outcome;
    return new Promise((done) => {
      this.#pending.set(id, { parts, done });
      if (this.#closed) this.#giveUp();
      else this.#tryLater();
    });
  }

  /** Tries what is left once more; says what stays held. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#closed = true;
    await this.#tryAll();
    this.#giveUp();
    await Promise.all(this.#running);
  }

  #giveUp(): void {
    const left = [...this.#pending.values()];
    this.#pending.clear();
    for (const { done } of left) done(undefined);
    if (left.length === 0) return;
    const message = 'The accounts could not be reached to the end; what these requests held stays held.';
    this.#options.logger.log('error', message, { requests: left.length });
  }

  async #tried(id: string, parts: readonly SpentPart[]): Promise<SettleOutcome | undefined> {
    try {
      const outcome = await this.#options.store.settle(id, parts);
      this.#waitMs = 0;
      return outcome;
    } catch (error) {
      if (this.#waitMs === 0)
        this.#options.logger.log('error', 'The accounts cannot be reached; what was spent is booked when they can.', {
          error: String(error),
        });
      return undefined;
    }
  }

  #tryLater(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#waitMs = Math.min(maxWaitMs, Math.max(50, this.#waitMs * 2));
    this.#timer = this.#options.clock.after(this.#waitMs * (0.5 + Math.random() / 2), () => {
      this.#timer = undefined;
      void this.#tryAll().then(() => {
        if (this.#pending.size > 0) this.#tryLater();
      });
    });
  }

  /** One after the other, until the store fails again: it is not asked a thousand times while it is away. */
  async #tryAll(): Promise<void> {
    for (const [id, { parts, done }] of [...this.#pending]) {
      const outcome = await this.#tried(id, parts);
      if (outcome === undefined) return;
      this.#pending.delete(id);
      done(outcome);
    }
  }
}
