import { parseExact } from '../../../json/exact.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';

// A tool's result is an object here and a text everywhere else. Google's documentation calls its members `output` and `error`;
// clients also write `result`, or `content` beside the tool's `name` (AI SDK, ruby_llm).

export interface ToolResponse {
  readonly text: string;
  readonly isError: boolean;
}

/** What a response of the tool of this name says. */
export function readToolResponse(response: JsonValue | undefined, tool: string): ToolResponse {
  if (!isJsonObject(response)) return { text: textOf(response), isError: false };
  const named = response.name === tool && (response.content !== undefined || response.error !== undefined);
  const [only, ...others] = Object.keys(response).filter((key) => !named || key !== 'name');
  if (only === undefined) return { text: '', isError: false };
  if (others.length > 0) return { text: JSON.stringify(response), isError: false };
  if (only === 'error') return { text: textOf(response.error), isError: true };
  const whole = only === 'result' || only === 'output' || (only === 'content' && named);
  return { text: whole ? textOf(response[only]) : JSON.stringify(response), isError: false };
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** A text that is an object goes as one, so that the model reads no JSON within JSON. */
export function writeToolResponse(text: string, isError: boolean): JsonObject {
  if (isError) return { error: text };
  return objectIn(text) ?? { result: text };
}

function objectIn(text: string): JsonObject | undefined {
  // `{"$ref": …}` in a response means one of its media parts (AI SDK, convert-to-google-messages): a schema must stay a text.
  if (!/^\s*\{/.test(text) || text.includes('"$ref"')) return undefined;
  try {
    const value = parseExact(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A call's arguments as an object, their numbers as the model wrote them. Never a failure: the model wrote what it wrote. */
export function argumentsObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const value = /^\s*\{/.test(text) ? parseExact(text) : undefined;
    if (isJsonObject(value)) return value;
  } catch {
    // not JSON: below
  }
  return { _raw: text };
}
