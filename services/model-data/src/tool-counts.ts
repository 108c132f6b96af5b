import type { BilledTool, PricedCall, Usage } from '@express-ai-gateway/core/plugin';
import { isRecord, type RawRecord, tokensIn } from './usage-fields.ts';

/** Counters of providers. `free`: its tokens are billed and nothing else. */
const counters: ReadonlyMap<string, BilledTool | 'free'> = new Map<string, BilledTool | 'free'>([
  // Anthropic's `server_tool_use`, OpenRouter's too.
  ['web_search_requests', 'webSearch'],
  ['web_fetch_requests', 'free'],
  ['tool_search_requests', 'free'],
  ['code_execution_requests', 'codeExecution'],
  // xAI's `server_side_tool_usage_details`.
  ['web_search_calls', 'webSearch'],
  ['x_search_calls', 'xSearch'],
  ['code_interpreter_calls', 'codeExecution'],
  ['file_search_calls', 'fileSearch'],
  ['document_search_calls', 'fileSearch'],
  ['mcp_calls', 'free'],
  // OpenAI's `tool_usage`. Its pictures are billed as tokens of a model that the answer does not name.
  ['web_search', 'webSearch'],
  ['file_search', 'fileSearch'],
  // Perplexity's, in the usage itself.
  ['num_search_queries', 'webSearch'],
]);

/** Counters in the usage itself. Some of them no list has a price of: what one counts is not free for that. */
const loose = ['num_search_queries', 'citation_tokens', 'num_sources_used'];

/** Calls of tools that the provider ran: as its usage counts them, or as the caller did where those are more. */
export function toolCounts(
  { raw, toolUsage }: Pick<Usage, 'raw' | 'toolUsage'>,
  told: PricedCall['toolCalls'] = {},
): { readonly calls: { readonly [Tool in BilledTool]?: number } } | { readonly why: string } {
  const calls: { [Tool in BilledTool]?: number } = {};
  for (const [name, count] of [...reported(isRecord(raw) ? raw : {}), ...besideUsage(toolUsage)]) {
    const tool = counters.get(name);
    if (tool === undefined) return { why: `no price is known of what is counted as ${name.slice(0, 64)}` };
    if (tool !== 'free') calls[tool] = (calls[tool] ?? 0) + count;
  }
  for (const [tool, count] of Object.entries(told) as [BilledTool, number][]) {
    if (!Number.isSafeInteger(count) || count < 0) return { why: `its calls of ${tool} were not counted` };
    calls[tool] = Math.max(calls[tool] ?? 0, count);
  }
  return { calls };
}

/** Counters that are not 0. */
function reported(raw: RawRecord): readonly (readonly [string, number])[] {
  const details = raw.server_side_tool_usage_details;
  // xAI's sources are of searches that it counts, where it counts them.
  const own = isRecord(details) ? loose.filter((name) => name !== 'num_sources_used') : loose;
  const entries = [
    ...Object.entries(isRecord(raw.server_tool_use) ? raw.server_tool_use : {}),
    ...Object.entries(isRecord(details) ? details : {}),
    ...own.map((name) => [name, raw[name]] as const),
  ];
  return entries.map(([name, count]) => [name, tokensIn(count)] as const).filter(([, count]) => count > 0);
}

/** Requests by tool; where a tool counts something else, that. */
function besideUsage(toolUsage: unknown): readonly (readonly [string, number])[] {
  if (!isRecord(toolUsage)) return [];
  const counts = Object.entries(toolUsage).map(([name, counted]) => {
    const { num_requests: requests, ...others } = isRecord(counted) ? counted : {};
    const known = counters.has(name) ? [requests] : [requests, ...Object.values(others)];
    return [name, Math.max(0, ...known.map(tokensIn))] as const;
  });
  return counts.filter(([, count]) => count > 0);
}
