import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolCall, NeutralToolResult, NeutralTurn, NeutralUserPart } from '../../../model/neutral.ts';
import type { TargetQuirks } from '../../translation.ts';
import { encodeContent } from './encode-content.ts';
import type { Losses } from './losses.ts';
import { chatCallId } from './tool-ids.ts';

// A message with calls must be followed by one message for each of them, and by those alone; anything else is a 400. Other
// formats let results come later, or not at all (a turn that the user broke off).

/** A call's id as it goes out, and its result. `id: undefined`: a result whose call is not in the conversation. */
export interface Answered {
  readonly id: string | undefined;
  readonly result: NeutralToolResult | undefined;
}

/** The results of the calls that the turn at `index` makes, from the turns up to the next one of the assistant's. */
export function takeResults(
  calls: readonly NeutralToolCall[],
  turns: readonly NeutralTurn[],
  index: number,
  taken: Set<object>,
): Answered[] {
  if (calls.length === 0) return [];
  const results = resultsAfter(turns, index);
  const used = new Set<string>();
  return calls.map((call, position) => {
    const result = nextResult(results, call);
    if (result !== undefined) taken.add(result);
    let id = chatCallId(call.id, `${index}:${position}`);
    if (used.has(id)) id = chatCallId('', `${index}:${position}`); // the same id twice (vercel/ai#4936)
    used.add(id);
    return { id, result };
  });
}

/** Results that wait for their calls, in order. */
interface Waiting {
  readonly results: NeutralToolResult[];
  next: number;
}

/** By the id of the call; where there is none (Gemini), by its name. */
function resultsAfter(turns: readonly NeutralTurn[], index: number): Map<string, Waiting> {
  const waiting = new Map<string, Waiting>();
  for (let at = index + 1; at < turns.length; at += 1) {
    const turn = turns[at];
    if (turn?.role === 'assistant') break;
    for (const result of turn?.role === 'tool' ? turn.results : []) {
      const key = keyOf(result.callId, result.name);
      const list = waiting.get(key);
      if (list === undefined) waiting.set(key, { results: [result], next: 0 });
      else list.results.push(result);
    }
  }
  return waiting;
}

function keyOf(id: string, name: string | undefined): string {
  return id === '' ? `name:${name ?? ''}` : `id:${id}`;
}

function nextResult(waiting: Map<string, Waiting>, call: NeutralToolCall): NeutralToolResult | undefined {
  const list = waiting.get(keyOf(call.id, call.name));
  if (list === undefined) return undefined;
  list.next += 1;
  return list.results[list.next - 1];
}

/** One message each, then what a result of a tool has no place for in Chat: images and files, as a message of the user's. */
export function encodeResults(answered: readonly Answered[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  const messages: JsonObject[] = [];
  const rest: NeutralUserPart[] = [];
  for (const { id, result } of answered) {
    const media = mediaOf(result);
    const text = resultText(result, media.length > 0);
    if (id !== undefined) messages.push({ role: 'tool', tool_call_id: id, content: text });
    else rest.push({ kind: 'text', text: `Result of a tool call that is no longer in this conversation:\n${text}` });
    if (media.length === 0) continue;
    rest.push({ kind: 'text', text: `From the result of the tool call ${id ?? 'above'}:` });
    for (const part of media) rest.push(part);
  }
  if (rest.length > 0) messages.push({ role: 'user', content: encodeContent(rest, quirks, losses) });
  return messages;
}

function mediaOf(result: NeutralToolResult | undefined): NeutralUserPart[] {
  return (result?.parts ?? []).filter((part) => part.kind === 'image' || (part.kind === 'file' && part.source.kind !== 'text'));
}

function resultText(result: NeutralToolResult | undefined, hasMedia: boolean): string {
  if (result === undefined) return 'No result was provided.';
  const texts = result.parts.flatMap((part) => {
    if (part.kind === 'text') return [part.text];
    return part.kind === 'file' && part.source.kind === 'text' ? [part.source.text] : [];
  });
  const text = texts.filter((one) => one !== '').join('\n');
  const said = text === '' && hasMedia ? 'The result follows in a message of the user.' : text;
  // Chat has no mark for a failure; a text says it.
  return result.isError && !/^\W*error/i.test(said) ? `Error: ${said}` : said;
}
