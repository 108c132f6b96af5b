import {
  argumentsPiece,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type NeutralEvent,
  type NeutralReader,
  textOf,
} from '@express-ai-gateway/core/provider';
import { isClientsTool } from './decode-answer.ts';
import { objectOf } from './object-of.ts';
import { redactedOpaque, signatureOpaque } from './reasoning.ts';
import { readStop } from './stop.ts';
import { converseUsage } from './usage.ts';

export function streamReader(): NeutralReader {
  return new ConverseReader();
}

/** A call as far as it has come; `undefined` for those of AWS's own tools, whose pieces are nobody's. */
interface Call {
  /** Its number among the calls: blocks are counted together with texts. */
  readonly number: number;
  written: boolean;
}

/** Reads events, told apart by their names. Only calls have a `contentBlockStart`; texts begin with their first piece. */
class ConverseReader implements NeutralReader {
  readonly #calls = new Map<number, Call | undefined>();
  #count = 0;
  #started = false;
  /** Of the open reasoning: what it may come in pieces of, put together. */
  #signature = '';
  #redacted = '';
  #stopped = false;

  read(json: JsonValue, name: string | undefined): NeutralEvent[] {
    if (!isJsonObject(json)) return [];
    const events: NeutralEvent[] = [];
    if (!this.#started && name !== 'metadata') this.#start(events);
    switch (name) {
      case 'contentBlockStart':
        this.#blockStart(json, events);
        break;
      case 'contentBlockDelta':
        this.#delta(objectOf(json.delta), indexOf(json), events);
        break;
      case 'contentBlockStop':
        this.#blockStop(indexOf(json), events);
        break;
      case 'messageStop':
        this.#stop(json, events);
        break;
      case 'metadata': {
        const usage = converseUsage(json);
        if (usage !== undefined) events.push({ kind: 'usage', usage });
      }
    }
    return events;
  }

  end(): NeutralEvent[] {
    const events: NeutralEvent[] = [];
    this.#stop({}, events);
    return events;
  }

  #start(events: NeutralEvent[]): void {
    this.#started = true;
    events.push({ kind: 'start', id: '', model: '' });
  }

  #blockStart(json: JsonObject, events: NeutralEvent[]): void {
    const { toolUse } = objectOf(json.start);
    if (!isJsonObject(toolUse)) return;
    if (!isClientsTool(toolUse)) {
      this.#calls.set(indexOf(json), undefined);
      return;
    }
    const call = this.#count;
    this.#count += 1;
    this.#calls.set(indexOf(json), { number: call, written: false });
    events.push({ kind: 'toolCall', call, id: textOf(toolUse.toolUseId), name: textOf(toolUse.name), opaque: undefined });
  }

  #delta(delta: JsonObject, index: number, events: NeutralEvent[]): void {
    const text = textOf(delta.text);
    if (text !== '') events.push({ kind: 'text', text });
    if (isJsonObject(delta.toolUse)) this.#argumentsPiece(delta.toolUse.input, index, events);
    if (!isJsonObject(delta.reasoningContent)) return;
    const reasoning = delta.reasoningContent;
    if (textOf(reasoning.text) !== '') events.push({ kind: 'reasoning', text: textOf(reasoning.text) });
    this.#signature += textOf(reasoning.signature);
    this.#redacted = joinBase64(this.#redacted, textOf(reasoning.redactedContent));
  }

  #argumentsPiece(input: JsonValue | undefined, index: number, events: NeutralEvent[]): void {
    const call = this.#calls.get(index);
    const piece = argumentsPiece(input);
    if (call === undefined || piece === '') return;
    call.written = true;
    events.push({ kind: 'arguments', call: call.number, piece });
  }

  /** A call without any piece has no arguments; clients parse what they get. */
  #blockStop(index: number, events: NeutralEvent[]): void {
    this.#flushReasoning(events);
    const call = this.#calls.get(index);
    if (call !== undefined && !call.written) events.push({ kind: 'arguments', call: call.number, piece: '{}' });
    this.#calls.delete(index);
    events.push(call === undefined ? { kind: 'partEnd' } : { kind: 'partEnd', call: call.number });
  }

  #flushReasoning(events: NeutralEvent[]): void {
    const opaque = redactedOpaque(this.#redacted) ?? signatureOpaque(this.#signature);
    this.#signature = '';
    this.#redacted = '';
    if (opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque });
  }

  /** Usage follows in `metadata`. */
  #stop(message: JsonObject, events: NeutralEvent[]): void {
    this.#flushReasoning(events);
    const stop = readStop(message, this.#count > 0);
    if (this.#stopped || stop === undefined) return;
    this.#stopped = true;
    events.push({ kind: 'stop', stop });
  }
}

/** Each piece has padding of its own. */
function joinBase64(before: string, piece: string): string {
  if (before === '' || piece === '') return before + piece;
  return Buffer.concat([Buffer.from(before, 'base64'), Buffer.from(piece, 'base64')]).toString('base64');
}

function indexOf(json: JsonObject): number {
  return typeof json.contentBlockIndex === 'number' ? json.contentBlockIndex : 0;
}
