import { isDeepStrictEqual } from 'node:util';
import type { TextEditor } from '../../core/src/context.ts';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';
import { type Gist, gistOf } from './gist.ts';
import { hasError } from './pass-through.ts';
import { dataOf, parsedAnswer, readingOf } from './readings.ts';
import { replayHost } from './replay-host.ts';
import { chatDialectOf } from './streams.ts';
import { type ReadStream, readStrictly } from './strict-readers.ts';
import type { Tally } from './tally.ts';
import { type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** What the editing plugin does to every text: a letter becomes one of two bytes. */
export const edit = (text: string): string => text.replaceAll('e', 'é');

/** Edits, and holds back the last characters as a real one does that looks for words. */
export function editor(): TextEditor {
  let held = '';
  return {
    push: (piece) => {
      const text = held + piece;
      held = text.slice(-3);
      return edit(text.slice(0, text.length - held.length));
    },
    end: () => edit(held),
  };
}

/** Every recorded answer with its texts edited on the way: each text is, once, and nothing else. */
export async function editTexts(recordings: readonly Recording[], tally: Tally): Promise<void> {
  const ways = recordings.flatMap((recording) => wayOf(recording) ?? []).filter(isEditable);
  const editing = definePlugin({ name: 'editing', create: () => ({ afterResponse: (context) => context.mapTexts(editor) }) });
  const host = await replayHost(ways, [editing()]);
  try {
    for (const way of ways) {
      const { answer, settled } = await host.ask(way);
      const place = `${way.recording.id} ${way.recording.provider}`;
      tally.count(`edited ${way.dialect}: ${way.stream ? 'streams' : 'whole'}`);
      if (settled?.outcome === 'completed') checkEdited(way, answer.text, place, tally);
      else
        tally.problem(`edited: not delivered (${way.dialect})`, place, `${settled?.outcome} ${settled?.error} ${answer.text.slice(-200)}`);
    }
    for (const line of host.errors()) tally.problem('edited: logged an error', '', line);
  } finally {
    await host.close();
  }
}

export function isEditable({ recording, dialect, refused, upstreamBody }: Way): boolean {
  if (/"n":\s*[2-9]/.test(upstreamBody)) return false; // readers here read one choice
  if (recording.status !== 200 || refused !== undefined || chatDialectOf(dialect) === undefined) return false;
  return !eventsOf(recording, answerText(recording) as string).some(hasError);
}

export function eventsOf(recording: Recording, text: string): JsonValue[] {
  return isStream(recording) ? dataOf(text) : [parsedAnswer(text) ?? null];
}

function checkEdited({ recording, dialect, upstreamBody }: Way, told: string, place: string, tally: Tally): void {
  const recorded = answerText(recording) as string;
  const [before, after] = [gist(recording, dialect, recorded), gist(recording, dialect, told)];
  const problem = (what: string, one: unknown, other: unknown): void =>
    tally.problem(
      `edited: ${what} (${dialect})`,
      place,
      `${JSON.stringify(one)?.slice(0, 250)} became ${JSON.stringify(other)?.slice(0, 250)}`,
    );
  if (after.text !== edit(before.text)) problem('text', before.text, after.text);
  const calls = before.calls.map((call) => ({ name: call.name, arguments: editedValues(call.arguments) }));
  if (!isDeepStrictEqual(after.calls, calls)) problem('calls', before.calls, after.calls);
  // What is signed must stay as it is.
  if (after.reasoning !== edit(before.reasoning) && after.reasoning !== before.reasoning)
    problem('reasoning', before.reasoning, after.reasoning);
  const [said, says] = [recorded, told].map((text) => readingOf(dialect, eventsOf(recording, text)));
  // Usage in a stream is for clients that asked for it.
  const asked = dialect !== 'openai-chat' || !isStream(recording) || upstreamBody.includes('include_usage');
  if (said?.finish !== says?.finish || (asked && !isDeepStrictEqual(said, says))) problem('usage or finish', said, says);
  // Text that was held back leaves in an event of its own, which has the number of the one before.
  const broken = 'problems' in after && 'problems' in before ? after.problems.filter((one) => !before.problems.includes(one)) : [];
  for (const one of new Set(broken)) if (one !== 'sequence numbers from 0') problem(one, '', told.slice(-300));
}

function gist(recording: Recording, dialect: string, text: string): Gist | ReadStream {
  if (!isStream(recording)) return gistOf(dialect, parsedAnswer(text) ?? {});
  return readStrictly(dialect, text.replaceAll('\r\n', '\n'));
}

function editedValues(value: JsonValue | string): JsonValue {
  if (typeof value === 'string') return edit(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((one) => editedValues(one));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, member]) => [key, editedValues(member)]));
}
