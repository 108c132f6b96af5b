/**
 * How many of the things of the last `spanMs` were of a kind: failures among calls, retries among requests. A ring of counters
 * that are made once: noting one is two additions, and nothing is kept per thing.
 */
export class RollingRatio {
  readonly #bucketMs: number;
  readonly #all: Uint32Array;
  readonly #part: Uint32Array;
  /** The bucket of the last look, counted from the clock's beginning. */
  #at = 0;
  #allSum = 0;
  #partSum = 0;

  constructor(spanMs: number, buckets = 10) {
    this.#bucketMs = spanMs / buckets;
    this.#all = new Uint32Array(buckets);
    this.#part = new Uint32Array(buckets);
  }

  /** How many there were. Nothing older than the span counts; of its first bucket, only what is left of it. */
  get all(): number {
    return this.#allSum;
  }

  get part(): number {
    return this.#partSum;
  }

  /** Forgets what is too old by now. Before `all` and `part` are read. */
  passTo(now: number): this {
    const bucket = Math.floor(now / this.#bucketMs);
    const steps = Math.min(bucket - this.#at, this.#all.length);
    for (let step = 1; step <= steps; step += 1) this.#forget((this.#at + step) % this.#all.length);
    this.#at = bucket;
    return this;
  }

  /** Notes one thing, and whether it is of the kind. */
  add(now: number, ofKind: boolean): void {
    this.passTo(now);
    const slot = this.#at % this.#all.length;
    this.#all[slot] = (this.#all[slot] ?? 0) + 1;
    this.#allSum += 1;
    if (ofKind) this.#addPart(slot);
  }

  /** Notes one of the kind that is not one of all: a retry is no request. */
  addPart(now: number): void {
    this.passTo(now);
    this.#addPart(this.#at % this.#part.length);
  }

  clear(): void {
    this.#all.fill(0);
    this.#part.fill(0);
    this.#allSum = 0;
    this.#partSum = 0;
  }

  #addPart(slot: number): void {
    this.#part[slot] = (this.#part[slot] ?? 0) + 1;
    this.#partSum += 1;
  }

  #forget(slot: number): void {
    this.#allSum -= this.#all[slot] ?? 0;
    this.#partSum -= this.#part[slot] ?? 0;
    this.#all[slot] = 0;
    this.#part[slot] = 0;
  }
}
