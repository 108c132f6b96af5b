import type { EventText } from '../../model/events.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { TextPlace } from '../dialect.ts';
import { stringPlaces } from '../string-places.ts';

/** Texts of a request. Prompts given as token ids hold no text to read. */
export function* requestTexts(body: JsonObject): Generator<TextPlace> {
  for (const field of ['prompt', 'suffix']) if (!isTokens(body[field])) yield* stringPlaces(body[field], [field], 'user');
  for (const field of ['user', 'stop']) yield* stringPlaces(body[field], [field], 'other');
}

/** Lists of numbers may be long: not worth a walk. */
function isTokens(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && typeof value[0] === 'number' && value.every((one: JsonValue) => typeof one === 'number');
}

export function* responseTexts(body: JsonValue): Generator<TextPlace> {
  for (const [position, choice] of choicesOf(body))
    if (typeof choice.text === 'string') yield { scope: 'assistant', path: ['choices', position, 'text'], text: choice.text };
}

/** Pieces of a chunk; each choice is one text. */
export function eventTexts(json: JsonValue): EventText[] {
  const texts: EventText[] = [];
  for (const [position, choice] of choicesOf(json))
    if (typeof choice.text === 'string')
      texts.push({ channel: channelOf(choice, position), scope: 'assistant', path: ['choices', position, 'text'], text: choice.text });
  return texts;
}

/** What tells a choice's text from the others'; no name is the beginning of another. */
export function channelOf(choice: JsonObject, position: number): string {
  return `${typeof choice.index === 'number' ? choice.index : position}:`;
}

/** Choices with their positions; nothing for anything else. */
export function* choicesOf(json: JsonValue | undefined): Generator<[number, JsonObject]> {
  const choices = isJsonObject(json) ? json.choices : undefined;
  if (!Array.isArray(choices)) return;
  for (const [position, choice] of (choices as readonly JsonValue[]).entries()) if (isJsonObject(choice)) yield [position, choice];
}

/** Whether a choice says that it is over. Some compatible servers send `""` until then. */
export function finishOf(choice: JsonObject): string | undefined {
  return typeof choice.finish_reason === 'string' && choice.finish_reason !== '' ? choice.finish_reason : undefined;
}
