import { JsonDocument } from '../json/document.ts';
import type { EventText, StreamEvent } from '../model/events.ts';
import type { JsonValue } from '../model/json.ts';
import type { StreamDialect } from './dialect.ts';
import { FrameSplitter, frameFields, frameWithData } from './sse.ts';

/** An event over its raw frame: nothing is parsed until somebody asks. */
export class SseEvent implements StreamEvent {
  readonly raw: string;
  readonly #dialect: StreamDialect;
  #fields: { readonly name: string | undefined; readonly data: string } | undefined;
  #json: JsonValue | undefined;
  #parsed = false;

  constructor(raw: string, dialect: StreamDialect) {
    this.raw = raw;
    this.#dialect = dialect;
  }

  get name(): string | undefined {
    return this.#read().name;
  }

  get data(): string {
    return this.#read().data;
  }

  get json(): JsonValue | undefined {
    if (!this.#parsed) {
      this.#parsed = true;
      try {
        this.#json = JSON.parse(this.data) as JsonValue;
      } catch {
        this.#json = undefined; // [DONE], a comment
      }
    }
    return this.#json;
  }

  texts(): readonly EventText[] {
    return this.json === undefined ? [] : this.#dialect.texts(this.json);
  }

  withTexts(edit: (text: EventText) => string): SseEvent {
    let document: JsonDocument | undefined;
    for (const piece of this.texts()) {
      const edited = edit(piece);
      if (edited === piece.text) continue;
      document ??= JsonDocument.lenient(this.data);
      document.replaceString(piece.path, edited);
    }
    return document === undefined ? this : this.#withData(document.toText());
  }

  /** An event that goes on with one of this one's texts: no other text, and nothing that is said only once. */
  continued(channel: string, text: string): SseEvent {
    const document = JsonDocument.lenient(this.data);
    for (const path of this.#dialect.saidOnce(document.value)) document.removeKey(path);
    let rest = text;
    for (const piece of this.texts()) {
      document.replaceString(piece.path, piece.channel === channel ? rest : '');
      if (piece.channel === channel) rest = '';
    }
    return this.#withData(document.toText());
  }

  #read(): { readonly name: string | undefined; readonly data: string } {
    this.#fields ??= frameFields(this.raw);
    return this.#fields;
  }

  #withData(data: string): SseEvent {
    return new SseEvent(frameWithData(this.raw, data), this.#dialect);
  }
}

/** The events of a region of whole frames. */
export function eventsOf(region: Buffer, dialect: StreamDialect): StreamEvent[] {
  const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
  const events: StreamEvent[] = [];
  const whole = splitter.push(region);
  for (let start = 0; whole && start < splitter.text.length; ) {
    const end = splitter.frameEnd(start);
    events.push(new SseEvent(splitter.bytes.toString('utf8', start, end), dialect));
    start = end;
  }
  // The last event of a stream may lack its blank line.
  const rest = splitter.rest();
  if (rest.length > 0) events.push(new SseEvent(rest.toString('utf8'), dialect));
  return events;
}
