import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEvent, NeutralOpaque } from '../../../model/neutral.ts';
import { fieldOf, objectElements } from '../../google-fields.ts';
import { googleUsage } from '../../google-usage.ts';
import type { NeutralReader } from '../../translation.ts';
import { candidateOf, textField } from './candidate.ts';
import { PartialArguments } from './partial-arguments.ts';
import { readSignature } from './signature.ts';
import { readStop } from './stop.ts';

export function streamReader(): NeutralReader {
  return new GoogleReader();
}

/** A call whose arguments are still streamed. */
interface OpenCall {
  readonly id: string;
  readonly name: string;
  opaque: NeutralOpaque | undefined;
  readonly arguments: PartialArguments;
}

/** Reads a stream whose events are whole responses, each with the parts that are new in it. */
class GoogleReader implements NeutralReader {
  #started = false;
  #calls = 0;
  #open: OpenCall | undefined = undefined;
  #finish: JsonValue | undefined = undefined;
  /** The last event that had usage: it counts from the beginning. */
  #usage: JsonObject | undefined = undefined;
  #usageTold = false;

  read(json: JsonValue): readonly NeutralEvent[] {
    if (!isJsonObject(json) || isJsonObject(json.error)) return [];
    const { parts, finishReason } = candidateOf(json);
    const events: NeutralEvent[] = [];
    this.#start(json, events);
    for (const part of parts) this.#part(part, events);
    // Some models say `STOP` in every event, or send usage after it: it is told at the end.
    this.#finish = finishReason ?? this.#finish;
    return events;
  }

  end(): readonly NeutralEvent[] {
    const events: NeutralEvent[] = [];
    this.#close(events);
    this.#tellUsage(events);
    const stop = readStop(this.#finish, this.#calls > 0);
    if (stop !== undefined) events.push({ kind: 'stop', stop });
    return events;
  }

  #start(json: JsonObject, events: NeutralEvent[]): void {
    if (!this.#started) events.push({ kind: 'start', id: textField(json, 'responseId'), model: textField(json, 'modelVersion') });
    this.#started = true;
    if (!hasCounts(json)) return;
    this.#usage = json;
    // Once early, for formats that tell the size of the prompt at their beginning.
    if (!this.#usageTold) this.#tellUsage(events);
  }

  #tellUsage(events: NeutralEvent[]): void {
    const usage = this.#usage === undefined ? undefined : googleUsage(this.#usage);
    if (usage === undefined) return;
    this.#usageTold = true;
    this.#usage = undefined;
    events.push({ kind: 'usage', usage });
  }

  #part(part: JsonObject, events: NeutralEvent[]): void {
    const opaque = readSignature(fieldOf(part, 'thoughtSignature'));
    const call = fieldOf(part, 'functionCall');
    if (isJsonObject(call)) {
      this.#call(call, opaque, events);
      return;
    }
    const text = textField(part, 'text');
    if (text === '' && opaque === undefined) return;
    this.#close(events);
    if (text !== '') events.push({ kind: part.thought === true ? 'reasoning' : 'text', text });
    if (opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque });
  }

  /**
   * A call comes whole; or (Vertex, when asked) begins with its name, goes on with single arguments and ends with an event that
   * does not say that it continues, often an empty one. Told once it is over: its signature may come with any of them.
   */
  #call(call: JsonObject, opaque: NeutralOpaque | undefined, events: NeutralEvent[]): void {
    const name = textField(call, 'name');
    if (name !== '' || (this.#open === undefined && isJsonObject(call.args))) {
      this.#close(events);
      this.#open = { id: textField(call, 'id'), name, opaque: undefined, arguments: new PartialArguments(call.args) };
    }
    const open = this.#open;
    if (open !== undefined) open.opaque ??= opaque;
    else if (opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque });
    for (const [piece] of objectElements(call, 'partialArgs', [])) open?.arguments.add(piece);
    if (fieldOf(call, 'willContinue') !== true) this.#close(events);
  }

  #close(events: NeutralEvent[]): void {
    if (this.#open === undefined) return;
    const { id, name, opaque, arguments: given } = this.#open;
    const call = this.#calls;
    events.push({ kind: 'toolCall', call, id, name, opaque });
    events.push({ kind: 'arguments', call, piece: given.toText() }, { kind: 'partEnd', call });
    this.#calls += 1;
    this.#open = undefined;
  }
}

/** Until the last event Vertex says no more than how the traffic is paid for. */
function hasCounts(json: JsonObject): boolean {
  const usage = fieldOf(json, 'usageMetadata');
  return isJsonObject(usage) && (fieldOf(usage, 'promptTokenCount') ?? fieldOf(usage, 'totalTokenCount')) !== undefined;
}
