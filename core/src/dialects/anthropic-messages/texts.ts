import type { EventText } from '../../model/events.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import { contentTexts, noText } from '../anthropic-content.ts';
import type { TextPlace } from '../dialect.ts';
import { eventType } from './event-type.ts';
import { hasStopReason } from './finish.ts';

// Texts of answers, whole or streamed. Blocks stream one after the other: `content_block_start` has a block, whole but for
// the text, thinking or input that deltas go on with, until its `content_block_stop`.

/** Every text of a whole answer. */
export function* responseTexts(body: JsonValue): Generator<TextPlace> {
  if (isJsonObject(body)) yield* messageTexts(body, []);
}

function* messageTexts(message: JsonObject, path: JsonPath): Generator<TextPlace> {
  yield* contentTexts(message.content, [...path, 'content'], 'assistant', 'provider');
  yield* stopTexts(message, path);
}

/** Why it stopped, as far as it is said in words: an explanation, or the sequence that the client asked to stop at. */
function* stopTexts(holder: JsonObject, path: JsonPath): Generator<TextPlace> {
  const { stop_sequence: sequence, stop_details: details } = holder;
  if (typeof sequence === 'string') yield { scope: 'other', path: [...path, 'stop_sequence'], text: sequence };
  if (isJsonObject(details) && typeof details.explanation === 'string')
    yield { scope: 'assistant', path: [...path, 'stop_details', 'explanation'], text: details.explanation };
}

/**
 * Texts of an event. Those of a delta go on with a text of their block; all others come whole, in channels that their own
 * event ends. So does a text that stands in `content_block_start`, where Anthropic has `""`: no second start could go on
 * with it.
 */
export function eventTexts(json: JsonValue): EventText[] {
  if (!isJsonObject(json)) return [];
  switch (eventType(json)) {
    case 'message_start':
      return isJsonObject(json.message) ? whole(wholeChannel(json), messageTexts(json.message, ['message'])) : [];
    case 'content_block_start':
      return whole(wholeChannel(json), contentTexts(json.content_block, ['content_block'], 'assistant', 'provider'));
    case 'content_block_delta':
      return deltaTexts(json);
    case 'message_delta':
      return isJsonObject(json.delta) ? whole(wholeChannel(json), stopTexts(json.delta, ['delta'])) : [];
    default:
      return [];
  }
}

/** Prefix of the channels of texts that come whole in one event. */
function wholeChannel(event: JsonObject): string {
  return `${indexOf(event)}whole:`;
}

/** Prefix of the channels of a block; of no block for an event of the message. */
function indexOf(event: JsonObject): string {
  return typeof event.index === 'number' ? `${event.index}:` : '';
}

function whole(prefix: string, places: Iterable<TextPlace>): EventText[] {
  const texts: EventText[] = [];
  for (const { scope, path, text } of places) if (text !== '') texts.push({ channel: prefix + path.join('.'), scope, path, text });
  return texts;
}

/** Deltas of thinking are as opaque as the block they make (see `isOpaque`), and so are signatures and compactions. */
const opaqueDeltas: ReadonlySet<string> = new Set(['thinking_delta', 'signature_delta', 'compaction_delta']);

/** A delta's strings go on with texts of its block; what is more than a string (a citation) comes whole. */
function deltaTexts(event: JsonObject): EventText[] {
  const { delta } = event;
  if (!isJsonObject(delta) || opaqueDeltas.has(eventType(delta))) return [];
  const texts: EventText[] = [];
  for (const [key, member] of Object.entries(delta)) {
    if (noText.has(key)) continue;
    const path = ['delta', key];
    const channel = indexOf(event) + key;
    if (typeof member !== 'string') texts.push(...whole(wholeChannel(event), contentTexts(member, path, 'assistant', 'provider')));
    else if (key === 'partial_json') texts.push({ channel, scope: 'toolInput', path, text: member, json: true });
    else texts.push({ channel, scope: 'assistant', path, text: member });
  }
  return texts;
}

/** A block's texts end with it, all texts with what says why the message stopped; what comes whole ends with its event. */
export function ends(json: JsonValue | undefined): string[] {
  if (!isJsonObject(json)) return [];
  const type = eventType(json);
  if (type === 'message_stop' || (type === 'message_delta' && hasStopReason(json.delta))) return [''];
  if (type === 'content_block_stop') return [indexOf(json)];
  if (type === 'content_block_delta' && !holdsObjects(json.delta)) return [];
  const prefix = wholeChannel(json);
  return eventTexts(json).some(({ channel }) => channel.startsWith(prefix)) ? [prefix] : [];
}

/** Looked at before the texts are gathered: nearly all deltas have strings alone. */
function holdsObjects(delta: JsonValue | undefined): boolean {
  if (isJsonObject(delta)) for (const key in delta) if (typeof delta[key] === 'object' && delta[key] !== null) return true;
  return false;
}

/** What a delta says besides its text; other events are never gone on with. */
export function saidOnce(json: JsonValue): JsonPath[] {
  if (!isJsonObject(json) || eventType(json) !== 'content_block_delta') return [];
  return Object.keys(json)
    .filter((key) => key !== 'type' && key !== 'index' && key !== 'delta')
    .map((key) => [key]);
}
