/**
 * The values of `anthropic-beta` that Vertex knows, by dialect. It answers 400 to a request with any other (claude-code#34802:
 * `effort-2025-11-24`; claude-agent-sdk#307), and to requests that use a feature without its value (litellm#15299).
 *
 * Source: the table of litellm (anthropic_beta_headers_config.json, `vertex_ai`, 2026-11), without `tool-search-tool-2025-10-19`,
 * which Vertex was seen to refuse (claude-agent-sdk#307).
 */
const known: readonly string[] = [
  'compact-2026-01-12',
  'compact-2026-09-04',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dangerous-tool-use-2026-09-03',
  'interleaved-thinking-2025-05-14',
  'per-turn-control-2026-07-01',
  'thinking-binding-controls-2026-08-01',
  'thinking-display-updates-2026-08-18',
];

/** Needed by the web search tool (litellm#16269), and refused where tokens are counted (claude-code#12429). */
const webSearch = 'web-search-2025-03-05';

export const vertexBetas: Readonly<Record<'anthropic-messages' | 'anthropic-count-tokens', readonly string[]>> = Object.freeze({
  'anthropic-messages': Object.freeze([...known, webSearch]),
  'anthropic-count-tokens': Object.freeze([...known]),
});
