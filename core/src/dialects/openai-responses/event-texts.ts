import type { TextScope } from '../../model/call.ts';
import type { EventText } from '../../model/events.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import type { TextPlace } from '../dialect.ts';
import { errorTexts, itemTexts, partTexts, scopeOfPart } from '../openai-responses-items.ts';
import { responsesAnswerTexts } from '../openai-responses-texts.ts';
import { eventType, isEnd } from './event-type.ts';

// A streamed answer says each text up to five times: in deltas, in their `done`, in the part, in the item and in the whole
// answer at the end. Pieces of deltas go on with one text; all others are whole texts, each complete within its event. An
// editor that changes a text does so at every place of it, and clients that read only the last one are served as well.

/** What deltas of a kind are. A kind that is not here is read as text of the assistant's: it must not slip past. */
const kinds: ReadonlyMap<string, { readonly scope: TextScope; readonly json?: boolean }> = new Map([
  ['function_call_arguments', { scope: 'toolInput', json: true }],
  ['mcp_call_arguments', { scope: 'toolInput', json: true }],
  ['custom_tool_call_input', { scope: 'toolInput' }],
  ['code_interpreter_call_code', { scope: 'toolInput' }],
  ['shell_call_command', { scope: 'toolInput' }],
  ['apply_patch_call_operation_diff', { scope: 'toolInput' }],
  ['shell_call_output_content', { scope: 'toolOutput' }],
]);

/** Base64. */
const sound = 'audio';

/** Before the names of whole texts' channels, which their own event ends. */
const whole = 'whole:';

const deltaType = /^response\.(.+)\.delta$/;
const doneType = /^response\.(.+)\.done$/;

/** Every text of an event. */
export function eventTexts(json: JsonValue): EventText[] {
  if (!isJsonObject(json)) return [];
  const kind = deltaType.exec(eventType(json))?.[1];
  return kind === undefined ? wholeTexts(json) : deltaTexts(json, kind);
}

function deltaTexts(event: JsonObject, kind: string): EventText[] {
  if (kind === sound) return [];
  const { scope, json } = kinds.get(kind) ?? { scope: 'assistant' };
  const channel = channelOf(event, kind);
  const piece = (name: string, path: JsonPath, text: string): EventText => ({ channel: name, scope, path, text, ...(json && { json }) });
  const { delta } = event;
  if (typeof delta === 'string') return [piece(channel, ['delta'], delta)];
  // Outputs of shells: `{ stdout, stderr }`, each a text of its own.
  if (!isJsonObject(delta)) return [];
  return Object.entries(delta).flatMap(([name, text]) => (typeof text === 'string' ? [piece(channel + name, ['delta', name], text)] : []));
}

function wholeTexts(event: JsonObject): EventText[] {
  const texts: EventText[] = [];
  for (const { scope, path, text, jsonString } of placesOf(event))
    texts.push({ channel: whole + path.join('.'), scope, path, text, ...(jsonString && { json: true }) });
  return texts;
}

function* placesOf(event: JsonObject): Generator<TextPlace> {
  const { item, part, annotation } = event;
  if (eventType(event) === 'error') {
    yield* errorTexts(event, [], 'other');
    return;
  }
  yield* responsesAnswerTexts(event.response, ['response']);
  yield* itemTexts(item, ['item']);
  if (isJsonObject(part)) yield* partTexts(part, ['part'], scopeOfPart(part.type));
  yield* partTexts(annotation, ['annotation'], 'assistant');
  // A `done` repeats its text under the name it has in the item.
  yield* itemTexts(event, [], kinds.get(doneType.exec(eventType(event))?.[1] ?? '')?.scope ?? 'assistant');
}

/** Prefixes of the channels that an event ends. */
export function ends(json: JsonValue | undefined, data: string): string[] {
  if (data === '[DONE]') return [''];
  const type = eventType(json);
  if (!isJsonObject(json) || deltaType.test(type)) return [];
  return isEnd(type) ? [''] : [whole, ...endedDeltas(json, doneType.exec(type)?.[1])];
}

function endedDeltas(event: JsonObject, kind: string | undefined): string[] {
  switch (kind) {
    case undefined:
      return [];
    case 'output_item':
      return [`${outputOf(event)}:`];
    case 'content_part':
    case 'reasoning_part': // Open Responses
    case 'reasoning_summary_part':
      return [`${outputOf(event)}:${placeOf(event)}:`];
    default:
      return [channelOf(event, kind)];
  }
}

/** Items may be open at the same time: which item, which part of it, and what of that. None is the beginning of another. */
function channelOf(event: JsonObject, kind: string): string {
  return `${outputOf(event)}:${placeOf(event)}:${kind}:`;
}

/** By position: some compatible servers change an item's id from event to event. */
function outputOf({ output_index, item_id }: JsonObject): string {
  if (typeof output_index === 'number') return String(output_index);
  return typeof item_id === 'string' ? `#${item_id}` : '';
}

function placeOf({ content_index, summary_index, command_index }: JsonObject): string {
  if (typeof content_index === 'number') return `content ${content_index}`;
  if (typeof summary_index === 'number') return `summary ${summary_index}`;
  return typeof command_index === 'number' ? `command ${command_index}` : '';
}

/**
 * What a delta says besides its text: the probabilities of tokens that were said, and padding. Its `sequence_number` stays,
 * so that a client may read it twice: clients with strict types refuse an event without one, and who resumes a stream after
 * a number gets the same events. The list of probabilities stays as well, empty.
 */
export function saidOnce(json: JsonValue): JsonPath[] {
  if (!isJsonObject(json)) return [];
  const paths: JsonPath[] = json.obfuscation === undefined ? [] : [['obfuscation']];
  if (Array.isArray(json.logprobs)) for (const index of json.logprobs.keys()) paths.push(['logprobs', index]);
  return paths;
}
