import { hash } from 'node:crypto';
import type { Clock, Logger, Principal } from '@express-ai-gateway/core/plugin';
import { refusal } from './refusals.ts';

export interface TokensOptions {
  /** Asks the provider. Rejects when it cannot be asked. */
  readonly ask: (token: string) => Promise<TokenState>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cacheSeconds: number;
  readonly staleSeconds: number;
  readonly maxRemembered: number;
}

export interface TokenState {
  /** `undefined`: it lets nobody in. */
  readonly principal: Principal | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface KnownToken extends TokenState {
  principal: Principal | undefined;
  /** On the monotonic clock. */
  readonly askedAt: number;
}

/** Characters of a token; questions under way at once; refused tokens that are remembered. */
const maxToken = 16_384;
const maxAsking = 1_000;
const maxRefused = 1_000;

/** Tokens that were asked about a moment ago, each by a digest of the whole of it (AUTH-3). */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #active = new Map<string, KnownToken>();
  /** Apart, so that a flood of wrong ones drives no right one out. */
  readonly #refused = new Map<string, KnownToken>();
  readonly #asking = new Map<string, Promise<KnownToken>>();
  #away = false;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** Rejects with a 503 where the provider is away and was not asked lately. */
  async of(token: string): Promise<KnownToken> {
    if (token.length > maxToken) throw refusal('TOKEN_INACTIVE');
    const { clock, cacheSeconds, staleSeconds } = this.#options;
    const digest = hash('sha256', token, 'base64url');
    const known = this.#active.get(digest) ?? this.#refused.get(digest);
    const age = known === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - known.askedAt;
    if (known !== undefined && age < cacheSeconds * 1_000) return this.#now(known);
    try {
      return this.#now(await this.#askOnce(digest, token));
    } catch (cause) {
      this.#tell(cause);
      if (known !== undefined && age < (cacheSeconds + staleSeconds) * 1_000) return this.#now(known);
      throw refusal('INTROSPECTION_UNAVAILABLE', { cause });
    }
  }

  /** A token ends when it said it would, whatever was believed of it. */
  #now(known: KnownToken): KnownToken {
    return this.#options.clock.now() < known.expiresAt ? known : { ...known, principal: undefined };
  }

  /** Many who show the same token at once are answered by one question. */
  #askOnce(digest: string, token: string): Promise<KnownToken> {
    const underWay = this.#asking.get(digest);
    if (underWay !== undefined) return underWay;
    if (this.#asking.size >= maxAsking) return Promise.reject(new Error(`${maxAsking} tokens are being asked about already`));
    const asking = this.#asked(digest, token).finally(() => this.#asking.delete(digest));
    this.#asking.set(digest, asking);
    return asking;
  }

  async #asked(digest: string, token: string): Promise<KnownToken> {
    const { ask, clock, maxRemembered, logger } = this.#options;
    const askedAt = clock.monotonic();
    const known = { ...(await ask(token)), askedAt };
    if (this.#away) logger.log('info', 'The identity provider can be asked about tokens again.');
    this.#away = false;
    this.#active.delete(digest);
    this.#refused.delete(digest);
    if (known.principal === undefined) remember(this.#refused, digest, known, maxRefused);
    else remember(this.#active, digest, known, maxRemembered);
    return known;
  }

  #tell(cause: unknown): void {
    if (this.#away) return;
    this.#away = true;
    const error = cause instanceof Error ? cause.message : String(cause);
    this.#options.logger.log('error', 'The identity provider cannot be asked about tokens; its last answers go on for a moment.', {
      error,
    });
  }
}

/** The one that was asked about longest ago goes when there are too many. */
function remember(tokens: Map<string, KnownToken>, digest: string, known: KnownToken, max: number): void {
  tokens.set(digest, known);
  if (tokens.size > max) tokens.delete(tokens.keys().next().value as string);
}
