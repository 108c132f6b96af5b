import { hash } from 'node:crypto';
import type { Verified } from './issuer.ts';

/** So long a token is believed without another look: a key that its issuer took back ends by then. Milliseconds. */
const believedMs = 60_000;

interface Entry extends Verified {
  principal: Verified['principal'];
  readonly until: number;
}

/** Tokens that were verified a moment ago, by a digest of the whole of each (AUTH-3). */
export class Remembered {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();

  constructor(max: number) {
    this.#max = max;
  }

  get(digest: string, now: number): Entry | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined || now < entry.until) return entry;
    this.#entries.delete(digest);
    return undefined;
  }

  add(digest: string, verified: Verified, now: number): Entry {
    const entry = { ...verified, until: Math.min(verified.expiresAt, now + believedMs) };
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value as string);
    return entry;
  }
}

export function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
