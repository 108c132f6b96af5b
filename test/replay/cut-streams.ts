import { isDeepStrictEqual } from 'node:util';
import { eventsOf } from '../../core/src/dialects/sse-event.ts';
import { random } from '../soak/random.ts';
import type { Recording } from './corpus.ts';
import { firstDifference } from './pass-through.ts';
import { chatDialects, cuts, type Played, type PlayOptions, played, streamDialectOf } from './streams.ts';
import type { Tally } from './tally.ts';
import { wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** Every recorded stream, cut anywhere: the same bytes, the same books, the same end; in every client's format. */
export function cutStreams(recordings: readonly Recording[], ways: number, seed: number, tally: Tally): void {
  for (const recording of recordings.filter(isStream)) {
    const way = wayOf(recording);
    const from = way === undefined ? undefined : streamDialectOf(way.dialect);
    if (way === undefined || from === undefined) continue;
    const request = JSON.parse(way.upstreamBody) as PlayOptions['request'];
    const text = answerText(recording) as string;
    const plain = { from, request };
    const all: PlayOptions[] = [plain, { ...plain, stripUsage: true }];
    if (from.chat !== undefined) all.push(...chatDialects.filter(({ id }) => id !== from.id).map((to) => ({ ...plain, to })));
    for (const [index, options] of all.entries()) {
      for (const lineEnd of ['\n', '\r\n', '\r']) compare(recording, relined(text, lineEnd), ways, seed + index, options, tally);
      breakOff(recording, Buffer.from(text), ways, seed + index, options, tally);
    }
  }
}

/** What a client takes for the end of a stream, by its dialect. */
const ends: Readonly<Record<string, RegExp>> = {
  'openai-chat': /"finish_reason":\s*"[a-z_]+"|\[DONE\]/,
  'openai-completions': /"finish_reason":\s*"[a-z_]+"|\[DONE\]/,
  'openai-responses': /"type":\s*"response\.(?:completed|incomplete|failed)"/,
  'anthropic-messages': /"type":\s*"message_stop"|"stop_reason":\s*"[a-z_]+"/,
  'google-generate-content': /"finishReason"|"blockReason"/,
};

/** A stream that its provider broke off: an error, and nothing that looks like an end. */
function breakOff({ id, provider }: Recording, bytes: Buffer, ways: number, seed: number, options: PlayOptions, tally: Tally): void {
  const chance = random(seed, 3);
  const { from, to = from } = options;
  const places = Array.from({ length: ways }, () => chance.below(bytes.length));
  // And between the last line of an event and its blank line.
  for (const place of [...places, bytes.indexOf('\n', chance.below(bytes.length)) + 1]) {
    const rest = bytes.subarray(0, place);
    if (ends[from.id]?.test(rest.toString()) !== false) continue; // all that follows may be missing
    const { text, error } = played([rest], options);
    tally.count(`streams broken off: ${from.id} → ${to.id}`);
    if (error === undefined || ends[to.id]?.test(text) !== false)
      tally.problem(`a broken stream looks whole (${from.id} → ${to.id})`, `${id} ${provider} at ${rest.length}`, text.slice(-300));
  }
}

/** Other servers end lines otherwise. */
function relined(text: string, lineEnd: string): Buffer {
  return Buffer.from(lineEnd === '\n' ? text : text.replaceAll(/\r\n|\r|\n/g, lineEnd));
}

function compare({ id, provider }: Recording, bytes: Buffer, ways: number, seed: number, options: PlayOptions, tally: Tally): void {
  const name = `${options.from.id}${options.to === undefined ? (options.stripUsage === true ? ', usage stripped' : '') : ` → ${options.to.id}`}`;
  let uncut: Played;
  try {
    uncut = played([bytes], options);
  } catch (error) {
    tally.problem(
      `a stream throws (${name})`,
      `${id} ${provider}`,
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
    return;
  }
  tally.count(`streams cut: ${name}`);
  const dialect = (options.to ?? options.from).stream;
  for (const pieces of cuts(bytes, ways, seed)) {
    tally.count('streams cut: ways', 1);
    const other = played(pieces, options);
    const place = `${id} ${provider} ${pieces.length} pieces`;
    if (other.text !== uncut.text) tally.problem(`cut: bytes (${name})`, place, firstDifference(uncut.text, other.text));
    else if (!isDeepStrictEqual({ ...other, error: other.error?.code }, { ...uncut, error: uncut.error?.code }))
      tally.problem(`cut: books (${name})`, place, JSON.stringify([uncut, other]).slice(0, 500));
  }
  if (dialect !== undefined) tally.count(`events: ${name}`, eventsOf(Buffer.from(uncut.text), dialect).length);
}
