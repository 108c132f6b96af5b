import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';
import { argumentsOf } from './gist.ts';
import { parsedAnswer } from './readings.ts';
import { aboutAnswer, type ChatDialect, chatDialectOf, chatDialects } from './streams.ts';
import type { Tally } from './tally.ts';
import { wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** Places in which a format keeps what only it understands and must get back unchanged. */
const opaqueKeys: ReadonlySet<string> = new Set(['signature', 'thoughtSignature', 'thought_signature', 'encrypted_content']);

/** Chat has no place for what others signed, but for Google's calls. */
function keeps(from: ChatDialect, client: ChatDialect): boolean {
  return client.id !== 'openai-chat' && from.id !== 'openai-chat';
}

/**
 * A recorded answer in a client's format, in the client's next request, back in the provider's format: the calls, and what
 * the provider signed, are as it gave them.
 */
export function goOn(recordings: readonly Recording[], tally: Tally): void {
  for (const recording of recordings) {
    const from = chatDialectOf(wayOf(recording)?.dialect ?? '');
    const body = isStream(recording) || recording.status !== 200 ? undefined : parsedAnswer(answerText(recording) ?? '');
    if (from === undefined || body === undefined || (body.error ?? null) !== null) continue;
    for (const client of chatDialects.filter(({ id }) => id !== from.id)) turnOf(recording, from, client, body, tally);
  }
}

function turnOf({ id, provider }: Recording, from: ChatDialect, client: ChatDialect, body: JsonObject, tally: Tally): void {
  const name = `${from.id} through ${client.id}`;
  const place = `${id} ${provider}`;
  const answer = JSON.parse(
    JSON.stringify(client.chat.encodeAnswer(from.chat.decodeAnswer(body), aboutAnswer({ reasoning_effort: 'low' }))),
  ) as JsonObject;
  const model = typeof body.model === 'string' ? body.model : typeof body.modelVersion === 'string' ? body.modelVersion : 'the-model';
  const { value } = client.chat.decodeRequest(nextRequest(client, answer), { model, stream: false });
  const request = from.chat.encodeRequest(value, { model, maxOutputTokens: undefined, quirks: {} }).value;
  tally.count(`gone on: ${name}`);
  const [before, after] = [callsIn(body), callsIn(request)];
  if (!isDeepStrictEqual(before, after))
    tally.problem(`calls change (${name})`, place, `${JSON.stringify(before).slice(0, 250)} became ${JSON.stringify(after).slice(0, 250)}`);
  if (!keeps(from, client)) return;
  const [signed, kept] = [opaqueIn(body), opaqueIn(request)];
  const lost = signed.filter((value) => !kept.includes(value));
  tally.count(`signatures: ${name}`, signed.length);
  if (lost.length > 0)
    tally.problem(`signatures are lost (${name})`, place, `${lost.length} of ${signed.length}: ${lost[0]?.slice(0, 80)}`);
}

/** The client's next request: the answer as it got it, and what it says to that. */
function nextRequest(client: ChatDialect, answer: JsonObject): JsonObject {
  const objects = (value: JsonValue | undefined): JsonObject[] =>
    Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
  switch (client.id) {
    case 'openai-chat': {
      const message = objects(answer.choices)[0]?.message ?? {};
      const calls = isJsonObject(message) ? objects(message.tool_calls) : [];
      const results = calls.map((call) => ({ role: 'tool', tool_call_id: call.id ?? '', content: 'done' }));
      return { messages: [{ role: 'user', content: 'x' }, message, ...results, { role: 'user', content: 'go on' }] };
    }
    case 'openai-responses': {
      const items = objects(answer.output);
      const results = items
        .filter(({ type }) => type === 'function_call')
        .map((call) => ({ type: 'function_call_output', call_id: call.call_id ?? '', output: 'done' }));
      return { input: [{ role: 'user', content: 'x' }, ...items, ...results, { role: 'user', content: 'go on' }] };
    }
    case 'anthropic-messages': {
      const blocks = objects(answer.content);
      const results = blocks
        .filter(({ type }) => type === 'tool_use')
        .map((call) => ({ type: 'tool_result', tool_use_id: call.id ?? '', content: 'done' }));
      const last = { role: 'user', content: [...results, { type: 'text', text: 'go on' }] };
      return { max_tokens: 9, messages: [{ role: 'user', content: 'x' }, { role: 'assistant', content: blocks }, last] };
    }
    default: {
      const content = objects(answer.candidates)[0]?.content ?? { role: 'model', parts: [] };
      const parts = isJsonObject(content) ? objects(content.parts) : [];
      const calls = parts.flatMap(({ functionCall }) => (isJsonObject(functionCall) ? [functionCall] : []));
      const results = calls.map((call) => ({
        functionResponse: { ...(call.id !== undefined && { id: call.id }), name: call.name ?? '', response: { result: 'done' } },
      }));
      return { contents: [{ role: 'user', parts: [{ text: 'x' }] }, content, { role: 'user', parts: [...results, { text: 'go on' }] }] };
    }
  }
}

/** Every call in an answer or a request, in whatever format: name and arguments. */
function callsIn(value: JsonValue | undefined): { readonly name: JsonValue; readonly arguments: JsonValue }[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap((one) => callsIn(one));
  if (!isJsonObject(value)) return [];
  const { type, name, functionCall } = value;
  if (type === 'tool_use' && name !== undefined) return [{ name, arguments: argumentsOf(value.input) }];
  if (type === 'function_call' && name !== undefined) return [{ name, arguments: argumentsOf(value.arguments) }];
  // Mistral leaves the type out; the call of before there were tools has a key of its own.
  const called = isJsonObject(value.function) ? value.function : value.function_call;
  if (isJsonObject(called) && called.arguments !== undefined && called.name !== '')
    return [{ name: called.name ?? '', arguments: argumentsOf(called.arguments) }];
  if (isJsonObject(functionCall)) return [{ name: functionCall.name ?? '', arguments: functionCall.args ?? {} }];
  return Object.entries(value).flatMap(([key, member]) => (key === 'tools' ? [] : callsIn(member)));
}

function opaqueIn(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap((one) => opaqueIn(one));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (opaqueKeys.has(key) && typeof member === 'string' && member !== '') return [member];
    return key === 'data' && value.type === 'redacted_thinking' && typeof member === 'string' ? [member] : opaqueIn(member);
  });
}
