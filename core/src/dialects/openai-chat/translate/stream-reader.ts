import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAssistantPart, NeutralEvent, NeutralOpaque } from '../../../model/neutral.ts';
import { openaiUsage } from '../../openai-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import type { NeutralReader } from '../../translation.ts';
import { hasFinishReason } from '../finish.ts';
import { readContent } from './decode-answer.ts';
import { readSignature } from './google-signature.ts';
import { readReasoning } from './reasoning.ts';
import { readStop } from './stop.ts';
import { StreamCalls } from './stream-calls.ts';

export function streamReader(): NeutralReader {
  return new ChatReader();
}

/**
 * Reads chunks. All choices are one: more than one was refused, and some gateways number them by content block
 * (BerriAI/litellm#12666). The finish reason is told at the end, for not every server says it last.
 */
class ChatReader implements NeutralReader {
  readonly #calls = new StreamCalls();
  #started = false;
  #finish: string | undefined = undefined;

  read(json: JsonValue): NeutralEvent[] {
    if (!isJsonObject(json)) return [];
    const events: NeutralEvent[] = [];
    const choices = objectsIn(json.choices);
    if (!this.#started) this.#start(json, choices.length > 0, events);
    for (const choice of choices) {
      if (isJsonObject(choice.delta)) this.#delta(choice.delta, events);
      if (hasFinishReason(choice)) this.#finish = String(choice.finish_reason);
    }
    const usage = openaiUsage(json);
    if (usage !== undefined) events.push({ kind: 'usage', usage });
    return events;
  }

  end(): NeutralEvent[] {
    const stop = readStop(this.#finish, this.#calls.any);
    return stop === undefined ? [] : [{ kind: 'stop', stop }];
  }

  /** Azure's first chunk is about the prompt alone: no choice, no id. */
  #start(json: JsonObject, hasChoice: boolean, events: NeutralEvent[]): void {
    const id = textOf(json.id);
    const model = textOf(json.model);
    if (id === '' && model === '' && !hasChoice) return;
    this.#started = true;
    events.push({ kind: 'start', id, model });
  }

  /** In the order in which models write, whatever the order of the keys. */
  #delta(delta: JsonObject, events: NeutralEvent[]): void {
    if (hasReasoning(delta)) for (const part of readReasoning(delta)) push(part, events);
    const { content } = delta;
    if (typeof content === 'string') {
      if (content !== '') events.push({ kind: 'text', text: content });
    } else if (content !== undefined && content !== null) for (const part of readContent(content)) push(part, events);
    if (isJsonObject(delta.audio)) push({ kind: 'text', text: textOf(delta.audio.transcript) }, events);
    if (typeof delta.refusal === 'string' && delta.refusal !== '') events.push({ kind: 'refusal', text: delta.refusal });
    const calls = delta.tool_calls === undefined && delta.function_call === undefined ? [] : this.#calls.read(delta);
    const signature = readSignature(delta);
    if (signature !== undefined) signCall(calls, signature, events);
    for (const event of calls) events.push(event);
  }
}

function hasReasoning(delta: JsonObject): boolean {
  return delta.reasoning_content !== undefined || delta.reasoning !== undefined || delta.reasoning_details !== undefined;
}

function push(part: NeutralAssistantPart, events: NeutralEvent[]): void {
  if (part.kind === 'toolCall') return;
  if (part.text !== '') events.push({ kind: part.kind, text: part.text });
  if (part.kind === 'reasoning' && part.opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque: part.opaque });
}

/** A signature on the delta is that of its first call, if that has none; else it stands for itself. */
function signCall(calls: NeutralEvent[], opaque: NeutralOpaque, events: NeutralEvent[]): void {
  const at = calls.findIndex((event) => event.kind === 'toolCall');
  const call = calls[at];
  if (call?.kind === 'toolCall' && call.opaque === undefined) calls[at] = { ...call, opaque };
  else events.push({ kind: 'reasoningOpaque', opaque });
}
