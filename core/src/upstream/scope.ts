import type { GatewayError } from '../errors.ts';

/** Something that may be ended from outside: an exchange, or one of several ways that it tries at once. */
export interface Scope {
  /** Why nothing further may begin, if so. */
  readonly stopped: GatewayError | undefined;
  /** Hears of the end, at once when it is past. Returns the function that ends that. */
  onAbort(listener: (reason: GatewayError) => void): () => void;
}

/** A way that can be given up while the others go on; it ends with what it belongs to. */
export class PartScope implements Scope {
  readonly #whole: Scope;
  /** Each with what ends its listening to the whole. */
  readonly #listeners = new Map<(reason: GatewayError) => void, () => void>();
  #reason: GatewayError | undefined = undefined;

  constructor(whole: Scope) {
    this.#whole = whole;
  }

  get stopped(): GatewayError | undefined {
    return this.#reason ?? this.#whole.stopped;
  }

  /** Whether this way alone was given up. */
  get cancelled(): boolean {
    return this.#reason !== undefined;
  }

  onAbort(listener: (reason: GatewayError) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return () => {};
    }
    const stopWatching = this.#whole.onAbort(listener);
    this.#listeners.set(listener, stopWatching);
    return () => {
      stopWatching();
      this.#listeners.delete(listener);
    };
  }

  cancel(reason: GatewayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const [listener, stopWatching] of listeners) {
      stopWatching(); // it hears of one end only
      listener(reason);
    }
  }
}

/** Waits, but no longer than the scope goes on: rejects with why it ended. */
export function pause(scope: Scope, clock: { after(ms: number, action: () => void): { cancel(): void } }, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopWatching = (): void => {};
    const timer = clock.after(ms, () => {
      stopWatching();
      resolve();
    });
    stopWatching = scope.onAbort((reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}
