import type { JsonObject } from '../../model/json.ts';

/** Whether a chunk's choice says that it is over. Some compatible servers send `""` until then. */
export function hasFinishReason(choice: JsonObject): boolean {
  return typeof choice.finish_reason === 'string' && choice.finish_reason !== '';
}
