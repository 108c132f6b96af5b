import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEvent, NeutralOpaque } from '../../../model/neutral.ts';
import { responsesUsage } from '../../openai-responses-usage.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { argumentsText } from '../../translate/tool-arguments.ts';
import type { NeutralReader } from '../../translation.ts';
import { callIdOf, readContent } from './decode-answer.ts';
import { readCallOpaque, readEncrypted } from './encrypted-content.ts';
import { type ReadItem, ReadItems } from './read-items.ts';
import { betweenParts } from './reasoning-item.ts';
import { readStop } from './stop.ts';

export function streamReader(): NeutralReader {
  return new ResponsesReader();
}

/** Of an answer that came to its end; one that failed has none. */
const lastEvents: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete']);

/**
 * Reads a provider's stream of Responses. Everything comes twice or three times: in pieces, as a whole part, as a whole item,
 * in the last event. What was given in pieces is not given again, and what never was, is.
 */
class ResponsesReader implements NeutralReader {
  readonly #items = new ReadItems();
  #started = false;
  #calls = 0;
  /** What the last text, reasoning or arguments belonged to. */
  #current: ReadItem | undefined;
  #callOpaque: NeutralOpaque | undefined;

  read(json: JsonValue, name: string | undefined): readonly NeutralEvent[] {
    if (!isJsonObject(json)) return [];
    const into: NeutralEvent[] = [];
    const type = textOf(json.type) || (name ?? '');
    if (isJsonObject(json.response)) this.#lifecycle(type, json.response, into);
    else if (lastEvents.has(type)) this.#lifecycle(type, {}, into);
    else if (type.startsWith('response.')) this.#itemEvent(type, json, into);
    return into;
  }

  end(): readonly NeutralEvent[] {
    return [];
  }

  #lifecycle(type: string, response: JsonObject, into: NeutralEvent[]): void {
    this.#start(response, into);
    const isOver = lastEvents.has(type);
    if (isOver) for (const [index, item] of objectsIn(response.output).entries()) this.#lateItem(item, index, into);
    const usage = responsesUsage(response);
    if (usage !== undefined) into.push({ kind: 'usage', usage });
    if (!isOver) return;
    const stop = readStop({ ...response, status: response.status ?? type.slice('response.'.length) }, this.#calls > 0);
    if (stop !== undefined) into.push({ kind: 'stop', stop });
  }

  #start(response: JsonObject, into: NeutralEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    into.push({ kind: 'start', id: textOf(response.id), model: textOf(response.model) });
  }

  #itemEvent(type: string, json: JsonObject, into: NeutralEvent[]): void {
    this.#start({}, into);
    switch (type) {
      case 'response.output_item.added':
        if (isJsonObject(json.item)) this.#added(this.#items.add(json, json.item), json.item, into);
        return;
      case 'response.output_item.done':
        if (isJsonObject(json.item)) this.#done(this.#items.at(json, json.item), json.item, into);
        return;
      case 'response.output_text.delta':
        this.#piece(this.#items.at(json), 'text', json.content_index, textOf(json.delta), into);
        return;
      case 'response.refusal.delta':
        this.#piece(this.#items.at(json), 'refusal', json.content_index, textOf(json.delta), into);
        return;
      case 'response.reasoning_summary_text.delta':
        this.#reasoning(this.#items.at(json), 'summary', json.summary_index, textOf(json.delta), into);
        return;
      case 'response.reasoning_text.delta':
        this.#reasoning(this.#items.at(json), 'content', json.content_index, textOf(json.delta), into);
        return;
      case 'response.function_call_arguments.delta':
        this.#argumentsDelta(this.#items.at(json), textOf(json.delta), into);
    }
  }

  #added(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    if (given.type === 'function_call') this.#announce(item, given, into);
  }

  /** A call without a name is announced when its name is known. */
  #announce(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    const name = textOf(given.name);
    if (item.call !== undefined || name === '') return;
    item.kind = 'call';
    item.call = this.#calls;
    this.#calls += 1;
    into.push({ kind: 'toolCall', call: item.call, id: callIdOf(given), name, opaque: this.#callOpaque });
    this.#callOpaque = undefined;
    this.#current = item;
  }

  /** Nothing more belongs to a call that is over: it may be running. */
  #argumentsDelta(item: ReadItem, piece: string, into: NeutralEvent[]): void {
    if (!item.done) this.#arguments(item, piece, into);
  }

  #arguments(item: ReadItem, piece: string, into: NeutralEvent[]): void {
    if (item.call === undefined || piece === '') return;
    item.argumentsLength += piece.length;
    into.push({ kind: 'arguments', call: item.call, piece });
    this.#current = item;
  }

  #piece(item: ReadItem, kind: 'text' | 'refusal', index: JsonValue | undefined, text: string, into: NeutralEvent[]): void {
    if (text === '') return;
    const isNew = item.count(index, text.length);
    if (isNew && this.#current?.kind === 'message') into.push({ kind: 'partEnd' });
    item.kind = 'message';
    into.push({ kind, text });
    this.#current = item;
  }

  /** An item that tells its reasoning and a summary of it is read once: the one that comes first. */
  #reasoning(item: ReadItem, field: 'summary' | 'content', index: JsonValue | undefined, text: string, into: NeutralEvent[]): void {
    if (text === '' || (item.field !== undefined && item.field !== field)) return;
    item.field = field;
    const isNew = item.count(index, text.length);
    const goesOn = this.#current === item;
    if (isNew && !goesOn && this.#current?.kind === 'reasoning') into.push({ kind: 'partEnd' });
    item.kind = 'reasoning';
    into.push({ kind: 'reasoning', text: isNew && goesOn ? betweenParts + text : text });
    this.#current = item;
  }

  /** What the pieces did not say; then the item is over. */
  #done(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    if (item.done) return;
    item.done = true;
    const carried = readCallOpaque(given);
    if (carried !== undefined) this.#callOpaque = carried;
    else if (given.type === 'message') this.#restOfMessage(item, given, into);
    else if (given.type === 'reasoning') this.#restOfReasoning(item, given, into);
    else if (given.type === 'function_call') this.#restOfCall(item, given, into);
    if (item.call !== undefined) into.push({ kind: 'partEnd', call: item.call });
    else if (this.#current === item) into.push({ kind: 'partEnd' });
    if (this.#current === item) this.#current = undefined;
  }

  #restOfMessage(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    for (const [order, { kind, text }] of readContent(given).entries()) {
      const { index, length } = item.partAt(order);
      this.#piece(item, kind, index, text.slice(length), into);
    }
  }

  #restOfReasoning(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    const said = (field: 'summary' | 'content'): string[] =>
      objectsIn(given[field])
        .map((part) => textOf(part.text))
        .filter(Boolean);
    const field = item.field ?? (said('content').length > 0 ? 'content' : 'summary');
    for (const [order, text] of said(field).entries()) {
      const { index, length } = item.partAt(order);
      this.#reasoning(item, field, index, text.slice(length), into);
    }
    const opaque = readEncrypted(given);
    if (opaque === undefined) return;
    if (this.#current !== item && this.#current?.kind === 'reasoning') into.push({ kind: 'partEnd' });
    item.kind = 'reasoning';
    into.push({ kind: 'reasoningOpaque', opaque });
    this.#current = item;
  }

  #restOfCall(item: ReadItem, given: JsonObject, into: NeutralEvent[]): void {
    this.#announce(item, given, into);
    this.#arguments(item, argumentsText(given.arguments).slice(item.argumentsLength), into);
  }

  /** An item of the last event that had no end of its own. */
  #lateItem(given: JsonObject, index: number, into: NeutralEvent[]): void {
    const item = this.#items.known(given, index);
    if (item !== undefined) this.#done(item, given, into);
  }
}
