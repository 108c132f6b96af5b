/** Names that one strategy remembers. Clients may choose model names, so that there is no end of them. */
export const maxRemembered = 1_000;

/** A map that forgets what was used longest ago when it is full. */
export class BoundedMap<Value> {
  readonly #map = new Map<string, Value>();
  readonly #limit: number;

  constructor(limit: number = maxRemembered) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): Value | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: Value): void {
    this.#map.delete(key); // set anew it is the youngest
    this.#map.set(key, value);
    if (this.#map.size <= this.#limit) return;
    const [oldest] = this.#map.keys();
    if (oldest !== undefined) this.#map.delete(oldest);
  }
}
