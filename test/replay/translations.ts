import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../core/src/model/json.ts';
import type { Loss, NeutralLoss } from '../../core/src/model/neutral.ts';
import type { Recording } from './corpus.ts';
import { type Gist, gistOf } from './gist.ts';
import { libraryReaders } from './library-readers.ts';
import { dataOf, parsedAnswer, type Reading, readingOf } from './readings.ts';
import { anywhere, type Kind, type SchemaCheck } from './schema-check.ts';
import { aboutAnswer, type ChatDialect, chatDialectOf, chatDialects, played } from './streams.ts';
import { readStrictly } from './strict-readers.ts';
import type { Tally } from './tally.ts';
import { type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

export interface TranslationRun {
  readonly tally: Tally;
  /** Where the published schemas are there. */
  readonly schemas: SchemaCheck | undefined;
}

/** A recording on its way from one format into another. */
interface Pair extends TranslationRun {
  readonly way: Way;
  readonly from: ChatDialect;
  readonly to: ChatDialect;
  /** `openai-chat → anthropic-messages` */
  readonly name: string;
  /** Which recording, for whoever looks it up. */
  readonly place: string;
}

/** What each format's models can do differs: a new one and an old one of each. */
const models: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['gpt-5-mini', 'gpt-4o'],
  'openai-responses': ['gpt-5-mini', 'gpt-4o'],
  'anthropic-messages': ['claude-opus-4-7', 'claude-3-5-haiku-20241022'],
  'google-generate-content': ['gemini-3-flash', 'gemini-2.5-flash'],
};

/** Every recorded call and answer of the chat formats, in every other format. */
export async function translateAll(recordings: readonly Recording[], run: TranslationRun): Promise<void> {
  for (const recording of recordings) {
    const way = wayOf(recording);
    const from = way === undefined ? undefined : chatDialectOf(way.dialect);
    if (way === undefined || from === undefined) continue;
    const place = `${recording.id} ${recording.provider}`;
    for (const to of chatDialects.filter(({ id }) => id !== from.id))
      await translatePair({ ...run, way, from, to, place, name: `${from.id} → ${to.id}` });
  }
}

async function translatePair(pair: Pair): Promise<void> {
  const { request, status } = pair.way.recording;
  if (request !== null) for (const model of models[pair.to.id] ?? []) guarded('request', pair, () => translateRequest(pair, model));
  if (status !== 200) return;
  const stream = isStream(pair.way.recording);
  const made = guarded('answer', pair, () => (stream ? translateStream(pair) : translateAnswer(pair)));
  if (made !== undefined) await readByLibraries(pair, made, stream);
}

function guarded<T>(what: string, { tally, name, place }: Pair, translate: () => T): T | undefined {
  try {
    return translate();
  } catch (error) {
    tally.problem(`${what} throws (${name})`, place, error instanceof Error ? (error.stack ?? error.message) : String(error));
    return undefined;
  }
}

function translateRequest(pair: Pair, model: string): void {
  const { way, from, to, tally, name } = pair;
  const body = JSON.parse(way.upstreamBody) as JsonObject;
  const request = from.chat.decodeRequest(body, { model, stream: way.stream });
  const encoded = to.chat.encodeRequest(request.value, { model, maxOutputTokens: undefined, quirks: {} });
  const losses = [...request.losses, ...encoded.losses.map((loss: NeutralLoss) => ({ ...loss, field: from.chat.fieldNames[loss.field] }))];
  for (const field of fieldsOf(losses, 'drop')) tally.count(`dropped ${name}: ${field}`);
  const refused = fieldsOf(losses, 'refuse');
  for (const field of refused) tally.count(`refused ${name}: ${field}`);
  tally.count(`requests ${name}: ${refused.length > 0 ? 'refused' : 'translated'}`);
  if (refused.length > 0) return;
  // What goes out must be a request there: the format's own reader takes it.
  const sent = JSON.parse(JSON.stringify(encoded.value)) as JsonObject;
  to.readCall(sent, {
    path: `/v1beta/models/m:${way.stream ? 'streamGenerateContent' : 'generateContent'}`,
    parameter: 'm',
    query: 'alt=sse',
  });
  // A value that the recording's own provider refused is the next one's to refuse.
  if (way.recording.status === 200) checkSchema(pair, 'request', sent);
}

function fieldsOf(losses: readonly Loss[], level: Loss['level']): string[] {
  return [...new Set(losses.filter((loss) => loss.level === level).map(({ field }) => anywhere(field)))];
}

function translateAnswer(pair: Pair): string | undefined {
  const { way, from, to, tally, name } = pair;
  const body = parsedAnswer(answerText(way.recording) as string);
  if (body === undefined || (body.error !== undefined && body.error !== null)) return undefined;
  const text = JSON.stringify(to.chat.encodeAnswer(from.chat.decodeAnswer(body), aboutAnswer(askedFor(to, way))));
  const made = JSON.parse(text) as JsonObject;
  tally.count(`answers ${name}`);
  checkSchema(pair, 'answer', made);
  compareGists(pair, 'answer', gistOf(from.id, body), gistOf(to.id, made));
  compareReadings(pair, 'answer', readingOf(from.id, [body]), readingOf(to.id, [made]));
  return text;
}

function translateStream(pair: Pair): string | undefined {
  const { way, from, to, tally, name, place } = pair;
  const recorded = answerText(way.recording) as string;
  const request = JSON.parse(way.upstreamBody) as JsonObject;
  const { text, error } = played([Buffer.from(recorded)], { from, request, to, about: aboutAnswer(askedFor(to, way)) });
  tally.count(`streams ${name}${error === undefined ? '' : `: ${error.code}`}`);
  if (error !== undefined) return undefined;
  const read = readStrictly(to.id, text);
  const reading = readingOf(from.id, dataOf(recorded));
  // A provider that does not say why it stopped is not spoken for.
  const silent = reading?.finish === undefined;
  for (const problem of new Set(read.problems.filter((one) => !(silent && one === 'a finish reason'))))
    tally.problem(`stream ${name}: ${problem}`, place, text.slice(-500));
  for (const event of read.events) if (isJsonObject(event)) checkSchema(pair, 'event', event);
  const said = streamGist(from, recorded);
  if (said !== undefined) compareGists(pair, 'stream', said, read);
  compareReadings(pair, 'stream', reading, readingOf(to.id, read.events));
  return text;
}

/** A client's request that wants to read everything an answer may hold. */
function askedFor(to: ChatDialect, { stream }: Way): JsonObject {
  const messages = [{ role: 'user', content: 'x' }];
  switch (to.id) {
    case 'openai-chat':
      return { model: 'm', messages, reasoning_effort: 'low', ...(stream && { stream, stream_options: { include_usage: true } }) };
    case 'openai-responses':
      return { model: 'm', input: 'x', include: ['reasoning.encrypted_content'], ...(stream && { stream }) };
    case 'anthropic-messages':
      return { model: 'm', max_tokens: 9, messages, ...(stream && { stream }) };
    default:
      return { contents: [{ parts: [{ text: 'x' }] }] };
  }
}

/** What a recorded stream adds up to; `undefined` where that would take a reader of its own. */
function streamGist(from: ChatDialect, recorded: string): Gist | undefined {
  const events = dataOf(recorded).filter(isJsonObject);
  switch (from.id) {
    case 'openai-responses': {
      const end = events.findLast(({ type }) => type === 'response.completed' || type === 'response.incomplete')?.response;
      return isJsonObject(end) ? gistOf(from.id, end) : undefined;
    }
    case 'google-generate-content': {
      if (recorded.includes('"partialArgs"')) return undefined; // arguments in pieces, as Vertex can stream them
      const gists = events.map((event) => gistOf(from.id, event));
      return {
        text: gists.map(({ text }) => text).join(''),
        reasoning: gists.map(({ reasoning }) => reasoning).join(''),
        calls: gists.flatMap(({ calls }) => calls),
      };
    }
    default:
      return readStrictly(from.id, recorded.replaceAll('\r\n', '\n'));
  }
}

/** Formats put line breaks between texts, or none. */
const bare = (text: string): string => text.replaceAll(/\s+/g, '');

function compareGists({ tally, name, place }: Pair, what: string, said: Gist, told: Gist): void {
  const change = (one: unknown, other: unknown): string =>
    `${JSON.stringify(one).slice(0, 250)} became ${JSON.stringify(other).slice(0, 250)}`;
  for (const key of ['text', 'reasoning'] as const)
    if (bare(said[key]) !== bare(told[key])) tally.problem(`${what} ${name}: ${key}`, place, change(said[key], told[key]));
  if (!isDeepStrictEqual(said.calls, told.calls)) tally.problem(`${what} ${name}: calls`, place, change(said.calls, told.calls));
}

function compareReadings({ tally, name, place }: Pair, what: string, said: Reading | undefined, told: Reading | undefined): void {
  // xAI: more from the cache than there was input. No other format can say that.
  const odd = (said?.cacheRead ?? 0) > (said?.input ?? 0);
  for (const key of ['input', 'output', 'cacheRead', 'reasoning'] as const) {
    const [before, after] = [said?.[key], told?.[key]];
    // Formats that require a number have 0 for what is not known; some have no place for a number.
    const kept = before === after || (before ?? 0) === (after ?? 0) || (key === 'reasoning' && after === undefined);
    if (!kept && !(odd && key === 'cacheRead')) tally.problem(`${what} ${name}: usage.${key}`, place, `${before} became ${after}`);
  }
  tally.count(`finish ${what} ${name}: ${said?.finish} → ${told?.finish}`);
}

function checkSchema({ schemas, tally, from, to, place }: Pair, kind: Kind, body: JsonObject): void {
  const problems = schemas?.problems(to.id, kind, body);
  if (problems !== undefined) tally.count(`schema ${kind} ${to.id}`);
  for (const problem of problems ?? [])
    tally.problem(`schema, ${kind} ${from.id} → ${to.id}: ${anywhere(problem)}`, place, JSON.stringify(body));
}

/** Whatever the gateway wrote, the format's own libraries read the same in it. */
async function readByLibraries({ to, tally, name, place }: Pair, made: string, stream: boolean): Promise<void> {
  const what = stream ? 'stream' : 'answer';
  const own: Gist = stream ? readStrictly(to.id, made) : gistOf(to.id, JSON.parse(made) as JsonObject);
  for (const [library, read] of Object.entries(libraryReaders[to.id] ?? {})) {
    try {
      const { text, calls } = await read(made, stream);
      tally.count(`read by ${library}: ${what}s ${name}`);
      if (bare(text) !== bare(own.text) || !isDeepStrictEqual(calls, own.calls))
        tally.problem(
          `${library} reads another ${what} (${name})`,
          place,
          `${JSON.stringify({ text, calls }).slice(0, 250)} in ${made.slice(0, 300)}`,
        );
    } catch (error) {
      const message = error instanceof Error ? `${error.message} ${String(error.cause ?? '').slice(0, 300)}` : JSON.stringify(error);
      tally.problem(`${library} refuses a ${what} (${name})`, place, `${message} in ${made.slice(0, 300)}`);
    }
  }
}
