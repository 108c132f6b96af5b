import type { JsonValue } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';

// Recordings hold bodies as parsed JSON. On the wire a body is a text, and clients of other languages write it otherwise
// than JavaScript does: with spaces, with escapes, over several lines.

/** As Python's `json.dumps` writes it by default. */
export function pythonText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${pythonText(key)}: ${pythonText(member)}`)
      .join(', ')}}`;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A body in one of the ways that it may be written. */
export function written(value: JsonValue, way: number): string {
  if (way % 3 === 0) return JSON.stringify(value);
  return way % 3 === 1 ? pythonText(value) : `${JSON.stringify(value, null, 2)}\n`;
}

/** Whether an answer is server-sent events. */
export function isStream({ response }: Recording): boolean {
  return response.content_type.startsWith('text/event-stream');
}

/** The end of an answer, in formats that have one. */
const lastEvent: Readonly<Record<string, RegExp>> = {
  'anthropic-messages': /"type"\s*:\s*"message_stop"[^\n]*\n\n/,
  'openai-responses': /^event: response\.(?:completed|incomplete|failed)\ndata: [^\n]*\n\n/m,
};

/** Two answers that were recorded as one text: the first. */
function firstAnswer(text: string, api: string): string {
  const end = lastEvent[api]?.exec(text);
  return end === undefined || end === null ? text : text.slice(0, end.index + end[0].length);
}

/** The recorded answer's bytes; `undefined` for what is no text. */
export function answerText({ id, api, response }: Recording): string | undefined {
  const { text, chunks, json } = response;
  if (text !== undefined) return firstAnswer(text, api);
  if (chunks === undefined) return json === undefined ? undefined : written(json, Number.parseInt(id.slice(0, 4), 16));
  const end = api === 'openai-chat' ? 'data: [DONE]\n\n' : '';
  return firstAnswer(chunks.map((data) => framed(data, api)).join(''), api) + end;
}

/** An event whose framing was lost, in the framing of its format. */
function framed(data: string, api: string): string {
  if (api !== 'openai-responses' && api !== 'anthropic-messages') return `data: ${data}\n\n`;
  const { type } = JSON.parse(data) as { readonly type: string };
  return `event: ${type}\ndata: ${data}\n\n`;
}
