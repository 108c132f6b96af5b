import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEvent } from '../../../model/neutral.ts';
import { anthropicUsage, laterUsage } from '../../anthropic-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import type { NeutralReader } from '../../translation.ts';
import { readBlock } from './decode-answer.ts';
import { readStop } from './stop.ts';
import { readSignature } from './thinking.ts';

export function streamReader(): NeutralReader {
  return new MessagesReader();
}

/** A call as far as it has come. */
interface Call {
  /** Its number among the calls: blocks are counted together with texts (BerriAI/litellm#5231). */
  readonly number: number;
  /** What the block began with: `{}`, or all of it on servers that do not stream arguments. */
  readonly input: string;
  written: boolean;
}

/** Reads events. Deltas are taken by their own kind, whatever their block began as (BerriAI/litellm#33224). */
class MessagesReader implements NeutralReader {
  readonly #calls = new Map<number, Call>();
  #count = 0;
  #started = false;
  /** Of the open thinking: it comes in one piece, and the last one counts. */
  #signature = '';
  #usage: JsonObject = {};
  #stopped = false;

  read(json: JsonValue): NeutralEvent[] {
    if (!isJsonObject(json)) return [];
    const events: NeutralEvent[] = [];
    switch (json.type) {
      case 'message_start':
        this.#start(json.message, events);
        break;
      case 'content_block_start':
        if (isJsonObject(json.content_block)) this.#blockStart(json.content_block, indexOf(json), events);
        break;
      case 'content_block_delta':
        if (isJsonObject(json.delta)) this.#delta(json.delta, indexOf(json), events);
        break;
      case 'content_block_stop':
        this.#blockStop(indexOf(json), events);
        break;
      case 'message_delta':
        this.#messageDelta(json, events);
        break;
    }
    return events;
  }

  end(): NeutralEvent[] {
    const events: NeutralEvent[] = [];
    this.#flushSignature(events);
    this.#stop(undefined, undefined, events);
    return events;
  }

  /** Some servers begin twice (a retry of their own), or with content. */
  #start(message: JsonValue | undefined, events: NeutralEvent[]): void {
    if (!isJsonObject(message)) return;
    if (!this.#started) events.push({ kind: 'start', id: textOf(message.id), model: textOf(message.model) });
    this.#started = true;
    this.#noteUsage(message.usage, events);
    for (const block of objectsIn(message.content)) this.#wholeBlock(block, events);
  }

  #blockStart(block: JsonObject, index: number, events: NeutralEvent[]): void {
    this.#flushSignature(events);
    if (block.type === 'tool_use') this.#call(block, index, events);
    else if (block.type === 'thinking') this.#thinking(block, events);
    else this.#wholeBlock(block, events);
  }

  #thinking(block: JsonObject, events: NeutralEvent[]): void {
    const text = textOf(block.thinking);
    if (text !== '') events.push({ kind: 'reasoning', text });
    this.#signature = textOf(block.signature);
  }

  #call(block: JsonObject, index: number, events: NeutralEvent[]): void {
    const name = textOf(block.name);
    if (name === '') return;
    const call = { number: this.#count, input: argumentsText(block.input), written: false };
    this.#count += 1;
    this.#calls.set(index, call);
    events.push({ kind: 'toolCall', call: call.number, id: textOf(block.id), name, opaque: undefined });
  }

  /** A text, redacted thinking: what a block begins with may be all of it. */
  #wholeBlock(block: JsonObject, events: NeutralEvent[]): void {
    for (const part of readBlock(block)) {
      switch (part.kind) {
        case 'text':
        case 'refusal':
          events.push({ kind: part.kind, text: part.text });
          break;
        case 'reasoning':
          if (part.text !== '') events.push({ kind: 'reasoning', text: part.text });
          if (part.opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque: part.opaque });
          break;
        case 'toolCall': {
          const call = this.#count;
          this.#count += 1;
          events.push({ kind: 'toolCall', call, id: part.id, name: part.name, opaque: undefined });
          events.push({ kind: 'arguments', call, piece: part.arguments });
          events.push({ kind: 'partEnd', call });
        }
      }
    }
  }

  #delta(delta: JsonObject, index: number, events: NeutralEvent[]): void {
    switch (delta.type) {
      case 'text_delta':
        if (textOf(delta.text) !== '') events.push({ kind: 'text', text: textOf(delta.text) });
        break;
      case 'thinking_delta':
        if (textOf(delta.thinking) !== '') events.push({ kind: 'reasoning', text: textOf(delta.thinking) });
        break;
      case 'signature_delta':
        this.#signature = textOf(delta.signature);
        break;
      case 'input_json_delta': {
        const call = this.#calls.get(index);
        const piece = textOf(delta.partial_json);
        if (call === undefined || piece === '') break;
        call.written = true;
        events.push({ kind: 'arguments', call: call.number, piece });
      }
    }
  }

  #blockStop(index: number, events: NeutralEvent[]): void {
    this.#flushSignature(events);
    const call = this.#calls.get(index);
    if (call !== undefined && !call.written) events.push({ kind: 'arguments', call: call.number, piece: call.input });
    this.#calls.delete(index);
    events.push(call === undefined ? { kind: 'partEnd' } : { kind: 'partEnd', call: call.number });
  }

  #flushSignature(events: NeutralEvent[]): void {
    const opaque = readSignature(this.#signature);
    this.#signature = '';
    if (opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque });
  }

  #messageDelta(json: JsonObject, events: NeutralEvent[]): void {
    this.#flushSignature(events);
    this.#noteUsage(json.usage, events);
    const { delta } = json;
    if (isJsonObject(delta) && textOf(delta.stop_reason) !== '') this.#stop(delta.stop_reason, delta.stop_sequence, events);
  }

  #stop(reason: JsonValue | undefined, sequence: JsonValue | undefined, events: NeutralEvent[]): void {
    const stop = this.#stopped ? undefined : readStop(reason, sequence, this.#count > 0);
    if (stop === undefined) return;
    this.#stopped = true;
    events.push({ kind: 'stop', stop });
  }

  #noteUsage(said: JsonValue | undefined, events: NeutralEvent[]): void {
    if (!isJsonObject(said)) return;
    this.#usage = laterUsage(this.#usage, said);
    const usage = anthropicUsage({ usage: this.#usage });
    if (usage !== undefined) events.push({ kind: 'usage', usage });
  }
}

/** A block's own number. Where it is missing, one block is open at a time. */
function indexOf(json: JsonObject): number {
  return typeof json.index === 'number' ? json.index : -1;
}
