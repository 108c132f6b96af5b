import type { JsonObject } from '../../../model/json.ts';
import type { NeutralOpaque, NeutralReasoningText } from '../../../model/neutral.ts';
import { readOpaque, writeOpaque } from '../../opaque.ts';
import { textOf } from '../../translate/lenient.ts';

// Thinking has two blocks: `thinking` with a signature, and `redacted_thinking` with data. A signature is the place where
// other providers' opaque values travel through a client that speaks Messages. Marks before a value are safe: signatures and
// data are base64.

export const dialectId = 'anthropic-messages';

/** Before the data of `redacted_thinking`: it must go back as what it was, not as a signature. */
const redacted = 'redacted:';

/** Before what belongs to the call that follows, not to reasoning: Gemini signs its calls, and Messages' have no place for it. */
const ofCall = 'call:';

/** The reasoning that a block is; `undefined` for other blocks and for one that says nothing. */
export function readThinking(block: JsonObject): NeutralReasoningText | undefined {
  if (block.type === 'redacted_thinking') {
    const data = textOf(block.data);
    return data === '' ? undefined : { kind: 'reasoning', text: '', opaque: redactedOpaque(data) };
  }
  if (block.type !== 'thinking') return undefined;
  const text = textOf(block.thinking);
  const opaque = readSignature(textOf(block.signature));
  return text === '' && opaque === undefined ? undefined : { kind: 'reasoning', text, opaque };
}

export function readSignature(signature: string): NeutralOpaque | undefined {
  return signature === '' ? undefined : readOpaque(signature, dialectId);
}

function redactedOpaque(data: string): NeutralOpaque {
  return { dialect: dialectId, value: redacted + data };
}

/** The blocks of reasoning for a client. Without a signature it is empty: clients check that it is there. */
export function thinkingBlocks({ text, opaque }: NeutralReasoningText): JsonObject[] {
  const data = redactedData(opaque);
  if (data !== undefined) {
    const shown = text === '' ? [] : [{ type: 'thinking', thinking: text, signature: '' }];
    return [...shown, { type: 'redacted_thinking', data }];
  }
  return [{ type: 'thinking', thinking: text, signature: signatureOf(opaque) }];
}

/** The data, if that is what an opaque value holds. */
export function redactedData(opaque: NeutralOpaque | undefined): string | undefined {
  return opaque?.dialect === dialectId && opaque.value.startsWith(redacted) ? opaque.value.slice(redacted.length) : undefined;
}

export function signatureOf(opaque: NeutralOpaque | undefined): string {
  return opaque === undefined ? '' : writeOpaque(opaque, dialectId);
}

/** The signature of a block before a call, holding what belongs to the call; `undefined` for what has none. */
export function callSignature(opaque: NeutralOpaque | undefined): string | undefined {
  return opaque === undefined || opaque.dialect === dialectId
    ? undefined
    : writeOpaque({ dialect: opaque.dialect, value: ofCall + opaque.value }, dialectId);
}

/** What belongs to the call that follows. */
export function readCallOpaque(opaque: NeutralOpaque | undefined): NeutralOpaque | undefined {
  if (opaque === undefined || opaque.dialect === dialectId || !opaque.value.startsWith(ofCall)) return undefined;
  return { dialect: opaque.dialect, value: opaque.value.slice(ofCall.length) };
}

/** The blocks of reasoning for Anthropic: what it signed itself. The rest is of no use to it, and would be a 400. */
export function ownBlocks({ text, opaque }: NeutralReasoningText): JsonObject[] {
  if (opaque?.dialect !== dialectId) return [];
  const data = redactedData(opaque);
  return data === undefined ? [{ type: 'thinking', thinking: text, signature: opaque.value }] : [{ type: 'redacted_thinking', data }];
}

export function isThinkingBlock(block: JsonObject | undefined): boolean {
  return block?.type === 'thinking' || block?.type === 'redacted_thinking';
}
