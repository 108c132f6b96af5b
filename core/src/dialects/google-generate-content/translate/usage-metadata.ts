import type { JsonObject } from '../../../model/json.ts';
import type { Usage } from '../../../model/usage.ts';

/**
 * Usage in Google's words: candidates do not include thoughts, the prompt includes what was cached. What is unknown stays
 * out, the total with it: readers take the rest of the total for output.
 */
export function usageMetadata(usage: Usage | undefined): JsonObject | undefined {
  if (usage === undefined || (usage.input === undefined && usage.output === undefined)) return undefined;
  const { input, output, cacheRead, reasoning } = usage;
  return {
    ...(input !== undefined && { promptTokenCount: input }),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
    ...(output !== undefined && { candidatesTokenCount: Math.max(0, output - (reasoning ?? 0)) }),
    ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
    ...(input !== undefined && output !== undefined && { totalTokenCount: input + output }),
  };
}
