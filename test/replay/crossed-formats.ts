import { definePlugin } from '../../core/src/define-plugin.ts';
import type { JsonObject } from '../../core/src/model/json.ts';
import { isJsonObject } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';
import { edit, editor, eventsOf, isEditable } from './edited-texts.ts';
import { gistOf } from './gist.ts';
import { dataOf, parsedAnswer, readingOf } from './readings.ts';
import { type ClientRequest, type Exchanged, operatorKey, replayHost } from './replay-host.ts';
import { type ChatDialect, chatDialectOf, chatDialects } from './streams.ts';
import { readStrictly } from './strict-readers.ts';
import type { Tally } from './tally.ts';
import { type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/**
 * Recorded answers for clients of every other format, through a real gateway with a plugin that edits texts: the client gets
 * the edited texts in its own format, errors in its own words, and the books are the provider's.
 */
export async function crossFormats(recordings: readonly Recording[], tally: Tally): Promise<void> {
  const ways = recordings.flatMap((recording) => wayOf(recording) ?? []).flatMap(ownSeat);
  const editing = definePlugin({ name: 'editing', create: () => ({ afterResponse: (context) => context.mapTexts(editor) }) });
  const host = await replayHost(ways, [editing()]);
  try {
    for (const way of ways)
      for (const client of chatDialects.filter(({ id }) => id !== way.dialect)) {
        const exchanged = await host.ask(way, requestOf(client, way));
        tally.count(`crossed ${way.dialect} → ${client.id}: ${way.recording.status >= 400 ? 'errors' : way.stream ? 'streams' : 'whole'}`);
        if (way.recording.status >= 400) checkError(way, client, exchanged, tally);
        else checkAnswer(way, client, exchanged, tally);
      }
    for (const line of host.errors()) tally.problem('crossed: logged an error', '', line);
  } finally {
    await host.close();
  }
}

/** A provider that serves this format alone, so that every other is translated. */
function ownSeat(way: Way): Way[] {
  if (chatDialectOf(way.dialect) === undefined || way.refused !== undefined) return [];
  if (way.recording.status < 400 && !isEditable(way)) return [];
  const { provider, dialect } = way;
  return [{ ...way, provider: { ...provider, name: `${provider.name}-${dialect}`, serves: [dialect] } }];
}

/** The least that a client of this format asks of the recording's model. */
function requestOf(client: ChatDialect, { provider, stream, upstreamBody, upstreamPath }: Way): ClientRequest {
  const { model: written } = JSON.parse(upstreamBody) as { readonly model?: string };
  const inPath = /\/models\/(.+):\w+(?:\?alt=sse)?$/.exec(upstreamPath)?.[1];
  const model = `${provider.name}/${written ?? decodeURIComponent(inPath ?? 'm')}`;
  const messages = [{ role: 'user', content: 'x' }];
  const streamed = stream ? { stream } : {};
  const asJson = (route: string, body: JsonObject): ClientRequest => ({ route, headers: {}, body: JSON.stringify(body) });
  switch (client.id) {
    case 'openai-chat':
      return asJson('/v1/chat/completions', { model, messages, ...streamed });
    case 'openai-responses':
      return asJson('/v1/responses', { model, input: 'x', ...streamed });
    case 'anthropic-messages':
      return asJson('/v1/messages', { model, max_tokens: 99, messages, ...streamed });
    default:
      return asJson(`/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`, {
        contents: [{ role: 'user', parts: [{ text: 'x' }] }],
      });
  }
}

function checkAnswer(way: Way, client: ChatDialect, { answer, settled }: Exchanged, tally: Tally): void {
  const { recording, dialect } = way;
  const problem = (what: string, detail: string): void =>
    tally.problem(`crossed: ${what} (${dialect} → ${client.id})`, `${recording.id} ${recording.provider}`, detail);
  if (settled?.outcome !== 'completed' || answer.status !== 200) {
    problem('not delivered', `${answer.status} ${settled?.error} ${answer.text.slice(0, 300)}`);
    return;
  }
  const recorded = answerText(recording) as string;
  const said = textOf(dialect, recorded, isStream(recording));
  const told = way.stream ? readStrictly(client.id, answer.text) : { ...gistOf(client.id, parsedAnswer(answer.text) ?? {}), problems: [] };
  if (said !== undefined && bare(told.text) !== bare(edit(said)))
    problem('text', `${JSON.stringify(said.slice(0, 250))} became ${JSON.stringify(told.text.slice(0, 250))}`);
  const reading = readingOf(dialect, eventsOf(recording, recorded));
  for (const one of told.problems)
    if (one !== 'sequence numbers from 0' && !(one === 'a finish reason' && reading?.finish === undefined))
      problem(one, answer.text.slice(-400));
  const { usage } = settled;
  for (const key of ['input', 'output', 'cacheRead'] as const)
    if (usage?.[key] !== reading?.[key]) problem(`usage.${key}`, `booked ${usage?.[key]}, said ${reading?.[key]}`);
  if (settled.finishReason !== reading?.finish) problem('finish reason', `booked ${settled.finishReason}, said ${reading?.finish}`);
}

const bare = (text: string): string => text.replaceAll(/\s+/g, '');

/** The texts of an answer, together. */
function textOf(dialect: string, recorded: string, stream: boolean): string | undefined {
  if (!stream) return gistOf(dialect, parsedAnswer(recorded) ?? {}).text;
  const events = dataOf(recorded).filter(isJsonObject);
  if (dialect === 'google-generate-content') return events.map((event) => gistOf(dialect, event).text).join('');
  if (dialect !== 'openai-responses') return readStrictly(dialect, recorded.replaceAll('\r\n', '\n')).text;
  const whole = events.findLast(({ type }) => type === 'response.completed' || type === 'response.incomplete')?.response;
  return isJsonObject(whole) ? gistOf(dialect, whole).text : undefined;
}

/** An error of a provider that the client does not know: its status, none of its words. */
function checkError({ recording, dialect }: Way, client: ChatDialect, { answer }: Exchanged, tally: Tally): void {
  const problem = (what: string): void =>
    tally.problem(
      `crossed error: ${what} (${dialect} → ${client.id})`,
      `${recording.id} ${recording.provider} ${recording.status}`,
      `${answer.status} ${answer.text}`,
    );
  const error = parsedAnswer(answer.text)?.error;
  if (!isJsonObject(error) || typeof error.message !== 'string') {
    problem('not in the client’s format');
    return;
  }
  if (client.id === 'anthropic-messages' && typeof error.type !== 'string') problem('no type');
  if (client.id === 'google-generate-content' && error.code !== answer.status) problem('no numeric code');
  const { error: theirs } = isJsonObject(recording.response.json) ? recording.response.json : {};
  const words = isJsonObject(theirs) && typeof theirs.message === 'string' ? theirs.message : theirs;
  if (answer.text.includes(operatorKey) || (typeof words === 'string' && answer.text.includes(words.slice(0, 40))))
    problem('the provider’s words');
  const kept =
    answer.status === recording.status ||
    (answer.status === 502 && (recording.status >= 500 || [400, 401, 402, 403].includes(recording.status)));
  if (!kept) problem('status');
}
