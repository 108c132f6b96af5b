/**
 * Answers of a function by key. The oldest is forgotten when there are too many, so that names which clients invent cost no
 * memory; which was used last is not kept, for that would cost more at each use than finding an answer again now and then.
 */
export class Remembered<Value extends object> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#values.size;
  }

  /** What is remembered for the key, or what `find` gives. */
  get(key: string, find: () => Value): Value {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = find();
    this.#values.set(key, value);
    const [oldest] = this.#values.size > this.#capacity ? this.#values.keys() : [];
    if (oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
