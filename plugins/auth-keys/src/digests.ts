import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Bytes of a credential that are hashed: a key has fewer, and a longer one is none. */
const hashedLength = 128;

/** Digests of keys under one pepper. */
export class Digests {
  readonly #key: KeyObject;

  /** The pepper is used for nothing but what this label says (AUTH-9): what is made elsewhere of the same text is no digest here. */
  constructor(pepper: string) {
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', pepper, '', 'express-ai-gateway api-key digest v1', 32)));
  }

  /** 32 bytes. */
  of(key: string): Buffer {
    return createHmac('sha256', this.#key).update(key.slice(0, hashedLength)).digest();
  }
}

/** Compares in a time that does not depend on where they differ. Digests of other lengths are never equal. */
export function sameDigest(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
