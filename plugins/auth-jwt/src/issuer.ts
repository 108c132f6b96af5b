import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Principal } from '@express-ai-gateway/core/plugin';
import { type KeyProvider, Strategy } from 'passport-jwt';
import { type Claims, checkClaims } from './claims.ts';
import { Jwks, type JwksParts } from './jwks.ts';
import type { Issuer } from './options.ts';
import { principalOf } from './principal.ts';
import { Unfit } from './refusals.ts';
import type { ReadToken } from './token.ts';

/** Who a token is of, and until when. */
export interface Verified {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Verifies the tokens of one issuer, with its keys and by its rules alone. */
export class TokenIssuer {
  readonly #options: Issuer;
  readonly #strategy: Strategy;
  readonly #keyFor: (header: ReadToken['header']) => KeyObject | Promise<KeyObject>;
  readonly #algorithms: ReadonlySet<string>;

  constructor(options: Issuer, parts: JwksParts) {
    const { issuer, audience, algorithms } = options;
    this.#options = options;
    this.#algorithms = new Set(algorithms);
    this.#keyFor = keySource(options, parts);
    this.#strategy = new Strategy(
      {
        jwtFromRequest: ({ token }) => token,
        secretOrKeyProvider: ((request: { readonly key: KeyObject }, _token: string, done: (error: unknown, key: KeyObject) => void) =>
          done(null, request.key)) as unknown as KeyProvider,
        algorithms,
        issuer,
        audience,
        // Times are checked by this gateway's clock.
        ignoreExpiration: true,
        jsonWebTokenOptions: { ignoreNotBefore: true },
      },
      (payload, done) => done(null, payload),
    );
  }

  /** Rejects with `Unfit`, or with a 503 where it cannot be known. `now`: milliseconds since 1970. */
  async verify(token: string, { header }: ReadToken, now: number): Promise<Verified> {
    this.#checkHeader(header);
    const claims = await this.#signed(token, await this.#keyFor(header));
    checkClaims(claims, this.#options, now);
    return { principal: principalOf(claims, this.#options), expiresAt: ((claims.exp as number) + this.#options.skewSeconds) * 1_000 };
  }

  /** Before any key is looked for: nothing that a header names is followed, only compared. */
  #checkHeader({ alg, typ, crit }: ReadToken['header']): void {
    const { type } = this.#options;
    if (!this.#algorithms.has(alg)) throw new Unfit('it is signed by another algorithm');
    if (crit !== undefined) throw new Unfit('it has extensions that must be understood (crit)');
    if (type !== undefined && (typeof typ !== 'string' || mediaType(typ) !== mediaType(type))) throw new Unfit(`its typ is not ${type}`);
  }

  /** The strategy, driven without a session or a response of anybody's. */
  #signed(token: string, key: KeyObject): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const run = Object.create(this.#strategy) as Strategy;
      run.success = (payload) =>
        typeof payload === 'object' && payload !== null ? resolve(payload as Claims) : reject(new Unfit('its payload is no object'));
      run.fail = (problem) => reject(new Unfit(problem instanceof Error ? problem.message : 'it was refused'));
      run.error = (problem) => reject(problem);
      run.authenticate({ token, key } as never);
    });
  }
}

function keySource({ jwks, publicKey, secret }: Issuer, parts: JwksParts): (header: ReadToken['header']) => KeyObject | Promise<KeyObject> {
  if (jwks !== undefined) {
    const keys = new Jwks(jwks, parts);
    return (header) => keys.keyFor(header);
  }
  const key = publicKey === undefined ? createSecretKey(Buffer.from(secret as string)) : createPublicKey(publicKey);
  return () => key;
}

/** RFC 7515 §4.1.9: `application/` may be left out, and case says nothing. */
function mediaType(type: string): string {
  return type.toLowerCase().replace(/^application\//, '');
}
