/** One case of a store's contract, for a runner that shows each: `for (const { name, run } of keyStoreCases(opening)) it(name, run)`. */
export interface StoreCase {
  readonly name: string;
  /** Rejects with what was seen and what is expected. */
  readonly run: () => Promise<void>;
}

/** How a contract gets at a store. */
export interface StoreOpening<Store> {
  /** Opens the same, at first empty, data once more, as another process would. The contract closes what it opened. */
  readonly open: () => Promise<OpenedStore<Store>>;
  /** Ends a case: the next one begins with empty data. */
  readonly clear: () => Promise<void>;
}

export interface OpenedStore<Store> {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Makes cases of functions that get two openings of the same data. */
export function storeCases<Store>(
  { open, clear }: StoreOpening<Store>,
  cases: Readonly<Record<string, (store: Store, other: Store) => Promise<void>>>,
): StoreCase[] {
  return Object.entries(cases).map(([name, run]) => ({
    name,
    async run() {
      const one = await open();
      const other = await open();
      try {
        await run(one.store, other.store);
      } finally {
        await one.close();
        await other.close();
        await clear();
      }
    },
  }));
}
