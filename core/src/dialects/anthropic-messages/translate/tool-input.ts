import { parseExact } from '../../../json/exact.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';

/**
 * Arguments as the object that Messages takes; numbers keep their digits. What a model wrote that is no JSON object goes on
 * as a text in one: an error here would end the conversation for good.
 */
export function toolInput(written: string): JsonObject {
  const text = written.trim();
  if (text === '') return {};
  const value = text.startsWith('{') ? parsed(text) : undefined;
  return isJsonObject(value) ? value : { _raw: written };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined; // no JSON, or nested deeper than the stack is
  }
}

/** An input as JSON text; `{}` where there is none. Some servers stream what they should have parsed. */
export function argumentsText(input: JsonValue | undefined): string {
  if (typeof input === 'string') return input.trim() === '' ? '{}' : input;
  return isJsonObject(input) ? JSON.stringify(input) : '{}';
}
