interface Entry<T> {
  readonly item: T;
  taken: boolean;
}

interface Queue<T> {
  readonly entries: Entry<T>[];
  /** Entries before it are taken. */
  next: number;
}

/** Things that wait in order and are found by any of their keys, each once. Linear: a request may have a hundred thousand of them. */
export class Waiting<T> {
  readonly #all: Entry<T>[] = [];
  readonly #queues = new Map<string, Queue<T>>();

  add(item: T, keys: readonly string[]): void {
    const entry = { item, taken: false };
    this.#all.push(entry);
    for (const key of keys) {
      const queue = this.#queues.get(key);
      if (queue === undefined) this.#queues.set(key, { entries: [entry], next: 0 });
      else queue.entries.push(entry);
    }
  }

  /** The first that is left of those with this key. */
  take(key: string): T | undefined {
    const queue = this.#queues.get(key);
    for (; queue !== undefined && queue.next < queue.entries.length; queue.next += 1) {
      const entry = queue.entries[queue.next];
      if (entry === undefined || entry.taken) continue;
      entry.taken = true;
      return entry.item;
    }
    return undefined;
  }

  left(): T[] {
    return this.#all.flatMap(({ item, taken }) => (taken ? [] : [item]));
  }
}
