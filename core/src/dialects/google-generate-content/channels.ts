import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import { argumentName } from '../google-contents.ts';
import { fieldKey, fieldOf, objectElements, objectField } from '../google-fields.ts';
import { blockOf, finishOf } from './finish.ts';
import { candidates, candidateTexts, channelName, silentKeys } from './texts.ts';

// Which texts of a stream an event ends, and what it says besides texts. Google marks neither: the answer is in the parts.

/** What a part goes on with. */
type PartKind = 'text' | 'thought' | 'arguments' | 'other';

/**
 * Prefixes of the channels that an event ends. A text ends where the candidate goes on with something else. An event with a
 * text that comes whole (a tool call's arguments) ends all: it must never be repeated to carry the rest of another.
 */
export function ends(json: JsonValue | undefined): string[] {
  if (!isJsonObject(json)) return [];
  if (blockOf(json) !== undefined) return [''];
  const ended: string[] = [];
  for (const [candidate, index, path] of candidates(json)) {
    for (const { continues } of candidateTexts(candidate, path)) if (continues === undefined) return [''];
    const over = finishOf(candidate) === undefined ? endedByParts(candidate) : [''];
    for (const name of over) ended.push(channelName(index, name));
  }
  return ended;
}

/** Names of a candidate's texts that its last part ends. */
function endedByParts(candidate: JsonObject): string[] {
  const last = lastPart(candidate);
  if (last === undefined) return [];
  switch (kindOf(last)) {
    case 'text':
      return ['thought', 'argument:'];
    case 'thought':
      return ['text', 'argument:'];
    case 'arguments':
      return ['text', 'thought', ...endedArguments(last)];
    default:
      return [''];
  }
}

/** A signature alone is no part of its own: it may stand in the middle of a text. */
function lastPart(candidate: JsonObject): JsonObject | undefined {
  const content = fieldOf(candidate, 'content');
  const parts = isJsonObject(content) ? [...objectElements(content, 'parts', [])] : [];
  return parts.findLast(([part]) => Object.keys(part).some((key) => !silentKeys.has(key)))?.[0];
}

function kindOf(part: JsonObject): PartKind {
  const call = fieldOf(part, 'functionCall');
  if (isJsonObject(call)) return fieldOf(call, 'partialArgs') === undefined ? 'other' : 'arguments';
  if (typeof part.text !== 'string') return 'other';
  return part.thought === true ? 'thought' : 'text';
}

function endedArguments(part: JsonObject): string[] {
  const call = fieldOf(part, 'functionCall') as JsonObject;
  return [...objectElements(call, 'partialArgs', [])]
    .filter(([argument]) => fieldOf(argument, 'willContinue') !== true)
    .map(([argument]) => `argument:${argumentName(argument)}`);
}

/** What a candidate says once, besides its parts. */
const candidateFields = [
  ...['finishReason', 'finishMessage', 'safetyRatings', 'citationMetadata', 'groundingMetadata', 'urlContextMetadata'],
  ...['tokenCount', 'avgLogprobs', 'logprobsResult'],
] as const;

/** What an event must not say again to go on with one of its texts: everything that holds none. */
export function saidOnce(json: JsonValue): JsonPath[] {
  if (!isJsonObject(json)) return [];
  const paths = fieldPaths(json, [], ['usageMetadata', 'promptFeedback']);
  for (const [candidate, , path] of candidates(json)) {
    const texts = [...candidateTexts(candidate, path)];
    const holdsText = (place: JsonPath): boolean => texts.some((text) => place.every((step, depth) => text.path[depth] === step));
    const content = objectField(candidate, 'content', path);
    const once = [...fieldPaths(candidate, path, candidateFields), ...(content === undefined ? [] : partPaths(...content, holdsText))];
    paths.push(...once.filter((place) => !holdsText(place)));
  }
  return paths;
}

/** Parts without a text as a whole; of the others, what stands beside it. */
function partPaths(content: JsonObject, path: JsonPath, holdsText: (place: JsonPath) => boolean): JsonPath[] {
  const paths: JsonPath[] = [];
  for (const [part, at] of objectElements(content, 'parts', path)) {
    if (!holdsText(at)) {
      paths.push(at);
      continue;
    }
    paths.push(...fieldPaths(part, at, ['thoughtSignature']));
    const call = objectField(part, 'functionCall', at);
    if (call === undefined) continue;
    paths.push(...fieldPaths(...call, ['id', 'name', 'args']));
    for (const [, place] of objectElements(call[0], 'partialArgs', call[1])) paths.push(place);
  }
  return paths;
}

function fieldPaths(holder: JsonObject, path: JsonPath, names: readonly string[]): JsonPath[] {
  return names.flatMap((name) => {
    const key = fieldKey(holder, name);
    return key === undefined ? [] : [[...path, key]];
  });
}
