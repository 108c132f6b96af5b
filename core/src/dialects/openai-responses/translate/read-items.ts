import type { JsonObject, JsonValue } from '../../../model/json.ts';

/** A part of an item that was given in pieces: how much of it. */
export interface ReadPart {
  readonly index: JsonValue | undefined;
  length: number;
}

/** How much of an item was read so far. */
export class ReadItem {
  kind: 'message' | 'reasoning' | 'call' | undefined;
  /** The call's number, once it is announced. */
  call: number | undefined;
  argumentsLength = 0;
  /** Where its reasoning is read from. */
  field: 'summary' | 'content' | undefined;
  done = false;
  readonly #parts: ReadPart[] = [];
  readonly #byIndex = new Map<JsonValue | undefined, ReadPart>();

  /** Counts a piece of the part with this index; whether it is the part's first. */
  count(index: JsonValue | undefined, length: number): boolean {
    const known = this.#byIndex.get(index);
    if (known !== undefined) {
      known.length += length;
      return false;
    }
    const part: ReadPart = { index, length };
    this.#byIndex.set(index, part);
    this.#parts.push(part);
    return true;
  }

  /**
   * The part that stands at this place of the whole item. By order and not by index: vLLM begins a message's indexes where
   * those of the reasoning before it ended.
   */
  partAt(order: number): ReadPart {
    return this.#parts[order] ?? { index: `whole ${order}`, length: 0 };
  }
}

/** Items by `output_index`; by their id where a server leaves that out (ids may change from event to event: Copilot). */
export class ReadItems {
  readonly #byIndex = new Map<number, ReadItem>();
  readonly #byId = new Map<string, ReadItem>();
  #last: ReadItem | undefined;
  /** No item came before the last event. */
  #wholeOnly = false;

  /** An item that begins. */
  add(event: JsonObject, given: JsonObject): ReadItem {
    const item = new ReadItem();
    if (typeof event.output_index === 'number') this.#byIndex.set(event.output_index, item);
    if (typeof given.id === 'string') this.#byId.set(given.id, item);
    this.#last = item;
    return item;
  }

  /** The item that an event is about; one that nobody announced begins with it. */
  at(event: JsonObject, given: JsonObject = {}): ReadItem {
    const index = event.output_index;
    const id = event.item_id ?? given.id;
    if (typeof index === 'number') return this.#byIndex.get(index) ?? this.add(event, { id: id ?? null });
    if (typeof id === 'string') return this.#byId.get(id) ?? this.add(event, { id });
    return this.#last ?? this.add(event, {});
  }

  /**
   * The item that stands at this place of the whole answer. `undefined` where it cannot be told from those that were read:
   * better nothing than the same text twice.
   */
  known(given: JsonObject, index: number): ReadItem | undefined {
    const byId = typeof given.id === 'string' ? this.#byId.get(given.id) : undefined;
    if (byId !== undefined) return byId;
    if (this.#last === undefined) this.#wholeOnly = true;
    return this.#wholeOnly ? this.add({ output_index: index }, given) : this.#byIndex.get(index);
  }
}
