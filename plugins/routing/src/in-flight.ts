import type { AttemptContext } from '@express-ai-gateway/core/plugin';

/** How many attempts are under way at each target, in this process. Holds only targets that have some. */
export class InFlight {
  readonly #counts = new Map<string, number>();

  /** Counts an attempt until it ends, whatever ends it. */
  enter(attempt: Pick<AttemptContext, 'target' | 'onSettled'>): void {
    const { id } = attempt.target;
    this.#counts.set(id, this.of(id) + 1);
    attempt.onSettled(() => {
      const left = this.of(id) - 1;
      if (left > 0) this.#counts.set(id, left);
      else this.#counts.delete(id);
    });
  }

  of(target: string): number {
    return this.#counts.get(target) ?? 0;
  }

  /** Targets with attempts under way. */
  get size(): number {
    return this.#counts.size;
  }
}
