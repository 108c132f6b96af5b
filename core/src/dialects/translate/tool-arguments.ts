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
    return undefined; // no JSON, or nested deeper than the stack is
  }
}

/** Whether no more can come of streamed arguments: the beginning of an object does not parse. */
export function isWholeObject(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}
