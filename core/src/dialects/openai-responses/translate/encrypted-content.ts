import type { JsonObject } from '../../../model/json.ts';
import type { NeutralOpaque } from '../../../model/neutral.ts';
import { readOpaque, writeOpaque } from '../../opaque.ts';
import { textOf } from '../../translate/lenient.ts';

// The `encrypted_content` of reasoning items: the one opaque place of this format. Clients send it back as it is.

const own = 'openai-responses';

/** Whether this format's own servers wrote it. */
export function isOwn(opaque: NeutralOpaque): boolean {
  return opaque.dialect === own;
}

export function writeEncrypted(opaque: NeutralOpaque): string {
  return writeOpaque(opaque, own);
}

/** What a reasoning item has encrypted. */
export function readEncrypted(item: JsonObject): NeutralOpaque | undefined {
  const text = textOf(item.encrypted_content);
  return text === '' ? undefined : readOpaque(text, own);
}

// Gemini's signature belongs to a tool call, and comes back with it or the next turn is refused (BerriAI/litellm#16893). A
// `function_call` has no opaque place, so the signature stands in a reasoning item before it.

/** Tells a signature of the call from reasoning that another format encrypted. */
const callMark = 'gw1call:';

/** The `encrypted_content` of a reasoning item that stands before its call. */
export function writeCallOpaque(opaque: NeutralOpaque): string {
  return callMark + writeOpaque(opaque, own);
}

/** What a reasoning item carries for the call that follows; `undefined` for true reasoning. */
export function readCallOpaque(item: JsonObject): NeutralOpaque | undefined {
  const text = item.type === 'reasoning' ? textOf(item.encrypted_content) : '';
  return text.startsWith(callMark) ? readOpaque(text.slice(callMark.length), own) : undefined;
}
