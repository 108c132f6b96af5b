import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AdminActor } from '@express-ai-gateway/core/plugin';
import type { ParsedAdminOptions } from './options.ts';

interface Known {
  readonly digest: Buffer;
  readonly actor: AdminActor;
}

const roles: ReadonlySet<unknown> = new Set(['viewer', 'editor', 'admin']);

/** Who may ask. Secrets are kept as digests under a key of this process: nothing made elsewhere is one. */
export class Admins {
  readonly #known: readonly Known[];
  readonly #key = randomBytes(32);
  readonly #authenticate: ParsedAdminOptions['authenticate'];

  constructor({ secret, admins, authenticate }: Pick<ParsedAdminOptions, 'secret' | 'admins' | 'authenticate'>) {
    const first: ParsedAdminOptions['admins'] = secret === undefined ? [] : [{ name: 'admin', secret, role: 'admin' }];
    this.#known = [...first, ...admins].map(({ name, secret: own, role, tenant }) => ({
      digest: this.#digest(own),
      actor: Object.freeze({ name, role, tenant }),
    }));
    this.#authenticate = authenticate;
  }

  /** Whether there is anybody. */
  get configured(): boolean {
    return this.#known.length > 0 || this.#authenticate !== undefined;
  }

  /** Whoever asks. A secret that is shown decides; only without one is the host app asked. */
  async actorOf(req: IncomingMessage): Promise<AdminActor | undefined> {
    const shown = bearerOf(req.headers.authorization);
    if (shown !== undefined) return this.#bySecret(shown);
    if (this.#authenticate === undefined || req.headers.authorization !== undefined) return undefined;
    return checked(await this.#authenticate(req));
  }

  /** Every one is compared, so that the time says nothing of which. */
  #bySecret(shown: string): AdminActor | undefined {
    const digest = this.#digest(shown);
    let found: AdminActor | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known.actor;
    return found;
  }

  #digest(secret: string): Buffer {
    return createHmac('sha256', this.#key).update(secret).digest();
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer $/i.test(authorization.slice(0, 7))) return undefined;
  return authorization.slice(7).trim();
}

/** The host's own code says who it is: what is not wholly an actor is nobody. */
function checked(actor: unknown): AdminActor | undefined {
  if (typeof actor !== 'object' || actor === null) return undefined;
  const { name, role, tenant } = actor as Partial<AdminActor>;
  if (typeof name !== 'string' || name === '' || !roles.has(role)) return undefined;
  if (tenant !== undefined && (typeof tenant !== 'string' || tenant === '')) return undefined;
  return Object.freeze({ name: name.slice(0, 64), role: role as AdminActor['role'], tenant });
}
