import type { Principal, StoredKey } from '@express-ai-gateway/core/plugin';
import { sameDigest } from './digests.ts';
import { type RestrictionCheck, type Restrictions, restrictionCheck, restrictions } from './restrictions.ts';

/** A key as it was last read, made ready for many requests. */
export class KnownKey {
  readonly stored: StoredKey;
  /** As it was first set: the exchange's frozen copy is taken as it is from then on. */
  principal: Principal;
  /** On the monotonic clock: when reading it began. */
  readonly readAt: number;
  readonly check: RestrictionCheck;
  readonly #current: Buffer;
  readonly #previous: { readonly digest: Buffer; readonly until: number } | undefined;

  constructor(stored: StoredKey, readAt: number) {
    this.stored = stored;
    this.readAt = readAt;
    const limits = readRestrictions(stored);
    this.check = restrictionCheck(limits);
    this.principal = principalOf(stored, limits);
    this.#current = Buffer.from(stored.digest, 'base64url');
    this.#previous = stored.previous && {
      digest: Buffer.from(stored.previous.digest, 'base64url'),
      until: stored.previous.until,
    };
  }

  /** Whether a key of this digest is the one, or the one before its last rotation while that still counts. Both are always compared. */
  isOf(digest: Buffer, now: number): boolean {
    const current = sameDigest(this.#current, digest);
    const previous = sameDigest(this.#previous?.digest ?? this.#current, digest) && now < (this.#previous?.until ?? 0);
    return current || previous;
  }

  get revoked(): boolean {
    return this.stored.revokedAt !== undefined;
  }

  expired(now: number): boolean {
    return this.stored.expiresAt !== undefined && now >= this.stored.expiresAt;
  }
}

/** Restrictions that this version cannot read restrict everything: a newer one wrote them, and meant something by it. */
function readRestrictions({ publicId, restrictions: kept = {} }: StoredKey): Restrictions {
  const read = restrictions.safeParse(kept);
  if (read.success) return read.data;
  throw new Error(
    `The restrictions of the key ${publicId} cannot be read; a newer version of @express-ai-gateway/auth-keys may have written them.`,
  );
}

/** The id is the key's own, in a space of its own: no user of another authenticator can have it. */
function principalOf({ publicId, tenant, app, user, plan, scopes, metadata }: StoredKey, { models }: Restrictions): Principal {
  return {
    id: `key:${publicId}`,
    kind: 'key',
    ...(tenant !== undefined && { tenant }),
    ...(app !== undefined && { app }),
    ...(user !== undefined && { user }),
    ...(plan !== undefined && { plan }),
    ...(scopes !== undefined && { scopes }),
    ...(models !== undefined && { models }),
    ...(metadata !== undefined && { metadata }),
  };
}
