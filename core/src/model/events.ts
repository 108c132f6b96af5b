import type { TextScope } from './call.ts';
import type { JsonPath, JsonValue } from './json.ts';

/** One piece of streamed text. Pieces with the same `channel` are one text, in order. */
export interface EventText {
  /** Which text this piece continues, e.g. `0:content` or `0:tool:1`. */
  readonly channel: string;
  readonly scope: TextScope;
  readonly path: JsonPath;
  readonly text: string;
  /** The pieces of this channel together are JSON (streamed tool arguments): edit only inside its string values. */
  readonly json?: boolean;
}

/** One event of a streamed answer. Parsing is lazy: an event that nobody looks at costs nothing. */
export interface StreamEvent {
  /** The whole frame as it goes over the wire, blank line included. */
  readonly raw: string;
  /** The SSE event name, if the frame has one. */
  readonly name: string | undefined;
  /** The joined `data:` payload. */
  readonly data: string;
  /** `data` parsed; `undefined` when it is not JSON (`[DONE]`, comments). */
  readonly json: JsonValue | undefined;
  texts(): readonly EventText[];
  /** This event with its texts replaced; the rest of the frame stays byte-exact. */
  withTexts(edit: (text: EventText) => string): StreamEvent;
}
