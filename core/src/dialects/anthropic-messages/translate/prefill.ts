import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { PrefillEdit, TargetTraits } from '../../translation.ts';
import { modelTraits } from './claude-models.ts';

/**
 * A last turn of the assistant's, from which older Claude models go on. Not with thinking, which would have to come first, nor
 * with a schema, whose answer is held to it as a whole.
 */
export function prefill(
  { messages, thinking, output_config: output }: JsonObject,
  text: string,
  { model }: TargetTraits,
): PrefillEdit | undefined {
  const { claude, prefill: can } = modelTraits(model);
  const thinks = isJsonObject(thinking) && thinking.type !== 'disabled';
  const held = isJsonObject(output) && output.format !== undefined;
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (!claude || !can || thinks || held || !isJsonObject(last) || last.role !== 'user') return undefined;
  return { path: ['messages'], value: [...(messages as JsonObject[]), { role: 'assistant', content: text }] };
}
