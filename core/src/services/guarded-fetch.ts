import { token } from './token.ts';

/** What is to be fetched: a URL out of an operator's config, never out of a request. */
export interface GuardedRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for everything. */
  readonly timeoutMs: number;
  /** Bytes of the answer. */
  readonly maxBytes: number;
  /** Lets it lead to addresses that are not public, and by plain HTTP: for servers of one's own network. */
  readonly allowPrivate?: boolean;
}

export interface GuardedAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Fetches what an operator's config names beside the providers: keys of an identity provider, an introspection endpoint. Only HTTPS, only
 * to public addresses unless said otherwise, whatever a name leads to at that moment; a redirect is an error, so no credential goes
 * anywhere else. Rejects with what happened.
 */
export interface GuardedFetch {
  fetch(url: string, request: GuardedRequest): Promise<GuardedAnswer>;
}

export const GuardedFetch = token<GuardedFetch>()('GuardedFetch', 'guardedFetch', ['fetch']);
