import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import { gistOf } from './gist.ts';
import { dataOf, readingOf } from './readings.ts';
import { aboutAnswer, type ChatDialect, chatDialectOf, played } from './streams.ts';
import { readStrictly } from './strict-readers.ts';
import type { Tally } from './tally.ts';

/** A translation as another gateway makes it: an opinion, not a standard. */
export interface Golden {
  readonly id: string;
  readonly kind: 'requests' | 'response';
  readonly input_format: string;
  readonly target: string;
  readonly input?: JsonObject;
  readonly input_text?: string;
  readonly expected?: JsonObject;
  readonly expected_text?: string;
}

const names: Readonly<Record<string, string>> = {
  completions: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  anthropic: 'anthropic-messages',
  'vertex-gemini': 'google-generate-content',
};

/** Where both say something other: counted, and listed for whoever wants to judge. What throws or is refused by a strict client is a problem. */
export function goldens(rows: readonly Golden[], tally: Tally): string[] {
  const differences: string[] = [];
  for (const row of rows) {
    try {
      const differing = row.kind === 'requests' ? requestGolden(row) : answerGolden(row, tally);
      if (differing === undefined) continue;
      tally.count(`goldens of another gateway, ${row.kind}: ${differing.length === 0 ? 'the same' : 'other'}`);
      differences.push(...differing.map((difference) => `${row.id} ${difference}`));
    } catch (error) {
      tally.problem('a golden throws', row.id, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
  return differences;
}

function dialectOf(name: string | undefined): ChatDialect | undefined {
  return chatDialectOf(names[name ?? ''] ?? '');
}

function requestGolden({ input, input_format, target, expected }: Golden): string[] | undefined {
  const [from, to] = [dialectOf(input_format), dialectOf(target)];
  if (from === undefined || to === undefined || from === to || input === undefined) return undefined;
  const theirs = isJsonObject(expected?.request) ? expected.request : expected;
  const model = typeof theirs?.model === 'string' ? theirs.model : 'the-model';
  const { value, losses } = from.chat.decodeRequest(input, { model, stream: input.stream === true });
  const encoded = to.chat.encodeRequest(value, { model, maxOutputTokens: undefined, quirks: {} });
  const refused = [...losses, ...encoded.losses].filter(({ level }) => level === 'refuse').map(({ field }) => field);
  if (refused.length > 0) return [`refused: ${refused.join(', ')}`];
  return differencesOf(JSON.parse(JSON.stringify(encoded.value)) as JsonValue, theirs, '$');
}

function differencesOf(ours: JsonValue | undefined, theirs: JsonValue | undefined, path: string): string[] {
  if (isDeepStrictEqual(ours, theirs)) return [];
  const keys =
    Array.isArray(ours) && Array.isArray(theirs)
      ? [...Array.from(ours.length > theirs.length ? ours : theirs).keys()].map(String)
      : undefined;
  const members = isJsonObject(ours) && isJsonObject(theirs) ? [...new Set([...Object.keys(ours), ...Object.keys(theirs)])] : keys;
  if (members === undefined)
    return [`${path}: ours ${JSON.stringify(ours)?.slice(0, 150)}, theirs ${JSON.stringify(theirs)?.slice(0, 150)}`];
  const at = (value: JsonValue | undefined, key: string): JsonValue | undefined => (value as Readonly<Record<string, JsonValue>>)[key];
  return members.flatMap((key) => differencesOf(at(ours, key), at(theirs, key), `${path}.${key}`));
}

/** `messages-completions-streaming`: a provider's stream of messages for a client of completions. */
function answerGolden({ id, input, input_text, target, expected, expected_text }: Golden, tally: Tally): string[] | undefined {
  const pair = /^(vertex-gemini|[a-z]+)-([a-z]+)(?:-streaming)?$/.exec(target);
  const [from, to] = [dialectOf(pair?.[1]), dialectOf(pair?.[2])];
  if (from === undefined || to === undefined || from === to) return undefined;
  const about = aboutAnswer({ model: 'm', messages: [], input: '', reasoning_effort: 'low', include: [] });
  if (input !== undefined && expected !== undefined) {
    const ours = to.chat.encodeAnswer(from.chat.decodeAnswer(input), about);
    const theirs = isJsonObject(expected.response) ? expected.response : expected;
    return said(to, gistOf(to.id, ours), gistOf(to.id, theirs), [ours], [theirs]);
  }
  if (input_text === undefined || expected_text === undefined) return undefined;
  const { text, error } = played([Buffer.from(input_text)], { from, request: {}, to, about });
  if (error !== undefined) return [`ours ends with ${error.code}`];
  const ours = readStrictly(to.id, text);
  for (const problem of ours.problems) tally.problem(`a golden’s stream: ${problem}`, id, text);
  // A summary of theirs follows the stream.
  const theirs = expected_text.replace(/\n\n\n*\{\n[\s\S]*$/, '\n\n');
  return said(to, ours, readStrictly(to.id, theirs), ours.events, dataOf(theirs));
}

function said(
  to: ChatDialect,
  ours: object,
  theirs: object,
  oursEvents: readonly JsonValue[],
  theirsEvents: readonly JsonValue[],
): string[] {
  const pick = (gist: object, events: readonly JsonValue[]): JsonValue => {
    const { text, reasoning, calls } = gist as Record<string, JsonValue>;
    return JSON.parse(JSON.stringify({ text, reasoning, calls, ...readingOf(to.id, events) })) as JsonValue;
  };
  return differencesOf(pick(ours, oursEvents), pick(theirs, theirsEvents), '$');
}
