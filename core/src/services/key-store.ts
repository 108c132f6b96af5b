import { deepFreeze } from '../deep-freeze.ts';
import { token } from './token.ts';

/** An API key as it is stored: its digest, never the key. Plain data, which goes through JSON unchanged. */
export interface StoredKey {
  /** The public part of the key, by which it is found: lower-case letters and digits. */
  readonly publicId: string;
  /** Counts its changes, from 1: who changes a key says which one it saw. */
  readonly revision: number;
  /** HMAC-SHA-256 of the key, 32 bytes as base64url. */
  readonly digest: string;
  /** What it was before the last rotation, and until when that still lets it in. */
  readonly previous?: { readonly digest: string; readonly until: number };
  readonly label: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly plan?: string;
  readonly scopes?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** What it may be used for; the plugin that made it knows how to read it. */
  readonly restrictions?: Readonly<Record<string, unknown>>;
  /** Times in milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

export interface KeyPage {
  readonly keys: readonly StoredKey[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly next: string | undefined;
}

export interface KeyQuery {
  /** Only keys of this tenant. */
  readonly tenant?: string;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * API keys, by their public ids. What was written is read by the next call of every process. A store that is away rejects, within
 * a limit of its own, and never hangs.
 */
export interface KeyStore {
  find(publicId: string): Promise<StoredKey | undefined>;
  /** `false` when there is a key of this id already. */
  add(key: StoredKey): Promise<boolean>;
  /** `false` when what is stored is not the revision before this one: somebody else changed it, or it is gone. */
  replace(key: StoredKey): Promise<boolean>;
  /** By public id, in its order. */
  list(query: KeyQuery): Promise<KeyPage>;
  /** Remembers when keys were last used, milliseconds since 1970 by public id. Kept apart from the keys; time never goes back. */
  used(uses: ReadonlyMap<string, number>): Promise<void>;
  lastUsed(publicIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export const KeyStore = token<KeyStore>()('KeyStore', 'keys', ['find', 'add', 'replace', 'list', 'used', 'lastUsed']);

/** Keys of this process only; gone when it ends. Bounded, because each key was made by an operator. */
export function memoryKeyStore(maxKeys: number = 100_000): KeyStore {
  const keys = new Map<string, StoredKey>();
  const uses = new Map<string, number>();
  return {
    async find(publicId) {
      return keys.get(publicId);
    },
    async add(key) {
      if (keys.has(key.publicId)) return false;
      if (keys.size >= maxKeys) throw new Error(`The memory key store holds at most ${maxKeys} keys; use a persistent store.`);
      keys.set(key.publicId, copied(key));
      return true;
    },
    async replace(key) {
      if (keys.get(key.publicId)?.revision !== key.revision - 1) return false;
      keys.set(key.publicId, copied(key));
      return true;
    },
    async list({ tenant, after = '', limit }) {
      const ids = [...keys.keys()].filter((id) => id > after && (tenant === undefined || keys.get(id)?.tenant === tenant)).sort();
      const page = ids.slice(0, limit).map((id) => keys.get(id) as StoredKey);
      return { keys: page, next: ids.length > limit ? page.at(-1)?.publicId : undefined };
    },
    async used(times) {
      for (const [id, at] of times) if (keys.has(id) && at > (uses.get(id) ?? 0)) uses.set(id, at);
    },
    async lastUsed(ids) {
      return new Map(ids.flatMap((id) => (uses.has(id) ? [[id, uses.get(id) as number]] : [])));
    },
  };
}

/** As a store of another process would: nobody who changes what they gave or got changes the key. */
function copied(key: StoredKey): StoredKey {
  return deepFreeze(JSON.parse(JSON.stringify(key)) as StoredKey);
}
