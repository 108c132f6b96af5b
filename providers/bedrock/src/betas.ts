/**
 * The values of `anthropic-beta` that Bedrock takes. It answers 400 ("invalid beta flag") to a request with any other
 * (litellm#19373, #14623; claude-code#11672), and to requests that use a feature without its value (litellm#15335).
 *
 * Sources: each value was seen to be accepted (envoyproxy/ai-gateway#2512, 2026-08), or stands in litellm's table
 * (anthropic_beta_headers_config.json, `bedrock`, 2026-11). Left out: values for what Bedrock does not offer (MCP, search and
 * fetch on the web, files), and those that only the newest models take and others refuse (BerriAI/litellm#41203).
 */
export const bedrockBetas: readonly string[] = Object.freeze([
  'compact-2026-01-12',
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'effort-2025-11-24',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'search-results-2025-06-09',
  'token-efficient-tools-2025-02-19',
  'tool-search-tool-2025-10-19',
]);
