import { parseExact } from '../../json/exact.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { jsonText } from './lenient.ts';

// Arguments of tool calls: an object in some formats, JSON text in others and in the middle. A model wrote them: they may be
// anything.

/** Arguments, or a piece of them, as text. Some servers write an object where others write JSON text, or nothing. */
export function argumentsPiece(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? jsonText(value) : '';
}

/** Whole arguments as JSON text of an object: `{}` where there are none. */
export function argumentsText(value: JsonValue | undefined): string {
  const text = argumentsPiece(value);
  return text.trim() === '' ? '{}' : text;
}

/**
 * Arguments as the object that a format takes; numbers keep their digits. What is no JSON object goes on as a text in one: an
 * error here would end the conversation for good.
 */
export function argumentsObject(written: string): JsonObject {
  return written.trim() === '' ? {} : (objectIn(written) ?? { _raw: written });
}

/** The object that a text holds and nothing else, its numbers as they stand. */
export function objectIn(written: string): JsonObject | undefined {
  const text = written.trim();
  if (!text.startsWith('{')) return undefined;
  try {
    const value = parseExact(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // no JSON, or nested too deep
  }
}

/**
 * How far streamed arguments have come. Brackets are counted as they come: to parse what is there so far at each event would
 * take the square of its length. Begun JSON is never whole (vercel/ai 45b3d76).
 */
export class ArgumentsProgress {
  #place: 'before' | 'between' | 'string' | 'escape' | 'after' | 'no object' = 'before';
  #depth = 0;

  /** Whether they are an object, and no more can come of it. */
  get whole(): boolean {
    return this.#place === 'after';
  }

  add(piece: string): void {
    for (let at = 0; at < piece.length && this.#place !== 'no object'; at += 1) this.#read(piece[at] as string);
  }

  #read(char: string): void {
    if (this.#place === 'escape') this.#place = 'string';
    else if (this.#place === 'string') {
      if (char === '"') this.#place = 'between';
      else if (char === '\\') this.#place = 'escape';
    } else if (this.#place === 'between') this.#readBetween(char);
    else if (this.#place === 'before' && char === '{') {
      this.#place = 'between';
      this.#depth = 1;
    } else if (char.trim() !== '') this.#place = 'no object';
  }

  #readBetween(char: string): void {
    if (char === '"') this.#place = 'string';
    else if (char === '{' || char === '[') this.#depth += 1;
    else if (char === '}' || char === ']') this.#depth -= 1;
    if (this.#depth === 0) this.#place = char === '}' ? 'after' : 'no object';
  }
}
