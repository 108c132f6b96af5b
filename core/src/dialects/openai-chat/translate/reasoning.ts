import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralReasoningText } from '../../../model/neutral.ts';
import { jsonText, objectsIn, textOf } from '../../translate/lenient.ts';
import { objectIn } from '../../translate/tool-arguments.ts';

// OpenAI's Chat has no place for reasoning; the compatible providers have three: `reasoning_content` (DeepSeek, xAI, vLLM),
// `reasoning` (Groq, Cerebras, OpenRouter), and OpenRouter's `reasoning_details[]`, whose signed and encrypted elements must
// come back unchanged. A server that has several says the same in each.

const dialect = 'openai-chat';

/** The reasoning of a message or a delta. Never an empty part. */
export function readReasoning(holder: JsonObject): NeutralReasoningText[] {
  const details = objectsIn(holder.reasoning_details);
  if (details.some(isOpaque)) return details.map(detailPart).filter(({ text, opaque }) => text !== '' || opaque !== undefined);
  const text = textOf(holder.reasoning_content) || textOf(holder.reasoning) || details.map(detailText).join('');
  return text === '' ? [] : [{ kind: 'reasoning', text, opaque: undefined }];
}

/** Mistral's thinking, a part of the content: a text, or an array of text parts. */
export function thinkingText(thinking: JsonValue | undefined): string {
  return (
    textOf(thinking) ||
    objectsIn(thinking)
      .map((part) => textOf(part.text))
      .join('')
  );
}

/** `reasoning_details` with what they held when they were read; `undefined` where nothing of them is known. */
export function writeDetails(parts: readonly NeutralReasoningText[]): JsonObject[] | undefined {
  const known = parts.some(({ opaque }) => opaque?.dialect === dialect);
  return known ? parts.flatMap(detailOf) : undefined;
}

function isOpaque(detail: JsonObject): boolean {
  return textOf(detail.signature) !== '' || textOf(detail.data) !== '';
}

function detailText(detail: JsonObject): string {
  return textOf(detail.text) || textOf(detail.summary);
}

/** The text apart from the rest: it is a text like others, which may be redacted; the rest is nobody's to read. */
function detailPart(detail: JsonObject): NeutralReasoningText {
  const text = detailText(detail);
  if (!isOpaque(detail)) return { kind: 'reasoning', text, opaque: undefined };
  const { text: _text, summary: _summary, ...rest } = detail;
  const value = jsonText(rest);
  return { kind: 'reasoning', text, opaque: value === '' ? undefined : { dialect, value } };
}

/** What an element may hold: a client can write the mark of what we gave it, and anything behind it. */
const detailKeys: ReadonlySet<string> = new Set(['type', 'id', 'format', 'index', 'signature', 'data', 'text', 'summary']);

function knownMembers(given: JsonObject): JsonObject {
  const plain = (value: JsonValue): boolean => typeof value === 'string' || typeof value === 'number';
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => detailKeys.has(key) && plain(value)));
}

function detailOf({ text, opaque }: NeutralReasoningText): JsonObject[] {
  if (opaque === undefined) return [{ type: 'reasoning.text', text }];
  const rest = knownMembers((opaque.dialect === dialect ? objectIn(opaque.value) : undefined) ?? {});
  if (!isOpaque(rest)) return [];
  if (text === '') return [rest];
  return [{ ...rest, [rest.type === 'reasoning.summary' ? 'summary' : 'text']: text }];
}
