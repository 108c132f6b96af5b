import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { PrefillEdit, TargetTraits } from '../../translation.ts';

/** A last message of the assistant's marked as a prefix: Mistral's, nobody else's by default (its SDK: `prefix`). */
export function prefill({ messages }: JsonObject, text: string, { quirks }: TargetTraits): PrefillEdit | undefined {
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (quirks.prefixMessages !== true || !isJsonObject(last) || last.role !== 'user') return undefined;
  return { path: ['messages'], value: [...(messages as JsonObject[]), { role: 'assistant', content: text, prefix: true }] };
}
