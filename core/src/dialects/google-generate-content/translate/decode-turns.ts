import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralText, NeutralToolResult, NeutralTurn, NeutralUserPart } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { elements, fieldOf } from '../../google-fields.ts';
import { CallIds } from '../../translate/call-ids.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { decodeCall, decodeResult } from './decode-calls.ts';
import { decodeMedia, isMedia } from './decode-media.ts';
import { placeName } from './place-name.ts';
import { readSignature } from './signature.ts';

/** `systemInstruction`: a content, whose role does not matter, or a text alone. */
export function decodeSystem(body: JsonObject, losses: RequestLosses): NeutralTurn[] {
  const parts = [...elements(body, 'systemInstruction', [])].flatMap(([content, path]) => {
    if (typeof content === 'string') return [text(content)];
    if (!isJsonObject(content)) badField(placeName(path), 'an object with parts', content);
    return [...elements(content, 'parts', path)].flatMap(([part, place]) => systemText(part, place, losses));
  });
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function systemText(part: JsonValue, place: JsonPath, losses: RequestLosses): NeutralText[] {
  const value = isJsonObject(part) ? part.text : part;
  if (typeof value === 'string') return [text(value)];
  if (!isJsonObject(part) || (value ?? undefined) !== undefined) badField(placeName(place), 'an object with a text', value);
  losses.refuse(placeName(place)); // an image among the instructions
  return [];
}

export function decodeTurns(body: JsonObject, losses: RequestLosses): NeutralTurn[] {
  const ids = new CallIds();
  const turns: NeutralTurn[] = [];
  /** Parts of the last turn, where it is the model's: its next content goes on with them. */
  let open: NeutralAssistantPart[] = [];
  for (const [index, [content, path]] of [...elements(body, 'contents', [])].entries())
    for (const turn of contentTurns(content, path, index, ids, losses)) {
      if (turn.role !== 'assistant') {
        turns.push(turn);
        continue;
      }
      if (turns.at(-1)?.role !== 'assistant') {
        open = [];
        turns.push({ role: 'assistant', parts: open });
      }
      addParts(open, turn.parts);
    }
  return turns;
}

/**
 * `@google/genai`'s chat keeps every event of a stream as a content of its own, in which a text or a thought goes on that
 * the one before began. A thought may be in pieces within a content as well: it ends with its signature.
 */
function addParts(into: NeutralAssistantPart[], parts: readonly NeutralAssistantPart[]): void {
  for (const [position, part] of parts.entries()) {
    const last = into.at(-1);
    if (position === 0 && part.kind === 'text' && last?.kind === 'text') into[into.length - 1] = text(last.text + part.text);
    else if (part.kind === 'reasoning' && last?.kind === 'reasoning' && last.opaque === undefined)
      into[into.length - 1] = { ...part, text: last.text + part.text };
    else into.push(part);
  }
}

function contentTurns(content: JsonValue, path: JsonPath, turn: number, ids: CallIds, losses: RequestLosses): NeutralTurn[] {
  if (typeof content === 'string') return [{ role: 'user', parts: [text(content)] }];
  if (!isJsonObject(content)) badField(placeName(path), 'an object with role and parts', content);
  const parts = [...elements(content, 'parts', path)];
  // Without a role the user is meant; `function` is what results had once.
  const role = content.role ?? 'user';
  if (role === 'model') return [{ role: 'assistant', parts: modelParts(parts, turn, ids, losses) }];
  if (role !== 'user' && role !== 'function') badField(`${placeName(path)}.role`, '"user" or "model"', content.role);
  return userTurns(parts, turn, ids, losses);
}

type Parts = readonly (readonly [JsonValue, JsonPath])[];

function modelParts(parts: Parts, turn: number, ids: CallIds, losses: RequestLosses): NeutralAssistantPart[] {
  return parts.flatMap(([part, path], position): NeutralAssistantPart[] => {
    if (typeof part === 'string') return [text(part)];
    if (!isJsonObject(part)) badField(placeName(path), 'an object', part);
    const opaque = readSignature(fieldOf(part, 'thoughtSignature'));
    const call = fieldOf(part, 'functionCall');
    if (call !== undefined) return [decodeCall(call, opaque, { path, turn, position }, ids)];
    const own = part.text ?? undefined;
    if (own === undefined && !isBare(part)) {
      // Images that were made, code that was run, tools that Google called: nobody else's history has them.
      losses.refuse(placeName(path));
      return [];
    }
    const said = textIn(part, path);
    if (part.thought === true) return [{ kind: 'reasoning', text: said, opaque }];
    // A signature may stand on a text; it comes back as it came: after it.
    const signed: NeutralAssistantPart[] = opaque === undefined ? [] : [{ kind: 'reasoning', text: '', opaque }];
    return said === '' ? signed : [text(said), ...signed];
  });
}

/** Results first: they answer the turn before, whatever else the user says beside them. */
function userTurns(parts: Parts, turn: number, ids: CallIds, losses: RequestLosses): NeutralTurn[] {
  const results: NeutralToolResult[] = [];
  const said: NeutralUserPart[] = [];
  for (const [position, [part, path]] of parts.entries()) {
    if (typeof part === 'string') said.push(text(part));
    else if (!isJsonObject(part)) badField(placeName(path), 'an object', part);
    else if (fieldOf(part, 'functionResponse') !== undefined) results.push(decodeResult(part, { path, turn, position }, ids, losses));
    else {
      const decoded = userPart(part, path, losses);
      if (decoded !== undefined) said.push(decoded);
    }
  }
  return [
    ...(results.length > 0 ? [{ role: 'tool', results } as const] : []),
    ...(said.length > 0 ? [{ role: 'user', parts: said } as const] : []),
  ];
}

function userPart(part: JsonObject, path: JsonPath, losses: RequestLosses): NeutralUserPart | undefined {
  if ((part.text ?? undefined) !== undefined) return text(textIn(part, path));
  const place = placeName(path);
  const media = isMedia(part) ? decodeMedia(part, place) : undefined;
  if (media === undefined && !isBare(part)) losses.refuse(place);
  // Which part of a video, how finely an image is looked at.
  for (const field of ['videoMetadata', 'mediaResolution']) if (fieldOf(part, field) !== undefined) losses.drop(`${place}.${field}`);
  return media;
}

/** Nothing but remarks about a part. */
function isBare(part: JsonObject): boolean {
  return Object.keys(part).every(
    (key) =>
      part[key] === null || ['text', 'thought', 'thoughtSignature', 'thought_signature', 'partMetadata', 'part_metadata'].includes(key),
  );
}

function textIn(part: JsonObject, path: JsonPath): string {
  const value = part.text ?? '';
  if (typeof value !== 'string') badField(`${placeName(path)}.text`, 'a string', value);
  return value;
}

function text(value: string): NeutralText {
  return { kind: 'text', text: value };
}
