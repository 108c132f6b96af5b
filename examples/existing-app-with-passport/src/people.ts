import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

export interface Person {
  readonly name: string;
  readonly org: string;
  readonly plan: 'free' | 'pro';
}

interface Account {
  readonly person: Person;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** Who may sign in. Yours are in a database. */
export class People {
  readonly #accounts = new Map<string, Account>();

  add(person: Person, password: string): void {
    const salt = randomBytes(16);
    this.#accounts.set(person.name, { person, salt, digest: scryptSync(password, salt, 32) });
  }

  named(name: string): Person | undefined {
    return this.#accounts.get(name)?.person;
  }

  /** The person, if the password is theirs. */
  signedIn(name: string, password: string): Person | undefined {
    const account = this.#accounts.get(name);
    const { salt, digest } = account ?? { salt: Buffer.alloc(16), digest: Buffer.alloc(32) }; // takes as long for a name nobody has
    return timingSafeEqual(scryptSync(password, salt, 32), digest) ? account?.person : undefined;
  }
}
