import { deepFreeze } from '../deep-freeze.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { servedIn, tokenCount, type Usage } from '../model/usage.ts';
import { elements, fieldOf, objectElements, objectField } from './google-fields.ts';

/**
 * Usage as Google reports it: `promptTokenCount` includes cached tokens, but not what its own tools put into the prompt;
 * `candidatesTokenCount` does not include thoughts. Prompt, tools, candidates and thoughts add up to `totalTokenCount`.
 */
export function googleUsage(body: JsonValue): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  const raw = objectField(body, 'usageMetadata', [])?.[0];
  const usage = raw === undefined ? undefined : generationUsage(raw);
  return usage ?? embeddingUsage(body);
}

function generationUsage(raw: JsonObject): Usage | undefined {
  const count = (field: string): number | undefined => tokenCount(fieldOf(raw, field));
  const prompt = count('promptTokenCount');
  const total = count('totalTokenCount');
  const candidates = count('candidatesTokenCount');
  const reasoning = count('thoughtsTokenCount');
  const input = prompt === undefined ? undefined : prompt + (count('toolUsePromptTokenCount') ?? 0);
  // Protocol buffers leave out a count of 0; the total tells it from one that is not known (yet).
  const rest = total === undefined || input === undefined || total < input ? undefined : total - input;
  const output = candidates === undefined && reasoning === undefined ? rest : (candidates ?? 0) + (reasoning ?? 0);
  if (input === undefined && output === undefined && total === undefined) return undefined; // `{"trafficType":"ON_DEMAND"}` says nothing
  return deepFreeze({
    input,
    output,
    cacheRead: count('cachedContentTokenCount'),
    cacheWrite: undefined,
    reasoning,
    // The Gemini API names the tier, Vertex the kind of traffic, which is its tier.
    ...servedIn(fieldOf(raw, 'serviceTier') ?? fieldOf(raw, 'trafficType')),
    raw,
  });
}

/** Vertex counts per text that was embedded. */
function embeddingUsage(body: JsonObject): Usage | undefined {
  const raw: JsonObject[] = [];
  for (const [prediction] of objectElements(body, 'predictions', [])) collectStatistics(prediction, raw);
  collectStatistics(body, raw);
  const counts = raw.map((statistics) => tokenCount(fieldOf(statistics, 'tokenCount')));
  if (raw.length === 0 || counts.includes(undefined)) return undefined; // part of a sum is no sum
  const input = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return deepFreeze({ input, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw });
}

function collectStatistics(holder: JsonObject, into: JsonObject[]): void {
  for (const field of ['embedding', 'embeddings'])
    for (const [embedding] of elements(holder, field, [])) {
      const statistics = isJsonObject(embedding) ? embedding.statistics : undefined;
      if (isJsonObject(statistics)) into.push(statistics);
    }
}

/** The usage object of an answer the gateway makes itself; what is unknown stays out. */
export function googleUsageObject(usage: Usage | undefined): Record<string, number> | undefined {
  if (usage === undefined || (usage.input === undefined && usage.output === undefined)) return undefined;
  const { input, output, cacheRead, reasoning } = usage;
  return {
    ...(input !== undefined && { promptTokenCount: input }),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
    ...(output !== undefined && { candidatesTokenCount: Math.max(0, output - (reasoning ?? 0)) }),
    ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
    // A total of one count alone would say that the other is 0.
    ...(input !== undefined && output !== undefined && { totalTokenCount: input + output }),
  };
}
