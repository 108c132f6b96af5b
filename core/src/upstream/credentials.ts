import type { Credential } from '../providers/provider.ts';
import type { Clock } from '../services/clock.ts';

/** A provider's credentials, used in turn. One that was refused rests; none is ever taken away. */
export class CredentialPool {
  readonly #credentials: readonly Credential[];
  readonly #clock: Clock;
  /** When each is back, in monotonic milliseconds. */
  readonly #restsUntil = new Map<Credential, number>();
  #next = 0;

  constructor(credentials: readonly Credential[], clock: Clock) {
    if (credentials.length === 0) throw new TypeError('CredentialPool: expected at least one credential');
    this.#credentials = credentials;
    this.#clock = clock;
  }

  get size(): number {
    return this.#credentials.length;
  }

  /** The next that neither rests nor is excluded; else, of those not excluded, the one that is back first; else any. */
  pick(exclude?: ReadonlySet<Credential>): Credential {
    const now = this.#clock.monotonic();
    let soonest: Credential | undefined;
    for (let step = 0; step < this.#credentials.length; step += 1) {
      const at = (this.#next + step) % this.#credentials.length;
      const credential = this.#credentials[at] as Credential;
      if (exclude?.has(credential)) continue;
      if (this.#backAt(credential) <= now) {
        this.#next = at + 1;
        return credential;
      }
      if (soonest === undefined || this.#backAt(credential) < this.#backAt(soonest)) soonest = credential;
    }
    return soonest ?? (this.#credentials[this.#next % this.#credentials.length] as Credential);
  }

  /** Takes a credential out of turn for `ms` from now. A rest under way is never cut short: another attempt heard of it first. */
  rest(credential: Credential, ms: number): void {
    if (!(ms > 0) || !this.#credentials.includes(credential)) return;
    this.#restsUntil.set(credential, Math.max(this.#backAt(credential), this.#clock.monotonic() + ms));
  }

  byName(name: string): Credential | undefined {
    return this.#credentials.find((credential) => credential.name === name);
  }

  #backAt(credential: Credential): number {
    return this.#restsUntil.get(credential) ?? Number.NEGATIVE_INFINITY;
  }
}
