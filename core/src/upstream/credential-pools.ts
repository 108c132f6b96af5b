import type { Provider } from '../providers/provider.ts';
import type { Clock } from '../services/clock.ts';
import { CredentialPool } from './credentials.ts';

/** Each provider's credentials in one gateway: which of them rest is this gateway's experience alone. */
export class CredentialPools {
  readonly #pools: ReadonlyMap<string, CredentialPool>;

  constructor(providers: readonly Provider[], clock: Clock) {
    this.#pools = new Map(providers.map(({ name, credentials }) => [name, new CredentialPool(credentials, clock)]));
  }

  of(provider: Provider): CredentialPool {
    const pool = this.#pools.get(provider.name);
    if (pool === undefined) throw new TypeError(`The provider ${provider.name} is none of this gateway's.`);
    return pool;
  }
}
