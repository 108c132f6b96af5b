import { KeyObject } from 'node:crypto';
import type { Clock, GuardedFetch, Logger } from '@express-ai-gateway/core/plugin';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Issuer } from './options.ts';
import { refusal, Unfit } from './refusals.ts';

type Keys = ReturnType<typeof createLocalJWKSet>;

export interface JwksParts {
  readonly guardedFetch: GuardedFetch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Bytes and keys of a key set. */
const maxBytes = 256 * 1024;
const maxKeys = 100;

/** RSA keys that are shorter can be broken (RFC 7518 §3.3). Bits. */
const minRsaBits = 2_048;

/**
 * The keys that an issuer publishes: fetched when first needed, again from time to time, and for a key that a token names and nobody
 * knows, though only so often: a flood of made-up names is no flood of fetches. While the issuer is away its last keys go on.
 */
export class Jwks {
  readonly #options: NonNullable<Issuer['jwks']>;
  readonly #parts: JwksParts;
  readonly #objects = new WeakMap<object, KeyObject>();
  #keys: Keys | undefined = undefined;
  /** On the monotonic clock. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined = undefined;

  constructor(options: NonNullable<Issuer['jwks']>, parts: JwksParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** The key that a header means. Rejects with `Unfit` where there is none, with a 503 where that cannot be known. */
  async keyFor(header: Readonly<Record<string, unknown>>): Promise<KeyObject> {
    const { maxAgeSeconds } = this.#options;
    if (this.#age() >= maxAgeSeconds * 1_000) await this.#refresh();
    try {
      return await this.#select(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const before = this.#fetchedAt;
      await this.#refresh();
      if (this.#fetchedAt === before) throw new Unfit('it names a key that nobody knows');
      return this.#select(header).catch(() => Promise.reject(new Unfit('it names a key that its issuer does not have')));
    }
  }

  async #select(header: Readonly<Record<string, unknown>>): Promise<KeyObject> {
    const key = await (this.#keys as Keys)(header as unknown as JWSHeaderParameters).catch((error: unknown) => {
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw new Unfit('it names no key, and its issuer has several');
      throw error;
    });
    let object = this.#objects.get(key);
    if (object === undefined) {
      object = KeyObject.from(key as CryptoKey);
      this.#objects.set(key, object);
    }
    if ((object.asymmetricKeyDetails?.modulusLength ?? minRsaBits) < minRsaBits)
      throw new Unfit(`its key has fewer than ${minRsaBits} bits`);
    return object;
  }

  #age(): number {
    return this.#parts.clock.monotonic() - this.#fetchedAt;
  }

  /** Fetches where that is due; many who wait for it wait for the same. */
  async #refresh(): Promise<void> {
    const { clock } = this.#parts;
    const { cooldownSeconds, staleSeconds, maxAgeSeconds } = this.#options;
    if (clock.monotonic() - this.#triedAt >= cooldownSeconds * 1_000 || this.#fetching !== undefined) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching;
    }
    if (this.#keys === undefined || this.#age() >= (maxAgeSeconds + staleSeconds) * 1_000) throw refusal('JWT_KEYS_UNAVAILABLE');
  }

  /** Never rejects: what there was goes on. */
  async #fetch(): Promise<void> {
    const { guardedFetch, clock, logger } = this.#parts;
    const { url, allowPrivate, timeoutMs } = this.#options;
    const at = clock.monotonic();
    this.#triedAt = at;
    try {
      const { status, body } = await guardedFetch.fetch(url, {
        timeoutMs,
        maxBytes,
        allowPrivate,
        headers: { accept: 'application/json' },
      });
      if (status !== 200) throw new Error(`it answered with status ${status}`);
      const set = JSON.parse(body.toString('utf8')) as JSONWebKeySet;
      if (!Array.isArray(set.keys) || set.keys.length > maxKeys) throw new Error(`expected a key set of at most ${maxKeys} keys`);
      this.#keys = createLocalJWKSet(set);
      this.#fetchedAt = at;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      logger.log('error', 'The keys of an identity provider cannot be fetched; the last ones go on for a while.', { url, error: why });
    }
  }
}
