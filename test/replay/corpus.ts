import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject, JsonValue } from '../../core/src/model/json.ts';
import { random } from '../soak/random.ts';

// Recorded traffic and conformance cases are not ours to ship: they are read where they lie, and nothing is run without them.

const conformance = process.env.GATEWAY_CONFORMANCE_DATA ?? fileURLToPath(new URL('../../../shared/data/conformance', import.meta.url));
const traffic = process.env.GATEWAY_TRAFFIC_DATA ?? join(conformance, '..', 'traffic');

/** One request and its answer, as a provider and a client exchanged them. */
export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly url: string | null;
  readonly status: number;
  readonly features: readonly string[];
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly json?: JsonObject; readonly text?: string } | null;
  readonly response: {
    readonly content_type: string;
    readonly json?: JsonValue;
    readonly text?: string;
    /** One event's data each; the framing was lost. */
    readonly chunks?: readonly string[];
    readonly base64?: string;
  };
}

export const corpora = Object.freeze({
  recordings: join(traffic, 'recordings.dev.jsonl'),
  openapi: join(conformance, 'openai-openapi.pruned.json'),
  openResponses: join(conformance, 'openresponses_cases.jsonl'),
  translations: join(conformance, 'translation_agentgateway.dev.jsonl'),
  sse: join(conformance, 'sse_cases.jsonl'),
});

export function isThere(corpus: keyof typeof corpora): boolean {
  return existsSync(corpora[corpus]);
}

/** The rows of a corpus; none where it is not. */
export function rowsOf<T>(corpus: Exclude<keyof typeof corpora, 'openapi'>): T[] {
  if (!isThere(corpus)) return [];
  return readFileSync(corpora[corpus], 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** Recorded answers without their request have lost their status with it. */
export function recordings(): Recording[] {
  return rowsOf<Recording>('recordings').map((row) => ({ ...row, status: row.status ?? 200 }));
}

export function openapiDocument(): JsonObject {
  return JSON.parse(readFileSync(corpora.openapi, 'utf8')) as JsonObject;
}

/** So many of them, chosen by a seed; all when there are no more. */
export function sampled<T>(all: readonly T[], count: number, seed: number): T[] {
  const chance = random(seed, 0);
  const rest = [...all];
  const chosen: T[] = [];
  while (rest.length > 0 && chosen.length < count) chosen.push(...rest.splice(chance.below(rest.length), 1));
  return chosen;
}
