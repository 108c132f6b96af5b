import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEvent } from '../../../model/neutral.ts';
import { objectsIn, textOf } from '../../translate/lenient.ts';
import { ArgumentsProgress, argumentsPiece } from '../../translate/tool-arguments.ts';
import { readSignature } from './google-signature.ts';

/** A call as far as it has come. */
interface Call {
  /** Its number in the answer; `undefined` while its name is not known. */
  number: number | undefined;
  id: string;
  name: string;
  /** Pieces that came before the name. */
  held: string;
  /** How far its arguments have come; kept for calls without an id only, to tell a next one from more of the same. */
  readonly written: ArgumentsProgress;
}

/**
 * Calls of a stream, by the rules of OpenAI and the habits of the others: told apart by `index`, id and name on the first
 * piece alone; some leave the index out, use one index for several calls (each with its id), or send a call as a whole.
 */
export class StreamCalls {
  readonly #calls = new Map<string, Call>();
  #numbers = 0;

  get any(): boolean {
    return this.#numbers > 0;
  }

  /** Events of a delta's calls. */
  read(delta: JsonObject): NeutralEvent[] {
    const events: NeutralEvent[] = [];
    for (const [position, piece] of objectsIn(delta.tool_calls).entries()) {
      const key = Number.isSafeInteger(piece.index) ? String(piece.index) : `at ${position}`;
      this.#piece(key, piece, piece.function, events);
    }
    if (isJsonObject(delta.function_call)) this.#piece('function_call', {}, delta.function_call, events);
    return events;
  }

  #piece(key: string, piece: JsonObject, called: JsonValue | undefined, events: NeutralEvent[]): void {
    const id = textOf(piece.id);
    const name = isJsonObject(called) ? textOf(called.name) : '';
    const text = isJsonObject(called) ? argumentsPiece(called.arguments) : '';
    let call = this.#calls.get(key);
    if (call === undefined || isAnother(call, id, name, text)) {
      if (id === '' && name === '' && text === '') return; // every field there is, empty
      call = { number: undefined, id, name: '', held: '', written: new ArgumentsProgress() };
      this.#calls.set(key, call);
    }
    if (call.number === undefined && id !== '') call.id = id;
    if (call.number === undefined) call.held += text;
    else if (text !== '') events.push({ kind: 'arguments', call: call.number, piece: text });
    if (call.id === '') call.written.add(text);
    const opaque = readSignature(piece);
    if (call.number === undefined && name !== '') this.#begin(call, name, opaque, events);
    else if (opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque }); // too late for the call
  }

  #begin(call: Call, name: string, opaque: ReturnType<typeof readSignature>, events: NeutralEvent[]): void {
    const number = this.#numbers;
    this.#numbers += 1;
    call.number = number;
    call.name = name;
    events.push({ kind: 'toolCall', call: number, id: call.id, name, opaque });
    if (call.held !== '') events.push({ kind: 'arguments', call: number, piece: call.held });
    call.held = '';
  }
}

/** Whether a piece with the key of a call begins another one: it has another id, or, without ids, comes whole after a whole one. */
function isAnother(call: Call, id: string, name: string, text: string): boolean {
  if (id !== '') return call.id !== '' && call.id !== id;
  return name !== '' && text !== '' && call.id === '' && call.name !== '' && call.written.whole;
}
