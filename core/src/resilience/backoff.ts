export interface BackoffOptions {
  /** Longest wait before the first retry; it doubles with each. */
  readonly baseMs: number;
  readonly capMs: number;
  /** Longest wait that a provider may ask for. Beyond it others are asked instead. */
  readonly toldCapMs: number;
}

export const backoffDefaults: BackoffOptions = Object.freeze({ baseMs: 500, capMs: 8_000, toldCapMs: 10_000 });

export interface Failed {
  /** Retries of this target before the one to come: 0 for the first. */
  readonly retries: number;
  /** What the client says that it has retried itself; see `clientRetries`. */
  readonly clientRetries?: number;
  /** What the provider said: `toldMs(error.headers)`. */
  readonly toldMs?: number | undefined;
  /** What is left of the exchange's time. */
  readonly leftMs?: number;
}

/**
 * Milliseconds to wait before a retry; `undefined` where it is not worth the wait. Full jitter spreads callers that failed together
 * (AWS, "Exponential Backoff and Jitter"). A provider's own time is never undercut; the tenth on top keeps its callers apart.
 */
export function backoffMs(failed: Failed, random: () => number, options: Partial<BackoffOptions> = {}): number | undefined {
  const { baseMs, capMs, toldCapMs } = { ...backoffDefaults, ...options };
  const { retries, clientRetries: byClient = 0, toldMs: told, leftMs = Number.POSITIVE_INFINITY } = failed;
  if (told !== undefined && told > toldCapMs) return undefined;
  const ms = told === undefined ? random() * Math.min(capMs, baseMs * 2 ** (retries + byClient)) : told * (1 + random() / 10);
  return ms < leftMs ? ms : undefined;
}

/** The provider's wait as errors carry it (`upstream-errors.ts` has brought every form of it into these two). */
export function toldMs(headers: Readonly<Record<string, string>>): number | undefined {
  const exact = duration(headers['retry-after-ms']);
  if (exact !== undefined) return exact;
  const seconds = duration(headers['retry-after']);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Retries that are left to the gateway where the client retries, too: each of the client's stands for one, for they multiply. */
export function retriesLeft(most: number, retries: number, byClient: number): number {
  return Math.max(0, most - retries - byClient);
}

/** `x-stainless-retry-count` of the OpenAI and Anthropic libraries; 0 for what is no such number. */
export function clientRetries(header: string | undefined): number {
  return header !== undefined && /^\d{1,3}$/.test(header) ? Number(header) : 0;
}

function duration(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
