import { isIPv6 } from 'node:net';
import type { Clock } from '@express-ai-gateway/core/plugin';

/** Wrong credentials a minute, from one address and from all. */
const perAddress = 5;
const fromAll = 100;
const minuteMs = 60_000;

/** Addresses that are remembered. */
const maxAddresses = 10_000;

interface Count {
  wrong: number;
  readonly until: number;
}

/** Counts wrong credentials. A right one is never asked about: who guesses from an office's address locks nobody of it out. */
export class Throttle {
  readonly #clock: Clock;
  readonly #byAddress = new Map<string, Count>();
  #all: Count = { wrong: 0, until: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more; whether it was one too many. */
  wrong(address: string | undefined): boolean {
    const now = this.#clock.monotonic();
    if (this.#all.until <= now) this.#all = { wrong: 0, until: now + minuteMs };
    const count = this.#count(networkOf(address), now);
    count.wrong += 1;
    this.#all.wrong += 1;
    return count.wrong > perAddress || this.#all.wrong > fromAll;
  }

  #count(network: string, now: number): Count {
    const known = this.#byAddress.get(network);
    if (known !== undefined && known.until > now) return known;
    this.#byAddress.delete(network);
    if (this.#byAddress.size >= maxAddresses) this.#byAddress.delete(this.#byAddress.keys().next().value as string);
    const count = { wrong: 0, until: now + minuteMs };
    this.#byAddress.set(network, count);
    return count;
  }
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address = ''): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
