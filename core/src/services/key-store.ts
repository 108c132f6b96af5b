import { token } from './token.ts';

/** An API key as it is stored: its digest, never the key. */
export interface StoredKey {
  /** The public part of the key, by which it is found. */
  readonly publicId: string;
  /** HMAC-SHA-256 of the secret part, 32 bytes. */
  readonly digest: Uint8Array;
  readonly principalId: string;
  readonly tenant: string | undefined;
  readonly plan: string | undefined;
  readonly scopes: readonly string[];
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export interface KeyStore {
  find(publicId: string): Promise<StoredKey | undefined>;
  put(key: StoredKey): Promise<void>;
  list(): Promise<readonly StoredKey[]>;
}

export const KeyStore = token<KeyStore>()('KeyStore', 'keys', ['find', 'put', 'list']);

/** Keys of this process only; gone when it ends. Bounded, because each key was made by an operator. */
export function memoryKeyStore(maxKeys: number = 100_000): KeyStore {
  const keys = new Map<string, StoredKey>();
  return {
    async find(publicId) {
      return keys.get(publicId);
    },
    async put(key) {
      if (!keys.has(key.publicId) && keys.size >= maxKeys)
        throw new Error(`The memory key store holds at most ${maxKeys} keys; use a persistent store.`);
      const scopes = Object.freeze([...key.scopes]);
      keys.set(key.publicId, Object.freeze({ ...key, digest: new Uint8Array(key.digest), scopes }));
    },
    async list() {
      return [...keys.values()];
    },
  };
}
