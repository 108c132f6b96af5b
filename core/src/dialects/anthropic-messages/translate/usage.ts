import type { JsonObject } from '../../../model/json.ts';
import type { Usage } from '../../../model/usage.ts';
import { anthropicUsageObject } from '../../anthropic-usage.ts';

/** Usage for a client of Messages, which requires two of its numbers; what is unknown of the rest is null or absent. */
export function usageObject(usage: Usage | undefined): JsonObject {
  const reasoning = usage?.reasoning;
  return {
    ...anthropicUsageObject(usage),
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
