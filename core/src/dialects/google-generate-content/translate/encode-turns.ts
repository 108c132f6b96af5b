import type { JsonObject } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralField, NeutralRequest, NeutralToolCall, NeutralTurn } from '../../../model/neutral.ts';
import { callsOf } from '../../translate/call-results.ts';
import type { Losses } from '../../translate/losses.ts';
import { mergeTurns } from '../../translate/merge-turns.ts';
import { splitSystem, systemReminder } from '../../translate/system-turns.ts';
import { argumentsObject } from '../../translate/tool-arguments.ts';
import { encodeMedia } from './encode-media.ts';
import { encodeResults } from './encode-results.ts';
import type { ModelTraits } from './gemini-models.ts';
import { noSignature, ownSignature } from './signature.ts';

/** What the turns become: `systemInstruction` and `contents`, user and model in turn. */
export function encodeTurns(request: NeutralRequest, traits: ModelTraits, losses: Losses<NeutralField>): JsonObject {
  const { system: leading, rest } = splitSystem(request.turns);
  const system = leading.flatMap(({ text }) => textPart(text));
  const contents = new Contents();
  // Contents are required, and some models know no other place.
  const inUser = rest.length === 0 || !traits.systemInstruction;
  if (inUser) contents.add('user', system);
  addTurns(mergeTurns(rest), contents, traits, losses);
  // Newer models refuse to go on with their own text.
  if (contents.lastRole === 'model') losses.refuse('prefill');
  return { ...(!inUser && system.length > 0 && { systemInstruction: { parts: system } }), contents: contents.list };
}

/** Contents in the making: neighbours of one role are one content, none is empty. */
class Contents {
  readonly list: { readonly role: string; readonly parts: JsonObject[] }[] = [];

  add(role: 'user' | 'model', parts: readonly JsonObject[]): void {
    const last = this.list.at(-1);
    if (parts.length === 0) return;
    if (last?.role === role) for (const part of parts) last.parts.push(part);
    else this.list.push({ role, parts: [...parts] });
  }

  get lastRole(): string | undefined {
    return this.list.at(-1)?.role;
  }
}

/** Each time the model's turns, then everything up to its next: the results of its calls must come first there. */
function addTurns(turns: readonly NeutralTurn[], contents: Contents, traits: ModelTraits, losses: Losses<NeutralField>): void {
  for (let at = 0; at < turns.length; ) {
    const first = turns[at];
    const said = first?.role === 'assistant' ? first.parts : [];
    if (first?.role === 'assistant') at += 1;
    const rest: NeutralTurn[] = [];
    for (let turn = turns[at]; turn !== undefined && turn.role !== 'assistant'; at += 1, turn = turns[at]) rest.push(turn);
    contents.add('model', modelParts(said, traits));
    contents.add('user', userParts(callsOf(said), rest, traits, losses));
  }
}

function userParts(
  calls: readonly NeutralToolCall[],
  turns: readonly NeutralTurn[],
  traits: ModelTraits,
  losses: Losses<NeutralField>,
): JsonObject[] {
  const results = turns.flatMap((turn) => (turn.role === 'tool' ? turn.results : []));
  const said = turns.flatMap((turn): JsonObject[] => {
    if (turn.role === 'user') return turn.parts.flatMap((part) => (part.kind === 'text' ? textPart(part.text) : encodeMedia(part, losses)));
    // Not hoisted to the beginning: it would mean something else there, and change the prefix that is cached.
    if (turn.role === 'system') return textPart(systemReminder(turn.parts));
    return [];
  });
  return [...encodeResults(calls, results, traits.newest, losses), ...said];
}

function modelParts(parts: readonly NeutralAssistantPart[], traits: ModelTraits): JsonObject[] {
  const encoded: JsonObject[] = [];
  let signedCall = false;
  for (const part of parts) {
    if (part.kind === 'toolCall') {
      const own = ownSignature(part.opaque);
      // Of several calls made at once only the first is signed.
      const signature = own ?? (traits.newest && !signedCall ? noSignature : undefined);
      signedCall ||= own !== undefined;
      encoded.push(callPart(part, signature));
    } else if (part.kind !== 'reasoning') encoded.push(...textPart(part.text));
    else if (part.opaque === undefined || ownSignature(part.opaque) !== undefined)
      addThought(encoded, part.text, ownSignature(part.opaque));
    // What another provider signed no plugin looked at, for it must come back unchanged: it must not become plain text here.
  }
  return encoded;
}

/** A signature without a thought is that of the text before it; or it came in a part of its own, at a stream's end. */
function addThought(encoded: JsonObject[], text: string, signature: string | undefined): void {
  const last = encoded.at(-1);
  if (text !== '') encoded.push({ text, thought: true, ...(signature !== undefined && { thoughtSignature: signature }) });
  else if (signature === undefined) return;
  else if (last !== undefined && isUnsignedText(last)) encoded[encoded.length - 1] = { ...last, thoughtSignature: signature };
  else encoded.push({ text: '', thoughtSignature: signature });
}

function isUnsignedText(part: JsonObject): boolean {
  return part.text !== undefined && part.thought === undefined && part.thoughtSignature === undefined;
}

function callPart({ id, name, arguments: text }: NeutralToolCall, signature: string | undefined): JsonObject {
  const functionCall = { ...(id !== '' && { id }), name, args: argumentsObject(text) };
  return { functionCall, ...(signature !== undefined && { thoughtSignature: signature }) };
}

function textPart(text: string): { readonly text: string }[] {
  return text === '' ? [] : [{ text }];
}
