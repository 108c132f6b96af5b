import { corpora, isThere, openapiDocument, type Recording, recordings, rowsOf, sampled } from './corpus.ts';
import { crossFormats } from './crossed-formats.ts';
import { cutStreams } from './cut-streams.ts';
import { distort } from './distorted.ts';
import { editTexts } from './edited-texts.ts';
import { goOn } from './going-on.ts';
import { type Golden, goldens } from './goldens.ts';
import { reasonOf } from './known.ts';
import { type OpenResponsesCase, openResponses } from './open-responses.ts';
import { passThrough } from './pass-through.ts';
import { SchemaCheck } from './schema-check.ts';
import { type SseCase, sseCases } from './sse-cases.ts';
import { Tally } from './tally.ts';
import { translateAll } from './translations.ts';

export interface ReplayOptions {
  readonly seed: number;
  /** So many recordings, chosen by the seed; all by default. */
  readonly recordings?: number;
  /** How often each stream is cut otherwise. */
  readonly cuts: number;
}

export interface Replayed {
  readonly tally: Tally;
  /** Problems that nobody knows yet. */
  readonly found: Tally['problems'];
  /** Known ones: how often each was met. */
  readonly known: ReadonlyMap<string, number>;
  /** Where another gateway translates otherwise. */
  readonly differences: readonly string[];
}

/** Recorded traffic through everything that reads or writes it. */
export async function replayTraffic({ seed, recordings: count, cuts }: ReplayOptions): Promise<Replayed> {
  const all = recordings();
  const chosen: readonly Recording[] = count === undefined ? all : sampled(all, count, seed);
  const tally = new Tally();
  if (chosen.length === 0) return judged(tally, []); // a gateway without providers is none
  await passThrough(chosen, tally);
  await editTexts(chosen, tally);
  await crossFormats(chosen, tally);
  cutStreams(chosen, cuts, seed, tally);
  await translateAll(chosen, { tally, schemas: schemasFrom(all) });
  goOn(chosen, tally);
  distort(chosen, cuts, seed, tally);
  return judged(tally, []);
}

/** The cases of others' conformance tests. */
export async function conformance({ seed, cuts }: Pick<ReplayOptions, 'seed' | 'cuts'>): Promise<Replayed> {
  const tally = new Tally();
  await openResponses(rowsOf<OpenResponsesCase>('openResponses'), schemasFrom(recordings()), tally);
  sseCases(rowsOf<SseCase>('sse'), cuts, seed, tally);
  return judged(tally, goldens(rowsOf<Golden>('translations'), tally));
}

/** What a run can not look at, in a line; `undefined` where everything is there. */
export function missing(): string | undefined {
  const names = (Object.keys(corpora) as (keyof typeof corpora)[]).filter((name) => !isThere(name));
  return names.length === 0
    ? undefined
    : `not there, and not looked at: ${names.join(', ')} (GATEWAY_CONFORMANCE_DATA, GATEWAY_TRAFFIC_DATA)`;
}

function schemasFrom(all: readonly Recording[]): SchemaCheck | undefined {
  return isThere('openapi') ? new SchemaCheck(openapiDocument(), all) : undefined;
}

function judged(tally: Tally, differences: readonly string[]): Replayed {
  const known = new Map<string, number>();
  for (const problem of tally.problems) {
    const why = reasonOf(problem);
    if (why !== undefined) known.set(why, (known.get(why) ?? 0) + 1);
  }
  return { tally, found: tally.problems.filter((problem) => reasonOf(problem) === undefined), known, differences };
}
