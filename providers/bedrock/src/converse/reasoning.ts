import { type JsonObject, type NeutralOpaque, type NeutralReasoningText, textOf } from '@express-ai-gateway/core/provider';
import { objectOf } from './object-of.ts';

// Reasoning has two forms in Converse: a text that may be signed, and bytes (in base64) that only the model can read.
// Both go back as they came.

export const dialectId = 'bedrock-converse';

/** Before redacted reasoning: it must go back as what it was, not as a signature. Base64 has no colon. */
const redacted = 'redacted:';

/** The reasoning of a block; `undefined` for one that says nothing. */
export function readReasoning(content: JsonObject): NeutralReasoningText | undefined {
  const { text, signature } = objectOf(content.reasoningText);
  const opaque = redactedOpaque(textOf(content.redactedContent)) ?? signatureOpaque(textOf(signature));
  return textOf(text) === '' && opaque === undefined ? undefined : { kind: 'reasoning', text: textOf(text), opaque };
}

export function signatureOpaque(signature: string): NeutralOpaque | undefined {
  return signature === '' ? undefined : { dialect: dialectId, value: signature };
}

export function redactedOpaque(data: string): NeutralOpaque | undefined {
  return data === '' ? undefined : { dialect: dialectId, value: redacted + data };
}

/**
 * The block that brings reasoning back; none for what Bedrock's models did not sign themselves. Without a signature Claude
 * refuses it, and others repeat it aloud (AI SDK 5, convert-to-amazon-bedrock-chat-messages.ts).
 */
export function reasoningBlocks({ text, opaque }: NeutralReasoningText): JsonObject[] {
  if (opaque?.dialect !== dialectId) return [];
  const { value } = opaque;
  if (value.startsWith(redacted)) return [{ reasoningContent: { redactedContent: value.slice(redacted.length) } }];
  return [{ reasoningContent: { reasoningText: { text, signature: value } } }];
}
