/**
 * A bounded queue that is fair between keys: they take turns, each in its own order. Full, it is the longest key's newest that
 * has to go, so that one caller's burst sheds its own calls and not everybody's.
 */
export class FairQueue<T> {
  readonly #bound: number;
  /** The key whose turn it is stands first. No set is empty. */
  readonly #waiting = new Map<string, Set<T>>();
  #size = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item; the one that found no place, itself or another, or `undefined`. */
  add(key: string, item: T): T | undefined {
    const own = this.#waiting.get(key);
    let shed: T | undefined;
    if (this.#size >= this.#bound) {
      shed = this.#shedFor(own?.size ?? 0);
      if (shed === undefined) return item;
    }
    if (own === undefined) this.#waiting.set(key, new Set([item]));
    else own.add(item);
    this.#size += 1;
    return shed;
  }

  /** The item whose turn it is. */
  take(): T | undefined {
    for (const [key, items] of this.#waiting) {
      for (const item of items) {
        this.delete(key, item);
        if (items.size > 0 && this.#waiting.delete(key)) this.#waiting.set(key, items); // to the end of the round
        return item;
      }
    }
    return undefined;
  }

  delete(key: string, item: T): boolean {
    const items = this.#waiting.get(key);
    if (items?.delete(item) !== true) return false;
    if (items.size === 0) this.#waiting.delete(key);
    this.#size -= 1;
    return true;
  }

  /** Takes the newest of the longest key, if that leaves it with no less than one more of `length` would have. */
  #shedFor(length: number): T | undefined {
    let longest: { readonly key: string; readonly items: Set<T> } | undefined;
    for (const [key, items] of this.#waiting) if (longest === undefined || items.size > longest.items.size) longest = { key, items };
    if (longest === undefined || longest.items.size <= length + 1) return undefined;
    const newest = [...longest.items].at(-1);
    if (newest !== undefined) this.delete(longest.key, newest);
    return newest;
  }
}
