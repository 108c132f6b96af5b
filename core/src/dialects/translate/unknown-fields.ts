import type { JsonObject } from '../../model/json.ts';
import type { NeutralField, NeutralLoss } from '../../model/neutral.ts';
import type { Losses } from './losses.ts';

/**
 * Fields of a format that may be left out for a target that does not know them, and what that loses; `undefined`: nothing of
 * the client's. What is not listed is never left out: without it the call would be another.
 */
export type LeftOut = ReadonlyMap<string, NeutralLoss | undefined>;

/** The request without what the target refuses (`unknownFields` of its quirks). */
export function withoutUnknown(body: JsonObject, unknown: readonly string[], fields: LeftOut, losses: Losses<NeutralField>): JsonObject {
  if (unknown.length === 0) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => {
      if (!unknown.includes(key) || !fields.has(key)) return true;
      const lost = fields.get(key);
      if (lost?.level === 'drop') losses.drop(lost.field);
      else if (lost !== undefined && value !== true) losses.refuse(lost.field); // `parallel_tool_calls: true` is what happens anyway
      return false;
    }),
  );
}
