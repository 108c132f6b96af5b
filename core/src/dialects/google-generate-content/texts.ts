import type { EventText } from '../../model/events.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import { contentTexts, type GoogleText, stringsOf } from '../google-contents.ts';
import { objectElements, objectField } from '../google-fields.ts';

// Where text stands in an answer. A stream is made of answers, each with the next parts.

/** Texts of a whole answer. */
export function* responseTexts(body: JsonValue): Generator<GoogleText> {
  if (!isJsonObject(body)) return;
  for (const [candidate, path] of objectElements(body, 'candidates', [])) yield* candidateTexts(candidate, path);
  const feedback = objectField(body, 'promptFeedback', []);
  if (feedback !== undefined) yield* stringsOf(feedback[0], 'blockReasonMessage', feedback[1], 'other');
}

/** What a candidate says, and what it says it is grounded on: both quote what was said. */
export function* candidateTexts(candidate: JsonObject, path: JsonPath): Generator<GoogleText> {
  yield* contentTexts(candidate, 'content', path, 'assistant');
  // A call that could not be parsed is quoted here.
  yield* stringsOf(candidate, 'finishMessage', path, 'assistant');
  const grounding = objectField(candidate, 'groundingMetadata', path);
  if (grounding !== undefined) yield* groundingTexts(...grounding);
}

function* groundingTexts(grounding: JsonObject, path: JsonPath): Generator<GoogleText> {
  for (const field of ['webSearchQueries', 'imageSearchQueries', 'retrievalQueries']) yield* stringsOf(grounding, field, path, 'toolInput');
  for (const [support, at] of objectElements(grounding, 'groundingSupports', path)) {
    const segment = objectField(support, 'segment', at);
    if (segment !== undefined) yield* stringsOf(segment[0], 'text', segment[1], 'assistant');
  }
  for (const [chunk, at] of objectElements(grounding, 'groundingChunks', path))
    for (const kind of ['web', 'retrievedContext', 'maps']) {
      const source = objectField(chunk, kind, at);
      if (source === undefined) continue;
      yield* stringsOf(source[0], 'title', source[1], 'toolOutput');
      yield* stringsOf(source[0], 'text', source[1], 'toolOutput');
    }
}

/** Text pieces of an event. Text and thoughts go on from event to event, as do arguments streamed in pieces; the rest comes whole. */
export function eventTexts(json: JsonValue): EventText[] {
  const texts: EventText[] = [];
  if (!isJsonObject(json)) return texts;
  for (const [candidate, index, path] of candidates(json))
    for (const { scope, path: place, text, continues } of candidateTexts(candidate, path))
      texts.push({ channel: channelName(index, continues ?? `whole:${place.join('.')}`), scope, path: place, text });
  return texts;
}

/** Keys of a part that say nothing by themselves. */
export const silentKeys: ReadonlySet<string> = new Set(['thought', 'thoughtSignature', 'thought_signature']);

export function channelName(candidate: number, name: string): string {
  return `${candidate}:${name}`;
}

/** Candidates with their own `index`, which may be left out where it is 0, and their places. */
export function* candidates(json: JsonObject): Generator<[candidate: JsonObject, index: number, path: JsonPath]> {
  for (const [candidate, path] of objectElements(json, 'candidates', [])) {
    const position = path[1];
    const index = typeof candidate.index === 'number' ? candidate.index : typeof position === 'number' ? position : 0;
    yield [candidate, index, path];
  }
}
