import type { Metered, Reading } from './meter.ts';

/** A limit as a caller is told of it. */
export interface ToldReading extends Reading {
  readonly name: string;
  readonly what: Metered;
  readonly windowMs: number;
}

/**
 * The headers that say how limits stand: those of the client's own API, which its SDK knows, for the tightest limit of each kind, and the
 * IETF pair for all of them (draft-ietf-httpapi-ratelimit-headers-10).
 */
export function toldHeaders(readings: readonly ToldReading[], dialect: string, now: number): Record<string, string> {
  const counted = readings.filter(({ what }) => what !== 'concurrent');
  if (counted.length === 0) return {};
  const headers: Record<string, string> = {
    'ratelimit-policy': counted.map((one) => `"${policyOf(one)}";q=${one.limit};w=${Math.ceil(one.windowMs / 1_000)}`).join(', '),
    ratelimit: counted.map((one) => `"${policyOf(one)}";r=${one.remaining};t=${secondsOf(one.resetsInMs)}`).join(', '),
  };
  for (const what of ['requests', 'tokens'] as const) {
    const tightest = tightestOf(counted.filter((one) => one.what === what));
    if (tightest !== undefined) Object.assign(headers, ownHeaders(tightest, dialect, now));
  }
  return headers;
}

function policyOf({ name, what }: ToldReading): string {
  return what === 'tokens' ? `${name} tokens` : name;
}

function tightestOf(readings: readonly ToldReading[]): ToldReading | undefined {
  return readings.toSorted((one, other) => one.remaining / one.limit - other.remaining / other.limit)[0];
}

function ownHeaders({ what, limit, remaining, resetsInMs }: ToldReading, dialect: string, now: number): Record<string, string> {
  if (dialect.startsWith('google-')) return {}; // has none
  if (dialect.startsWith('anthropic-'))
    return {
      [`anthropic-ratelimit-${what}-limit`]: String(limit),
      [`anthropic-ratelimit-${what}-remaining`]: String(remaining),
      [`anthropic-ratelimit-${what}-reset`]: timeOf(now + resetsInMs),
    };
  return {
    [`x-ratelimit-limit-${what}`]: String(limit),
    [`x-ratelimit-remaining-${what}`]: String(remaining),
    [`x-ratelimit-reset-${what}`]: durationOf(resetsInMs),
  };
}

/** In whole seconds, never before the time: who comes too early is refused again. */
function timeOf(ms: number): string {
  return new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
}

export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

/** As OpenAI writes a duration: `12ms`, `6s`, `1m30s`. */
function durationOf(ms: number): string {
  if (ms <= 999) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}`;
  return text;
}
