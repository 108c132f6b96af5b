import type { JsonObject } from '../../../model/json.ts';
import type { Usage } from '../../../model/usage.ts';
import { openaiUsageObject } from '../../openai-usage.ts';

/**
 * Usage for a client of Chat; `undefined` where nothing is known. Its three totals are numbers in any case; the classes
 * within them are there only if the provider reported them.
 */
export function usageObject(usage: Usage | undefined): JsonObject | undefined {
  if (usage === undefined) return undefined;
  const { cacheRead, cacheWrite, reasoning } = usage;
  return {
    ...openaiUsageObject(usage),
    ...((cacheRead !== undefined || cacheWrite !== undefined) && {
      prompt_tokens_details: {
        cached_tokens: cacheRead ?? 0,
        ...(cacheWrite !== undefined && { cache_write_tokens: cacheWrite }),
      },
    }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
